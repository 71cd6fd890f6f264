"""Commands inside a running container, with input, a time limit and both outputs apart."""

from __future__ import annotations

import http.client
import signal
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import docker
from docker.errors import APIError
from docker.models.containers import Container
from docker.utils import socket as streams

from generator.core.errors import MachineError
from generator.verify.sandbox import Completed, Heard

# The end of the input is told by its length: not every connection to an engine can be closed half.
_FED = 'n=$1; shift; head -c "$n" | exec "$@"'
_GRACE = 30  # beyond the command's own limit, until the engine itself counts as hung


def run(
    client: docker.DockerClient,
    container: Container,
    args: Sequence[str],
    *,
    stdin: str = "",
    timeout: float = 60,
    heard: Heard | None = None,
) -> Completed:
    """Run a command to its end or its time limit; its code is negative when a signal ended it."""
    begin = time.perf_counter()
    sent = stdin.encode()
    command = ["timeout", "-s", "KILL", f"{timeout:g}", *args]
    if sent:
        command = ["sh", "-c", _FED, "sh", str(len(sent)), *command]
    api = client.api
    try:
        started = api.exec_create(container.id, command, stdin=bool(sent))["Id"]
    except APIError as error:
        if error.status_code != http.client.CONFLICT:
            raise
        return Completed(-int(signal.SIGKILL), "", "the container is not running", 0.0)
    stdout, stderr = _talk(api.exec_start(started, socket=True), sent, timeout + _GRACE, heard)
    seconds = time.perf_counter() - begin
    code = _code(api.exec_inspect(started)["ExitCode"])
    if code == -signal.SIGKILL and seconds >= timeout:
        stderr = f"{stderr}\nkilled: not done after {timeout:g} s"
    return Completed(code, stdout, stderr, seconds)


def _talk(connection: Any, sent: bytes, timeout: float, heard: Heard | None) -> tuple[str, str]:
    """Send the input while the outputs are read: either may be longer than what is kept on the way."""
    line = getattr(connection, "_sock", connection)
    line.settimeout(timeout)
    writer = threading.Thread(target=_send, args=(line, sent), daemon=True)
    writer.start()
    outputs: dict[int, list[bytes]] = {}
    rest = b""
    try:
        for stream, data in _frames(connection):
            outputs.setdefault(stream, []).append(data)
            if heard is not None and stream == streams.STDERR:
                rest = _told(rest + data, heard)
    except TimeoutError as error:
        raise MachineError(f"Docker does not answer: no end of a command after {timeout:g} s") from error
    finally:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)  # a writer may still wait for a command that reads no more
        writer.join()
        connection.close()
    error_output = outputs.pop(streams.STDERR, [])
    return _text([part for parts in outputs.values() for part in parts]), _text(error_output)


def _told(data: bytes, heard: Heard) -> bytes:
    """Tell whole lines and return what is no line yet."""
    *lines, rest = data.split(b"\n")
    for line in lines:
        heard(line.decode("utf-8", errors="replace"))
    return rest


def _frames(connection: Any) -> Iterator[tuple[int, bytes]]:
    frames: Iterator[tuple[int, bytes]] = streams.frames_iter(connection, tty=False)  # type: ignore[no-untyped-call]
    return frames


def _send(line: Any, sent: bytes) -> None:
    # A command may end without having read all of its input.
    with suppress(OSError):
        line.sendall(sent)


def _text(parts: list[bytes]) -> str:
    return b"".join(parts).decode("utf-8", errors="replace")


def _code(code: int | None) -> int:
    """Return an exit code as `subprocess` has it; without one, the container was killed around it."""
    if code is None:
        return -int(signal.SIGKILL)
    return 128 - code if code > 128 else code
