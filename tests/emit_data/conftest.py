"""The hand-made application, emitted once."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from generator.emit.bundle import Bundle
from generator.host.databases import temporary_database
from generator.host.postgres import PostgresServer
from tests.emit_data.builders import application
from tests.emit_data.delivery import made, succeeds, write


@pytest.fixture(scope="session")
def bundled() -> Bundle:
    return made(application())


@pytest.fixture(scope="session")
def delivered(bundled: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(bundled, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def migrated(delivered: Path, pg_server: PostgresServer) -> Iterator[Any]:
    """A connection to a database with every table."""
    with temporary_database(pg_server) as name:
        succeeds(delivered, "-m", "alembic", "upgrade", "head", DATABASE_URL=pg_server.url(name, "asyncpg"))
        with closing(pg_server.connect(name)) as connection:
            connection.autocommit = False
            yield connection
