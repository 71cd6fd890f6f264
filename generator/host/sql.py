"""One connection to the database of an application that is being tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg2

from generator.core.errors import MachineError


class Sql:
    """Runs statements, each in a transaction of its own."""

    def __init__(self, connection: psycopg2.extensions.connection) -> None:
        self._connection = connection
        connection.autocommit = True

    def row(self, query: str) -> Sequence[Any]:
        """Return the only row of a query; JSON comes as Python values."""
        with _told(), self._connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone() or ()

    def execute(self, statement: str) -> None:
        """Run a statement."""
        with _told(), self._connection.cursor() as cursor:
            cursor.execute(statement)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        raise MachineError(f"the embedded PostgreSQL failed: {error}") from error


@contextmanager
def connected(url: str) -> Iterator[Sql]:
    """Connect to a database by the application's URL."""
    with _told():
        connection = psycopg2.connect(url.replace("+asyncpg", "", 1))
    with closing(connection):
        yield Sql(connection)
