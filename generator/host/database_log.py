"""What the shared PostgreSQL logs about one database."""

from __future__ import annotations

import time
from contextlib import closing

import psycopg2
from psycopg2 import sql

from generator.core.errors import MachineError
from generator.host.postgres import PostgresServer, server_log
from generator.verify.logs.database import PREFIX, of_database

_SECONDS = 10


class DatabaseLog:
    """The entries about one database, from now on."""

    def __init__(self, server: PostgresServer, database: str) -> None:
        _set_prefix(server)
        self._path, self._database = server_log(server), database
        self._begun = self._path.stat().st_size

    def read(self) -> str:
        """Return them."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._begun)
                text = file.read().decode("utf-8", errors="replace")
        except OSError as error:
            raise MachineError(f"can't read {self._path}: {error.strerror}") from error
        return of_database(text, self._database)


def _set_prefix(server: PostgresServer) -> None:
    """Let a server, which may have been started long ago, say whose each entry is."""
    end = time.monotonic() + _SECONDS
    try:
        while _prefix(server) != PREFIX:
            if time.monotonic() > end:
                raise MachineError("the embedded PostgreSQL does not take the form of its log")
            with closing(server.connect()) as connection, connection.cursor() as cursor:
                cursor.execute(sql.SQL("ALTER SYSTEM SET log_line_prefix = {}").format(sql.Literal(PREFIX)))
                cursor.execute("SELECT pg_reload_conf()")
            time.sleep(0.05)
    except psycopg2.OperationalError as error:
        raise MachineError(f"the embedded PostgreSQL failed: {error}") from error


def _prefix(server: PostgresServer) -> str:
    with closing(server.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW log_line_prefix")
        (prefix,) = cursor.fetchone() or ("",)
    return str(prefix)
