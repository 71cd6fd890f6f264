"""An interpreter that has loaded the packages of an application, and forks a process per program."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from generator.core.errors import MachineError
from generator.host import process

_PROGRAM = Path(__file__).with_name("_zygote.py")
# Whatever an application imports of others; nothing of the application itself.
_PACKAGES = (
    "fastapi",
    "pydantic_settings",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.orm",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "asyncpg",
    "alembic.__main__",
    "alembic.autogenerate",
    "alembic.command",
    "alembic.config",
    "uvicorn",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.auto",
    "email.message",
)


class Place(msgspec.Struct, frozen=True):
    """Where a program works: its folder, its environment, where its output goes."""

    cwd: str
    env: dict[str, str]
    stdin: str = "/dev/null"
    stdout: str = "/dev/null"
    stderr: str = "/dev/null"


class Zygote:
    """Ends with `close`, or with this process; all that it has started ends with it."""

    def __init__(self, folder: Path) -> None:
        env = process.environment(folder)
        del env["PYTHONPATH"]
        self._lock = threading.Lock()
        self._log = folder / "zygote.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM.read_text(encoding="utf-8"), *_PACKAGES],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd="/",
                env=env,
                start_new_session=True,
            )
        self._answer()

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

    def kill(self, pid: int) -> None:
        """Kill a server at once."""
        self._order({"do": "kill", "pid": pid})

    def close(self) -> None:
        """End it, and all that it has started."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()

    def _order(self, order: dict[str, Any], place: Place | None = None) -> dict[str, Any]:
        known = {} if place is None else msgspec.to_builtins(place)
        pipe = self._process.stdin
        with self._lock:
            try:
                if pipe is not None:
                    pipe.write(json.dumps({**order, **known}).encode() + b"\n")
                    pipe.flush()
            except OSError as error:
                raise self._lost() from error
            return self._answer()

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout is not None else b""
        if not line:
            raise self._lost()
        found: dict[str, Any] = json.loads(line)
        return found

    def _lost(self) -> MachineError:
        return MachineError(
            "the process that applications are forked from has ended",
            self._log.read_text(encoding="utf-8", errors="replace")[-2000:],
        )
