"""Child processes that can't outlive this one, in their own process group."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from generator.core.errors import MachineError
from generator.verify.sandbox import Completed

_BOOTSTRAP = Path(__file__).with_name("_child.py")
_KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "SSL_CERT_FILE",
    "SYSTEMROOT",
)


def environment(root: Path, **variables: str) -> dict[str, str]:
    """Return the variables of a child that works on the application in `root`, and nothing else of ours.

    A PGHOST or PYTHONPATH of the person's shell must not change what is verified.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    programs = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', os.defpath)}"
    python = {"PYTHONPATH": str(root), "PYTHONSAFEPATH": "1", "PYTHONNOUSERSITE": "1", "PYTHONUTF8": "1"}
    return {**kept, "PATH": programs, **python, **variables}


def tool_environment(env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables without those of the interpreter: a type checker would take them as its own."""
    return {name: value for name, value in env.items() if not name.startswith("PYTHON")}


class Child:
    """A running child; `close` ends it and everything that it started."""

    def __init__(
        self,
        args: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        output: int,
        stdin: int = subprocess.DEVNULL,
        pass_fds: Sequence[int] = (),
    ) -> None:
        with _watched(args, pass_fds) as (command, fds, self._lifeline):
            self.process = _popen(command, cwd=cwd, env=env, output=output, stdin=stdin, fds=fds)

    def ended(self) -> int | None:
        """Return the exit code, or None while it runs."""
        return self.process.poll()

    def close(self, grace: float = 5) -> None:
        """Ask it to end, then kill what is left of its group."""
        if grace and self.ended() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(grace)
        self.kill()

    def kill(self) -> None:
        """Kill its whole group at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None


@contextmanager
def _watched(
    args: Sequence[str], fds: Sequence[int]
) -> Iterator[tuple[list[str], tuple[int, ...], int | None]]:
    """Give the command as started, the descriptors it inherits, and the end that keeps it alive."""
    if args[0] != "python":
        yield list(args), tuple(fds), None
        return
    watch, lifeline = os.pipe()
    bootstrap = _BOOTSTRAP.read_text(encoding="utf-8")
    try:
        yield [sys.executable, "-c", bootstrap, str(watch), *args[1:]], (watch, *fds), lifeline
    except BaseException:
        os.close(lifeline)
        raise
    finally:
        os.close(watch)


def _popen(
    command: list[str], *, cwd: Path, env: Mapping[str, str], output: int, stdin: int, fds: tuple[int, ...]
) -> subprocess.Popen[str]:
    error = subprocess.PIPE if output == subprocess.PIPE else subprocess.STDOUT
    try:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=stdin,
            stdout=output,
            stderr=error,
            pass_fds=fds,
            start_new_session=True,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as problem:
        raise MachineError(f"can't start {command[0]}: {problem.strerror}") from problem


def run(
    args: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdin: str = "", timeout: float = 60
) -> Completed:
    """Run a command to its end or its time limit; "python" is this interpreter, watched."""
    begin = time.perf_counter()
    child = Child(args, cwd=cwd, env=env, output=subprocess.PIPE, stdin=subprocess.PIPE)
    try:
        stdout, stderr = child.process.communicate(stdin, timeout)
        code = child.process.returncode
    except subprocess.TimeoutExpired:
        child.kill()
        stdout, stderr = child.process.communicate()
        code, stderr = -int(signal.SIGKILL), f"{stderr}\nkilled: not done after {timeout:g} s"
    finally:
        child.kill()
    return Completed(code, stdout, stderr, time.perf_counter() - begin)
