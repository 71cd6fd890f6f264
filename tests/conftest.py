"""Fixtures for every test.

- `pg_server` (session): the user's shared embedded PostgreSQL, a `PostgresServer`
- `database` (function): name of a fresh empty database on it, dropped afterwards
- `database_url` (function): its URL for asyncpg, "postgresql+asyncpg://postgres:@/name?host=…"

All may be used under xdist: databases are named after the process.
"""

import os
from collections.abc import Iterator

import pytest

from generator.host.databases import temporary_database
from generator.host.postgres import PostgresServer, shared_server
from tests.repair.printed import lines


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the expected files of the golden cases")


def pytest_xdist_auto_num_workers() -> int:
    """Return how many workers `-n auto` is: many tests wait for a database or a daemon."""
    return max(1, len(os.sched_getaffinity(0)) * 3 // 2)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of repaired faults."""
    told = lines(terminalreporter.getreports("passed") + terminalreporter.getreports("failed"))
    if told:
        terminalreporter.section("repaired faults")
        terminalreporter.write_line("\n".join(told))


@pytest.fixture(scope="session")
def pg_server() -> PostgresServer:
    """The user's shared embedded PostgreSQL; `pg_server.url(name, driver)`, `pg_server.connect(name)`."""
    return shared_server()


@pytest.fixture
def database(pg_server: PostgresServer) -> Iterator[str]:
    """Name of a fresh, empty database, dropped afterwards."""
    with temporary_database(pg_server) as name:
        yield name


@pytest.fixture
def database_url(pg_server: PostgresServer, database: str) -> str:
    """URL (asyncpg) of a fresh, empty database, dropped afterwards."""
    return pg_server.url(database, "asyncpg")
