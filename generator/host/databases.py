"""Databases that live as long as the process that made them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
from psycopg2 import sql

from generator.core.errors import MachineError
from generator.host.pids import is_dead, own_tag
from generator.host.postgres import PostgresServer, answers

_PREFIX = "ag_"  # ag_<pid>_<birth>_<number>
_NUMBERS = itertools.count(1)
_REAPED: set[tuple[int, PostgresServer]] = set()
_ABANDONED: dict[str, PostgresServer] = {}


def create_database(server: PostgresServer, template: str = "template0") -> str:
    """Create a database that is dropped, at the latest, after this process has died."""
    if (key := (os.getpid(), server)) not in _REAPED:
        _REAPED.add(key)
        reap(server)
    for left in [name for name, where in _ABANDONED.items() if where == server]:
        drop_database(server, left)
        del _ABANDONED[left]
    name = f"{_PREFIX}{own_tag()}_{next(_NUMBERS)}"
    _execute(server, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(_name(name), _name(template)))
    return name


def drop_database(server: PostgresServer, name: str) -> None:
    """Drop a database, its connections too; nothing happens if it is gone."""
    _execute(server, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(_name(name)))


def drop_if_answers(server: PostgresServer, name: str) -> None:
    """Drop a database now, or once its server is up again: what killed that is told by who noticed."""
    if answers(server):
        drop_database(server, name)
    else:
        _ABANDONED[name] = server


@contextmanager
def temporary_database(server: PostgresServer, template: str = "template0") -> Iterator[str]:
    """Create a database and drop it at the end; yields its name."""
    name = create_database(server, template)
    try:
        yield name
    finally:
        drop_database(server, name)


def reap(server: PostgresServer) -> list[str]:
    """Drop the databases of processes that are gone; returns their names."""
    with closing(server.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'ag\\_%' ORDER BY 1")
        names = [name for (name,) in cursor.fetchall()]
    left = [name for name in names if is_dead(name.removeprefix(_PREFIX).rpartition("_")[0])]
    for name in left:
        drop_database(server, name)
    return left


def _name(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def _execute(server: PostgresServer, statement: sql.Composed) -> None:
    try:
        with closing(server.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
    except psycopg2.OperationalError as error:
        raise MachineError(f"the embedded PostgreSQL failed: {error}") from error
