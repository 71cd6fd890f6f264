"""An interpreter that has loaded the packages of an application, and forks a process per program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import msgspec

from generator.core.errors import MachineError
from generator.host import process

_PROGRAM = Path(__file__).with_name("_zygote.py")
_KEPT = 2  # that wait for a next session
# What every application imports of others; nothing of the application itself.
SERVED = (
    "fastapi",
    "pydantic_settings",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.orm",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "asyncpg",
    "uvicorn",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.auto",
    "email.message",
)
MIGRATED = (*SERVED, "alembic.__main__", "alembic.autogenerate", "alembic.command", "alembic.config")


class Place(msgspec.Struct, frozen=True):
    """Where a program works: its folder, its environment, where its output goes."""

    cwd: str
    env: dict[str, str]
    stdin: str = "/dev/null"
    stdout: str = "/dev/null"
    stderr: str = "/dev/null"


class Zygote:
    """Ends with `close`, or with this process; all that it has started ends with it."""

    def __init__(self, packages: Sequence[str] = MIGRATED) -> None:
        env = process.environment(Path())
        del env["PYTHONPATH"]
        self._lock = threading.Lock()
        self._log = TemporaryFile()  # noqa: SIM115 - open as long as it runs
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM.read_text(encoding="utf-8"), *packages],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd="/",
            env=env,
            start_new_session=True,
        )
        self._ready = False
        self.sound = True  # whether every order was answered

    def serve(self, app: str, place: Place) -> tuple[int, int]:
        """Start a server on a port of its own; return its process and the port."""
        answer = self._order({"do": "serve", "app": app}, place)
        return int(answer["pid"]), int(answer["port"])

    def run(self, args: Sequence[str], place: Place, timeout: float) -> int | None:
        """Run a program to its end; None if it was killed since the time was up."""
        code = self._order({"do": "run", "args": list(args), "timeout": timeout}, place)["code"]
        return None if code is None else int(code)

    def ended(self, pid: int) -> int | None:
        """Return the exit code of a server, or None while it runs."""
        code = self._order({"do": "ended", "pid": pid})["code"]
        return None if code is None else int(code)

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def stop(self, pid: int, grace: float = 0) -> None:
        """Ask a server to end and kill it when the seconds are up, at once by default."""
        self._order({"do": "stop", "pid": pid, "grace": grace})

    def close(self) -> None:
        """End it, and all that it has started."""
        self.sound = False
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        self._process.wait()

    def _order(self, order: dict[str, Any], place: Place | None = None) -> dict[str, Any]:
        known = {} if place is None else msgspec.to_builtins(place)
        with self._lock:
            if not self.sound:
                raise self._lost()
            try:
                answer = self._answer_to({**order, **known})
            except BaseException:
                self.sound = False  # its answer would be taken for the next order's
                raise
            return answer

    def _answer_to(self, order: dict[str, Any]) -> dict[str, Any]:
        if not self._ready:
            self._answer()
            self._ready = True
        try:
            if self._process.stdin is not None:
                self._process.stdin.write(json.dumps(order).encode() + b"\n")
                self._process.stdin.flush()
        except (OSError, ValueError) as error:  # closed there, or here
            raise self._lost() from error
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout is not None else b""
        if not line:
            raise self._lost()
        found: dict[str, Any] = json.loads(line)
        return found

    def _lost(self) -> MachineError:
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - 2000))
        return MachineError(
            "the process that applications are forked from has ended",
            self._log.read().decode("utf-8", errors="replace"),
        )


_IDLE: dict[int, list[Zygote]] = {}  # by process: a fork of this one must not use what it inherits


@contextmanager
def borrowed() -> Iterator[Zygote]:
    """Lend one that no other session uses; it is kept for the next session if all went well."""
    idle = _IDLE.setdefault(os.getpid(), [])
    zygote = idle.pop() if idle else Zygote(SERVED)
    if not zygote.alive:
        zygote = Zygote(SERVED)
    try:
        yield zygote
    finally:
        if zygote.sound and len(idle) < _KEPT:
            idle.append(zygote)
        else:
            zygote.close()
