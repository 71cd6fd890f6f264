"""Work begun before it is asked for: the gates run beside the start of Dagster, on the other core."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

_BEGUN: dict[str, Future[Any]] = {}


def begin(key: str, work: Callable[[], Any]) -> None:
    """Start some work under its stage's key, in a thread that keeps no process alive."""
    future: Future[Any] = Future()
    _BEGUN[key] = future
    threading.Thread(target=_run, args=(future, work), daemon=True).start()


def result(key: str, work: Callable[[], Any]) -> Any:
    """Return what the work under the key gives; it is done now if it was not begun before."""
    future = _BEGUN.pop(key, None)
    return work() if future is None else future.result()


def _run(future: Future[Any], work: Callable[[], Any]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - raised again where the result is asked for
        future.set_exception(error)
