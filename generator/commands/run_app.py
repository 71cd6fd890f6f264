"""`appgen run`: a built application with an embedded database that keeps its data."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

from psycopg2 import sql

from generator.commands.paths import UsageError
from generator.core.errors import EXIT_FINDINGS
from generator.host import process
from generator.host.home import make_folder
from generator.host.postgres import PostgresServer, durable_server, stop_server
from generator.host.server import AppServer
from generator.host.state import State
from generator.verify.sandbox import AppFailed

_LOOK = 0.5


def run(app: str, port: int) -> int:
    """Migrate, start, and serve until Ctrl-C."""
    state = State()
    root = _folder(app, state)
    place = make_folder(state.root / "run" / root.name)
    server = durable_server(place / "pg")
    try:
        return _serve(root, server, place, port)
    except AppFailed as failure:
        print(failure)
        return EXIT_FINDINGS
    except KeyboardInterrupt:
        return 0
    finally:
        stop_server(server)


def _serve(root: Path, server: PostgresServer, place: Path, port: int) -> int:
    env = process.environment(root, DATABASE_URL=server.url(_database(server), "asyncpg"))
    done = process.run(["python", "-m", "alembic", "upgrade", "head"], cwd=root, env=env, timeout=300)
    if done.code != 0:
        raise AppFailed("`alembic upgrade head` failed", done.stdout + done.stderr)
    log = place / "server.log"
    running = AppServer(root, env, log, port)
    running.start()
    print(f"{root.name} is at {running.base_url}, its documentation at {running.base_url}/docs")
    print(f"Data: {server.data}, log: {log}. Ctrl-C ends it; the data stays.", flush=True)
    try:
        while True:
            time.sleep(_LOOK)
            running.check_alive()
    finally:
        running.stop()


def _database(server: PostgresServer) -> str:
    name = "app"
    with closing(server.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    return name


def _folder(app: str, state: State) -> Path:
    entry = state.entry(app) if "/" not in app else None
    root = Path(entry.out if entry is not None else app).absolute()
    if not (root / "app" / "main.py").is_file():
        raise UsageError(
            f"{root} is no built application" if root.exists() else f"no application {app} was built here",
            "Build it first: appgen build SPEC",
        )
    return root
