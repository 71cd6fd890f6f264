"""The process sandbox: a temporary folder, a temporary database, child processes."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from generator.core.errors import MachineError
from generator.core.paths import inside
from generator.host import process
from generator.host.database_log import DatabaseLog
from generator.host.databases import create_database, drop_if_answers
from generator.host.forked import ForkedServer, Programs
from generator.host.holding import hold, is_held
from generator.host.home import home, make_folder
from generator.host.overlay import overlay_for
from generator.host.pids import is_dead, own_tag
from generator.host.postgres import PostgresServer, answers, shared_server
from generator.host.server import AppServer
from generator.host.zygote import Zygote, borrowed
from generator.verify.sandbox import AppFailed, Completed, Files, Heard

_NUMBERS = itertools.count(1)
_TAIL = 40


class ProcessSession:
    """One application unpacked in `root`, with a database of its own."""

    reachable = True

    def __init__(
        self, root: Path, folder: Path, server: PostgresServer, database: str, zygote: Zygote | None
    ) -> None:
        self.root = root
        self.database_url = server.url(database, "asyncpg")
        self._answers = partial(answers, server, database)
        self._database_log = DatabaseLog(server, database)
        self._env = process.environment(root, DATABASE_URL=self.database_url)
        log = folder / "server.log"
        self._programs: Programs | None = None
        self._server: AppServer
        if zygote is not None:
            self._programs = Programs(zygote, root, self._env, folder)
            self._server = ForkedServer(zygote, root, self._env, log)
        else:
            self._env["PYTHONPATH"] = os.pathsep.join(map(str, filter(None, [root, overlay_for(root)])))
            self._server = AppServer(root, self._env, log)

    @property
    def base_url(self) -> str:
        """Address of the started application."""
        return self._server.base_url

    def run(
        self, args: Sequence[str], *, stdin: str = "", timeout: float = 60, heard: Heard | None = None
    ) -> Completed:
        """Run a command in the application's folder and environment."""
        done = self._run(args, stdin, timeout)
        if heard is not None:
            for line in done.stderr.splitlines():
                heard(line)
        return done

    def _run(self, args: Sequence[str], stdin: str, timeout: float) -> Completed:
        if args[0] == "python" and self._programs is not None:
            return self._programs.run(args[1:], stdin, timeout)
        env = self._env if args[0] == "python" else process.tool_environment(self._env)
        return process.run(args, cwd=self.root, env=env, stdin=stdin, timeout=timeout)

    def migrate(self) -> None:
        """Run `alembic upgrade head`; raises AppFailed."""
        done = self.run(["python", "-m", "alembic", "upgrade", "head"], timeout=120)
        if done.code != 0:
            log = "\n".join((done.stdout + done.stderr).splitlines()[-_TAIL:])
            raise AppFailed("`alembic upgrade head` failed", log)

    def start(self) -> None:
        """Start the application's server and wait until /health answers; raises AppFailed."""
        self._server.start()

    def stop(self) -> None:
        """Stop the application's server."""
        self._server.stop()

    def logs(self) -> str:
        """Return all that the application's server has logged."""
        return self._server.logs()

    def database_logs(self) -> str:
        """Return what the database's server has logged about this session's database."""
        return self._database_log.read()

    def check_alive(self) -> None:
        """Raise AppFailed if the started server or its database is gone."""
        self._server.check_alive()
        if not self._answers():
            raise AppFailed("the database is gone: it no longer answers", self._database_log.read())


class ProcessSandbox:
    """Sessions on the user's embedded PostgreSQL; may be used by several threads and processes."""

    name = "process"

    @contextmanager
    def open(self, bundle: Files) -> Iterator[ProcessSession]:
        """Unpack the application beside an empty database; both are gone at the end."""
        server = shared_server()
        with leaving_nothing() as last:
            folder = new_folder()
            last.callback(shutil.rmtree, folder, ignore_errors=True)
            root = unpack(bundle, folder / "app")
            # Other releases than those that are loaded need an interpreter of their own.
            zygote = None if overlay_for(root) else last.enter_context(borrowed())
            database = create_database(server)
            last.callback(drop_if_answers, server, database)
            session = ProcessSession(root, folder, server, database, zygote)
            last.callback(session.stop)
            yield session


@contextmanager
def leaving_nothing() -> Iterator[ExitStack]:
    """Yield what is undone at the end, or at that of the process if a thread was abandoned within."""
    owner = os.getpid()
    with ExitStack() as last:

        def close() -> None:
            if os.getpid() == owner:  # a fork of this process must not undo what it still uses
                last.close()

        atexit.register(close)
        try:
            yield last
        finally:
            atexit.unregister(close)


def unpack(bundle: Files, root: Path) -> Path:
    """Write every file below `root` and return it."""
    try:
        for file in bundle.files:
            path = inside(root, file.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text, encoding="utf-8", newline="")
    except OSError as error:
        raise MachineError(f"can't write {error.filename}: {error.strerror}") from error
    return root


def new_folder() -> Path:
    """Return a fresh folder that is removed, at the latest, after this process has died."""
    base = make_folder(home() / "sandboxes", 0o700)
    _reap(base)
    folder = base / f"{own_tag()}_{next(_NUMBERS)}"
    folder.mkdir()
    hold(folder)
    return folder


def _reap(base: Path) -> None:
    """Remove what runs that were killed have left."""
    for left in base.iterdir():
        if is_dead(left.name.rpartition("_")[0]) and not is_held(left):
            shutil.rmtree(left, ignore_errors=True)
