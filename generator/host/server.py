"""The generated application's server as a child process."""

from __future__ import annotations

import http.client
import signal
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from generator.core.errors import MachineError
from generator.host.process import Child
from generator.verify.sandbox import AppFailed

_TAIL = 40
_PAUSE = 0.02


class Running(Protocol):
    """A process that was started."""

    def ended(self) -> int | None:
        """Return the exit code, or None while it runs."""
        ...

    def close(self, grace: float = 5) -> None:
        """Ask it to end, and kill it when the seconds are up."""
        ...


class AppServer:
    """One uvicorn process on 127.0.0.1.

    The port is bound here and handed over, so nobody can take it in between, and
    a request sent too early waits for the application instead of being refused.
    """

    def __init__(self, root: Path, env: Mapping[str, str], log: Path, port: int = 0) -> None:
        self._root, self._env, self._log, self._port = root, env, log, port
        self._child: Running | None = None
        self.base_url = ""

    def start(self, deadline: float = 30) -> None:
        """Start it and return once /health answers 200; AppFailed otherwise."""
        port = self._launch()
        self.base_url = f"http://127.0.0.1:{port}"
        try:
            self._wait_until_ready(port, deadline)
        except BaseException:
            self.stop(grace=0)
            raise

    def stop(self, grace: float = 5) -> None:
        """Stop it; nothing happens if it is not running."""
        if self._child is not None:
            self._child.close(grace)
            self._child = None

    def check_alive(self) -> None:
        """Raise AppFailed with the end of the log if it is gone."""
        if self._child is None:
            raise AppFailed("the application was not started")
        if (code := self._child.ended()) is not None:
            raise AppFailed(f"the application's server ended with {_ending(code)}", self.tail())

    def tail(self) -> str:
        """Return the end of the log."""
        return "\n".join(self.logs().splitlines()[-_TAIL:])

    def logs(self) -> str:
        """Return all that it has logged."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def _launch(self) -> int:
        listening = _listen(self._port)
        with listening, self._log.open("ab") as log:
            self._child = Child(
                ["python", "serve", "app.main:app", str(listening.fileno())],
                cwd=self._root,
                env=self._env,
                output=log.fileno(),
                pass_fds=[listening.fileno()],
            )
            return int(listening.getsockname()[1])

    def _wait_until_ready(self, port: int, deadline: float) -> None:
        end = time.monotonic() + deadline
        status = 0
        while time.monotonic() < end:
            self.check_alive()
            status = health_status(port, timeout=min(1.0, deadline))
            if status == http.client.OK:
                return
            if http.client.BAD_REQUEST <= status < http.client.INTERNAL_SERVER_ERROR:
                raise AppFailed(f"the application is not healthy: /health answers {status}", self.tail())
            time.sleep(_PAUSE)
        answer = f"/health answers {status}" if status else "/health does not answer"
        raise AppFailed(f"the application is not ready after {deadline:g} s: {answer}", self.tail())


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        raise MachineError(
            f"can't listen on port {port}: {error.strerror}", "Choose another with --port."
        ) from error
    listening.listen(2048)
    return listening


def health_status(port: int, timeout: float) -> int:
    """Return the status of GET /health, 0 if there is no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
