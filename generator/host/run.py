"""Serving a delivered application on this machine, with a database of its own that is kept."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout
from psycopg2 import sql

from generator.core.errors import MachineError, ToldError
from generator.host import process
from generator.host.home import home, make_folder
from generator.host.interrupts import terminable
from generator.host.postgres import PostgresServer, durable_server, stop_server
from generator.host.server import AppServer
from generator.verify.sandbox import AppFailed

_DATABASE = "app"
_LOOK = 0.5


class Running(msgspec.Struct, frozen=True):
    """An application that is being served."""

    url: str
    database_url: str
    log: Path
    check_alive: Callable[[], None]

    @property
    def docs(self) -> str:
        """Address of the interactive documentation."""
        return f"{self.url}/docs"


@contextmanager
def serving(folder: Path, port: int = 0) -> Iterator[Running]:
    """Start the database, migrate it, start the application; stop both at the end. Port 0: any free one."""
    root = _delivered(folder)
    state = make_folder(home() / "run" / _key(root), 0o700)
    with _only_one(root, state):
        server = durable_server(state / "pg")
        try:
            _make_database(server)
            url = server.url(_DATABASE, "asyncpg")
            env = process.environment(root, DATABASE_URL=url)
            _migrate(root, env)
            app = AppServer(root, env, state / "server.log", port)
            app.start()
            try:
                yield Running(app.base_url, server.url(_DATABASE), state / "server.log", app.check_alive)
            finally:
                app.stop()
        finally:
            stop_server(server)


def run_app(folder: Path, port: int = 0, say: Callable[[str], None] = print) -> None:
    """Serve until Ctrl-C or SIGTERM; raises AppFailed if the application dies."""
    try:
        with terminable(), serving(folder, port) as running:
            say(f"Serving    {running.url}")
            say(f"Docs       {running.docs}")
            say(f"Database   {running.database_url}")
            say(f"Log        {running.log}")
            say("Ctrl-C stops it; the data is kept.")
            while True:
                time.sleep(_LOOK)
                running.check_alive()
    except KeyboardInterrupt:
        say("Stopped.")


def _delivered(folder: Path) -> Path:
    root = folder.resolve()
    missing = [name for name in ("app/main.py", "alembic.ini") if not (root / name).is_file()]
    if missing:
        raise ToldError(
            f"{root} is no delivered application: it has no {missing[0]}", "Run appgen build first."
        )
    return root


def _key(root: Path) -> str:
    return f"{root.name}-{hashlib.sha256(str(root).encode()).hexdigest()[:12]}"


@contextmanager
def _only_one(root: Path, state: Path) -> Iterator[None]:
    try:
        with FileLock(state / "lock", timeout=0):
            yield
    except Timeout as busy:
        raise MachineError(f"{root} is already being served", f"Its log is {state / 'server.log'}.") from busy


def _make_database(server: PostgresServer) -> None:
    with closing(server.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [_DATABASE])
        if cursor.rowcount == 0:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_DATABASE)))


def _migrate(root: Path, env: dict[str, str]) -> None:
    done = process.run(["python", "-m", "alembic", "upgrade", "head"], cwd=root, env=env, timeout=600)
    if done.code != 0:
        raise AppFailed("`alembic upgrade head` failed", done.stdout + done.stderr)
