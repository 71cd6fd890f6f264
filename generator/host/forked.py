"""An application's programs and its server as forks of an interpreter that has loaded its packages."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from generator.core.errors import MachineError
from generator.host.server import AppServer
from generator.host.zygote import Place, Zygote
from generator.verify.sandbox import Completed

_NUMBERS = itertools.count(1)


class Programs:
    """Runs Python programs of the application in `root`; what they print is kept in `folder` meanwhile."""

    def __init__(self, zygote: Zygote, root: Path, env: Mapping[str, str], folder: Path) -> None:
        self._zygote, self._root, self._env, self._folder = zygote, root, dict(env), folder

    def run(self, args: Sequence[str], stdin: str, timeout: float) -> Completed:
        """Run a program to its end or its time limit; `args` are those of the interpreter."""
        number = next(_NUMBERS)
        streams = [self._folder / f"{number}.{name}" for name in ("in", "out", "err")]
        streams[0].write_text(stdin, encoding="utf-8", newline="")
        begin = time.perf_counter()
        code = self._zygote.run(args, Place(str(self._root), self._env, *map(str, streams)), timeout)
        seconds = time.perf_counter() - begin
        if not streams[2].exists():
            gone = "" if self._folder.exists() else f": {self._folder} was removed meanwhile"
            raise MachineError(f"a process of the application ended before it began{gone}")
        out, err = (s.read_text(encoding="utf-8", errors="replace") for s in streams[1:])
        if code is None:
            return Completed(-9, out, f"{err}\nkilled: not done after {timeout:g} s", seconds)
        return Completed(code, out, err, seconds)


class ForkedServer(AppServer):
    """The application's server as a fork; the port is bound before it starts."""

    def __init__(self, zygote: Zygote, root: Path, env: Mapping[str, str], log: Path) -> None:
        super().__init__(root, env, log)
        self._zygote = zygote

    def _launch(self) -> int:
        place = Place(str(self._root), dict(self._env), stdout=str(self._log), stderr=str(self._log))
        pid, port = self._zygote.serve("app.main:app", place)
        self._child = _Fork(self._zygote, pid)
        return port


class _Fork:
    """A running fork."""

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self._zygote, self._pid = zygote, pid

    def ended(self) -> int | None:
        return self._zygote.ended(self._pid)

    def close(self, grace: float = 5) -> None:
        if self._zygote.sound:  # else it has ended, and all of it
            self._zygote.stop(self._pid, grace)
