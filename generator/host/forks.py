"""Sessions on variants of one application: forked servers, clones of a migrated database.

What a session costs is the application's own start; packages are loaded and the
database is migrated once. Files that a variant does not change are shared by hard
links, with their compiled code.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from generator.core.errors import MachineError
from generator.core.paths import inside
from generator.host import process
from generator.host.databases import create_database, drop_database, temporary_database
from generator.host.forked import ForkedServer, Programs
from generator.host.postgres import PostgresServer, shared_server
from generator.host.sandbox import new_folder, unpack
from generator.host.zygote import Zygote
from generator.verify.sandbox import AppFailed, Completed, Files, Heard

_TAIL = 40
_COMPILE = "import compileall; compileall.compile_dir('.', quiet=2)"


class ForkSession:
    """One variant in `root`; implements `generator.verify.sandbox.Session`."""

    reachable = True

    def __init__(self, zygote: Zygote, root: Path, folder: Path, url: str) -> None:
        self.root = root
        self.database_url = url
        self._env = process.environment(root, DATABASE_URL=url, PYTHONDONTWRITEBYTECODE="1")
        self._programs = Programs(zygote, root, self._env, folder)
        self._server = ForkedServer(zygote, root, self._env, folder / "server.log")

    @property
    def base_url(self) -> str:
        """Address of the started application."""
        return self._server.base_url

    def run(
        self, args: Sequence[str], *, stdin: str = "", timeout: float = 60, heard: Heard | None = None
    ) -> Completed:
        """Run a command in the application's folder; Python's are forked."""
        done = self._run(args, stdin, timeout)
        if heard is not None:
            for line in done.stderr.splitlines():
                heard(line)
        return done

    def _run(self, args: Sequence[str], stdin: str, timeout: float) -> Completed:
        if args[0] != "python":
            env = process.tool_environment(self._env)
            return process.run(args, cwd=self.root, env=env, stdin=stdin, timeout=timeout)
        return self._programs.run(args[1:], stdin, timeout)

    def migrate(self) -> None:
        """Run `alembic upgrade head`; raises AppFailed."""
        done = self.run(["python", "-m", "alembic", "upgrade", "head"], timeout=120)
        if done.code != 0:
            raise AppFailed("`alembic upgrade head` failed", _tail(done.stdout + done.stderr))

    def start(self) -> None:
        """Start the server and wait until /health answers; raises AppFailed."""
        self._server.start()

    def stop(self) -> None:
        """Stop the server; nothing happens if it is not running."""
        self._server.stop(grace=0)

    def logs(self) -> str:
        """Return all that the server has logged."""
        return self._server.logs()

    def database_logs(self) -> str:
        """Return nothing: a mutant is judged by its answers and by gates."""
        return ""

    def check_alive(self) -> None:
        """Raise AppFailed if the started server is gone."""
        self._server.check_alive()


class ForkBench:
    """Opens sessions on variants of one application, one after the other."""

    def __init__(
        self, zygote: Zygote, base: Path, folder: Path, server: PostgresServer, template: str
    ) -> None:
        self._zygote, self._base, self._folder = zygote, base, folder
        self._server, self._template = server, template
        self._count = 0

    @contextmanager
    def open(self, changed: Mapping[str, str], *, migrated: bool) -> Iterator[ForkSession]:
        """Open the application with these files changed, on a clone of its database or an empty one."""
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir(parents=True)
        database = create_database(self._server, self._template if migrated else "template0")
        try:
            root = _variant(self._base, folder / "app", changed)
            url = self._server.url(database, "asyncpg")
            session = ForkSession(self._zygote, root, folder, url)
            try:
                yield session
            finally:
                session.stop()
        finally:
            drop_database(self._server, database)
            shutil.rmtree(folder, ignore_errors=True)

    def give_up(self) -> None:
        """End what is being tried here, from another thread: its session then fails."""
        self._zygote.close()


@contextmanager
def fork_benches(bundle: Files, count: int) -> Iterator[list[ForkBench]]:
    """Prepare `count` places for variants of an application; all is gone at the end."""
    server, folder = shared_server(), new_folder()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        base = unpack(bundle, folder / "base")
        template = stack.enter_context(temporary_database(server))
        env = process.environment(base, DATABASE_URL=server.url(template, "asyncpg"))
        for args in (["-c", _COMPILE], ["-m", "alembic", "upgrade", "head"]):
            done = process.run(["python", *args], cwd=base, env=env, timeout=120)
            if done.code != 0:
                raise AppFailed(f"`{' '.join(args)}` failed", _tail(done.stdout + done.stderr))
        benches = []
        for number in range(count):
            own = folder / f"bench{number}"
            own.mkdir()
            zygote = Zygote()
            stack.callback(zygote.close)
            benches.append(ForkBench(zygote, base, own, server, template))
        yield benches


def _variant(base: Path, root: Path, changed: Mapping[str, str]) -> Path:
    """Link every file of `base` below `root`, but for those that differ."""
    try:
        for folder, _, names in os.walk(base):
            there = root / Path(folder).relative_to(base)
            there.mkdir()
            for name in names:
                (there / name).hardlink_to(Path(folder) / name)
        for path, text in changed.items():
            _replace(inside(root, path), text)
    except OSError as error:
        raise MachineError(f"can't write {error.filename}: {error.strerror}") from error
    return root


def _replace(path: Path, text: str) -> None:
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        compiled.unlink()
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def _tail(text: str) -> str:
    return "\n".join(text.splitlines()[-_TAIL:])
