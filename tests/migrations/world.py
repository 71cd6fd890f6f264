"""An application that is released again and again to one folder, with one database that lives on."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from generator.deliver.released import released
from generator.deliver.tree import deliver
from generator.emit.bundle import bundle
from generator.emit.history import History
from generator.host.databases import create_database, drop_database
from generator.host.forks import ForkSession
from generator.host.postgres import PostgresServer
from generator.host.state import State
from generator.host.workshop import compile_spec, open_workshop
from generator.host.zygote import Zygote
from generator.pipeline import EMITTED
from generator.stages.model import Artefact
from generator.verify.gates.probe_queries import QUERIES
from generator.verify.sandbox import Completed

ALEMBIC = """
import sys
from alembic import command
from alembic.config import Config
for word in sys.argv[1:]:
    name, _, argument = word.partition(":")
    getattr(command, name)(Config("alembic.ini"), *filter(None, [argument]))
"""


@cache
def zygote() -> Zygote:
    """Return the interpreter of this process that commands are forked from: it has loaded the packages."""
    made = Zygote()
    atexit.register(made.close)
    return made


class World:
    """`build` releases a spec, `alembic` runs commands such as "upgrade:head", "check", "downgrade:-1"."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        self.folder = folder
        self.out = folder / "out"
        self.spec = folder / "spec.yaml"
        self._server = server
        self._databases: list[str] = []
        self.database = self.new_database()

    def new_database(self, template: str = "template0") -> str:
        self._databases.append(create_database(self._server, template))
        return self._databases[-1]

    @contextmanager
    def copied(self, folder: Path) -> Iterator[World]:
        """Give a copy: folder, database and what was compiled."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        copy = World(folder, self._server)
        copy.database = copy.new_database(self.database)
        try:
            yield copy
        finally:
            copy.close()

    def close(self) -> None:
        for name in self._databases:
            drop_database(self._server, name)

    def compile(self, text: str, until: str = "project", out: Path | None = None) -> dict[str, Artefact]:
        self.spec.write_text(text, encoding="utf-8")
        workshop = open_workshop(State(self.folder / "state"))
        return compile_spec(self.spec, workshop, until, str(out or self.out))

    def compile_to(self, target: str) -> dict[str, Artefact]:
        """Compile the spec as it is for another target."""
        workshop = open_workshop(State(self.folder / "state"))
        return compile_spec(self.spec, workshop, "project", target)

    def build(self, text: str, out: Path | None = None) -> dict[str, Artefact]:
        made = self.compile(text, out=out)
        deliver(bundle([made[name].value for name in EMITTED]), out or self.out)
        return made

    @property
    def history(self) -> History:
        return released(str(self.out))

    def alembic(self, *words: str, out: Path | None = None, database: str = "") -> Completed:
        url = self._server.url(database or self.database, "asyncpg")
        with tempfile.TemporaryDirectory() as streams:
            session = ForkSession(zygote(), out or self.out, Path(streams), url)
            return session.run(["python", "-", *words], stdin=ALEMBIC, timeout=120)

    def migrate(self, *words: str, out: Path | None = None, database: str = "") -> None:
        done = self.alembic(*words, out=out, database=database)
        assert done.code == 0, (done.stdout + done.stderr)[-3000:]

    def sql(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with closing(self._server.connect(self.database)) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def insert_rows(self) -> None:
        """Insert what the released history knows of rows."""
        head = self.history.head
        assert head is not None
        assert head.rows
        for statement in head.rows:
            self.sql(statement)

    def catalog(self, database: str) -> dict[str, Any]:
        """Return everything in a database as PostgreSQL writes it, in no order."""
        found = {}
        with closing(self._server.connect(database)) as connection, connection.cursor() as cursor:
            for name, query in QUERIES.items():
                cursor.execute(query.replace(":schema", "'public'"))
                found[name] = sorted(cursor.fetchall(), key=repr)
        return found

    def fresh(self, text: str) -> dict[str, Any]:
        """Return the catalog of the same application as a first release."""
        out, database = self.folder / f"fresh{len(self._databases)}", self.new_database()
        self.build(text, out)
        self.migrate("upgrade:head", out=out, database=database)
        return self.catalog(database)
