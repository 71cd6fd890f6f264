"""Bootstrap of every Python child: `python -c <this text> WATCH_FD COMMAND …`.

It ends its whole process group when the other end of WATCH_FD is closed, which
the kernel does when the parent dies, however it dies. It runs outside the
generator's package and imports nothing of it.
"""

import logging
import os
import runpy
import signal
import socket
import sys
import threading


def _watch(fd: int) -> None:
    os.read(fd, 1)
    os.killpg(0, signal.SIGKILL)


def _serve(app: str, fd: str) -> None:
    import uvicorn  # noqa: PLC0415 - only for this command

    logging.basicConfig(format="%(levelname)s:     %(name)s: %(message)s")  # as the delivered server has it
    listening = socket.socket(fileno=int(fd))
    uvicorn.Server(uvicorn.Config(app, access_log=False)).run(sockets=[listening])


def _text(source: str) -> None:
    exec(compile(source, "<text>", "exec"), {"__name__": "__main__"})  # noqa: S102 - our own programs


def _main(watch: str, command: str, *rest: str) -> None:
    threading.Thread(target=_watch, args=[int(watch)], daemon=True).start()
    if command == "serve":
        return _serve(rest[0], rest[1])
    if command == "-m":
        sys.argv = list(rest)
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif command == "-c":
        sys.argv = ["-c", *rest[1:]]
        _text(rest[0])
    elif command == "-":
        sys.argv = ["-", *rest]
        _text(sys.stdin.read())
    else:
        sys.argv = [command, *rest]
        runpy.run_path(command, run_name="__main__")
    return None


if __name__ == "__main__":
    _main(*sys.argv[1:])
