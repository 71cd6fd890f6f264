"""The application, served from a database of its own, and every scenario run against it."""

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from app.config import Settings
from smoke.client import open_client, sender
from smoke.database import open_emptier
from smoke.plan import Plan, read_plan
from smoke.run import Reply, Request, Row, Send, run_plan

ROOT = Path(__file__).parent.parent
PLAN = ROOT / "smoke" / "plan.json"
SECONDS_TO_START = 30


@dataclass
class Exercised:
    """What every scenario gave, and every request with its reply."""

    rows: dict[str, Row]
    exchanges: list[tuple[Request, Reply]] = field(default_factory=list)


def run_sql(url: str, statement: str) -> None:
    """Run one statement outside of a transaction."""

    async def work() -> None:
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(sa.text(statement))
        await engine.dispose()

    asyncio.run(work())


@pytest.fixture(scope="session")
def environment() -> Iterator[dict[str, str]]:
    """Give an environment whose DATABASE_URL is a fresh, migrated database beside the configured one."""
    server = sa.make_url(Settings().database_url)
    name = f"test_{secrets.token_hex(6)}"
    run_sql(server.render_as_string(hide_password=False), f"CREATE DATABASE {name}")
    url = server.set(database=name).render_as_string(hide_password=False)
    try:
        given = {**os.environ, "DATABASE_URL": url}
        subprocess.run([sys.executable, "-m", "alembic", "upgrade", "head"], cwd=ROOT, env=given, check=True)
        yield given
    finally:
        run_sql(server.render_as_string(hide_password=False), f"DROP DATABASE {name} WITH (FORCE)")


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_healthy(base_url: str, ended: Callable[[], int | None]) -> None:
    """Return once /health answers."""
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and ended() is None:
        try:
            urllib.request.urlopen(f"{base_url}/health", timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.exit(f"the application at {base_url} does not start", returncode=1)


@pytest.fixture(scope="session")
def base_url(environment: dict[str, str]) -> Iterator[str]:
    """Give the address of the running application."""
    port = free_port()
    given = {**environment, "HOST": "127.0.0.1", "PORT": str(port)}
    with subprocess.Popen([sys.executable, "-m", "app"], cwd=ROOT, env=given) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_healthy(address, process.poll)
            yield address
        finally:
            process.terminate()


def recording(send: Send, exchanges: list[tuple[Request, Reply]]) -> Send:
    """Return a sender that remembers."""

    async def remember(request: Request) -> Reply:
        reply = await send(request)
        exchanges.append((request, reply))
        return reply

    return remember


async def exercise(base_url: str, database_url: str, plan: Plan) -> Exercised:
    """Run every scenario of the plan."""
    exchanges: list[tuple[Request, Reply]] = []
    async with (
        open_client(base_url, timeout=30, connections=4) as client,
        open_emptier(database_url) as empty,
    ):
        send = recording(sender(client), exchanges)
        base = secrets.randbelow(10**15)
        rows = await run_plan(plan, send, base_url=base_url, base=base, parallel=4, empty=empty)
    return Exercised({row.scenario: row for row in rows}, exchanges)


@pytest.fixture(scope="session")
def exercised(base_url: str, environment: dict[str, str]) -> Exercised:
    """Give the results of one run of the whole plan."""
    return asyncio.run(exercise(base_url, environment["DATABASE_URL"], read_plan(PLAN)))
