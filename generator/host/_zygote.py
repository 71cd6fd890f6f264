"""Runs Python programs in forks of an interpreter that has loaded the packages already.

Started as `python -c <this text> MODULE…`; reads orders as lines of JSON from
standard input and answers each with a line. Only packages are loaded here,
nothing of an application: a fork is what a new interpreter would be, less the
time for their import. Each leads a process group of its own, and kills it when
this process ends, which it does with its standard input: with the parent.
"""

import contextlib
import importlib
import json
import logging
import os
import runpy
import select
import signal
import socket
import sys
import threading
import time
import traceback
from typing import Any

_WAKE, _WOKEN = os.pipe()
_WATCHED, _ALIVE = os.pipe()  # whose end is seen in every fork when this process has ended
_ORDERS = os.dup(0)
_ANSWERS = os.dup(1)


def _main(modules: list[str]) -> None:
    for name in modules:
        with contextlib.suppress(Exception, SystemExit):  # told by the application, which imports it again
            importlib.import_module(name)
    os.set_blocking(_WOKEN, False)
    signal.set_wakeup_fd(_WOKEN, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    _tell({"ready": True})
    orders = os.fdopen(_ORDERS, encoding="utf-8")
    while line := orders.readline():
        _tell(_obey(json.loads(line)))
    _end()


def _end() -> None:
    """Kill what still runs and end: nobody works in its folder when this process is seen to have ended."""
    for pid in _LIVE:
        _kill(pid)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
    os._exit(0)


def _tell(answer: dict[str, Any]) -> None:
    os.write(_ANSWERS, json.dumps(answer).encode() + b"\n")


def _obey(order: dict[str, Any]) -> dict[str, Any]:
    match order["do"]:
        case "serve":
            listening = socket.socket()
            listening.bind(("127.0.0.1", 0))
            listening.listen(2048)
            with listening:
                pid = _fork(order, lambda: _serve(order["app"], listening))
                return {"pid": pid, "port": listening.getsockname()[1]}
        case "run":
            pid = _fork(order, lambda: _command(order["args"]))
            return {"code": _wait(pid, order["timeout"])}
        case "ended":
            return {"code": _ended(order["pid"])}
        case _:  # stop
            if _ended(order["pid"]) is None:  # else its number may be another's by now
                os.kill(order["pid"], signal.SIGTERM if order["grace"] else signal.SIGKILL)
            code = _wait(order["pid"], order["grace"] or None)
            return {"code": -signal.SIGKILL if code is None else code}


_CODES: dict[int, int] = {}
_LIVE: set[int] = set()


def _ended(pid: int) -> int | None:
    if pid not in _CODES:
        with contextlib.suppress(ChildProcessError):
            # Its group is killed before its number can be another's.
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                _kill(pid)
                _CODES[pid] = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                _LIVE.discard(pid)
    return _CODES.get(pid)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _wait(pid: int, seconds: float | None) -> int | None:
    """Return the exit code; None if the time was up, and it was killed with its group."""
    end = None if seconds is None else time.monotonic() + seconds
    while (code := _ended(pid)) is None:
        left = None if end is None else max(0.0, end - time.monotonic())
        ready, _, _ = select.select([_ORDERS, _WAKE], [], [], left)
        if _WAKE in ready:
            os.read(_WAKE, 4096)
        elif _ORDERS in ready:  # the parent waits for this answer: only its end can be read here
            _end()
        else:
            _kill(pid)
            os.waitpid(pid, 0)
            _LIVE.discard(pid)
            return None
    return code


def _fork(order: dict[str, Any], work: Any) -> int:
    pid = os.fork()
    if pid:
        with contextlib.suppress(OSError):  # whichever of the two is first
            os.setpgid(pid, pid)
        _CODES.pop(pid, None)  # numbers come round again
        _LIVE.add(pid)
        return pid
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)
        _settle(order)
        threading.Thread(target=_watch, daemon=True).start()
        work()
        code = 0
    except SystemExit as leaving:
        code = _exit_code(leaving.code)
    except BaseException:  # noqa: BLE001 - whatever it is ends this process, and is told
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _exit_code(code: Any) -> int:
    if code is None or isinstance(code, int):
        return code or 0
    print(code, file=sys.stderr)
    return 1


def _settle(order: dict[str, Any]) -> None:
    """Become what a new interpreter with this folder, environment and files would be."""
    for number, path, flags in (
        (0, order["stdin"], os.O_RDONLY),
        (1, order["stdout"], os.O_WRONLY | os.O_CREAT | os.O_APPEND),
        (2, order["stderr"], os.O_WRONLY | os.O_CREAT | os.O_APPEND),
    ):
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    for number in (_WAKE, _WOKEN, _ORDERS, _ANSWERS, _ALIVE):
        os.close(number)
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    sys.path.insert(0, order["cwd"])
    sys.dont_write_bytecode = "PYTHONDONTWRITEBYTECODE" in order["env"]


def _watch() -> None:
    os.read(_WATCHED, 1)
    os.killpg(0, signal.SIGKILL)


def _serve(app: str, listening: socket.socket) -> None:
    import uvicorn  # noqa: PLC0415 - loaded by now

    logging.basicConfig(format="%(levelname)s:     %(name)s: %(message)s")  # as the delivered server has it
    uvicorn.Server(uvicorn.Config(app, access_log=False)).run(sockets=[listening])


def _command(args: list[str]) -> None:
    if args[0] == "-m":
        sys.argv = args[1:]
        runpy.run_module(args[1], run_name="__main__", alter_sys=True)
    elif args[0] in ("-", "-c"):
        sys.argv = args if args[0] == "-" else ["-c", *args[2:]]
        text = sys.stdin.read() if args[0] == "-" else args[1]
        exec(compile(text, "<text>", "exec"), {"__name__": "__main__"})  # noqa: S102 - our own
    else:
        sys.argv = args
        runpy.run_path(args[0], run_name="__main__")


if __name__ == "__main__":
    _main(sys.argv[1:])
