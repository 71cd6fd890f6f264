"""Following a run in this process, through a Dagster logger: no polling, no second channel."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import dagster as dg

NAME = "appgen"
_TENTHS = 10


class Listener(Protocol):
    """Who wants to know."""

    def stage_started(self, stage: str) -> None:
        """Take note that a stage has begun."""

    def stage_ended(self, stage: str, seconds: float, *, ok: bool) -> None:
        """Take note that a stage is done, or has failed."""

    def stage_advanced(self, stage: str, done: int, total: int) -> None:
        """Take note of how far a stage has come."""

    def check_failed(self, stage: str, check: str, why: str) -> None:
        """Take note of a check that failed."""


_LISTENERS: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tell the listener about every run of this process meanwhile."""
    _LISTENERS.append(listener)
    try:
        yield
    finally:
        _LISTENERS.remove(listener)


class _Relay(logging.Handler):
    """Turns log records that carry an event into calls."""

    def __init__(self) -> None:
        super().__init__()
        self._began: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        event: dg.DagsterEvent | None = getattr(record, "dagster_event", None)
        if event is None or event.step_key is None:
            return
        for listener in _LISTENERS:
            self._tell(listener, event, record.created)

    def _tell(self, listener: Listener, event: dg.DagsterEvent, now: float) -> None:
        stage = event.step_key or ""
        match event.event_type:
            case dg.DagsterEventType.STEP_START:
                self._began[stage] = now
                listener.stage_started(stage)
            case dg.DagsterEventType.STEP_SUCCESS | dg.DagsterEventType.STEP_FAILURE:
                ok = event.event_type is dg.DagsterEventType.STEP_SUCCESS
                listener.stage_ended(stage, now - self._began.get(stage, now), ok=ok)
            case dg.DagsterEventType.ASSET_CHECK_EVALUATION:
                answer = event.asset_check_evaluation_data
                if not answer.passed:
                    listener.check_failed(stage, answer.check_name, answer.description or "")
            case _:
                pass


def tell_progress(stage: str, log: Callable[[str], None], _row: object, done: int, total: int) -> None:
    """Tell the listeners how far a stage has come, and the run's log at every tenth."""
    for listener in _LISTENERS:
        listener.stage_advanced(stage, done, total)
    if done == total or done * _TENTHS // total > (done - 1) * _TENTHS // total:
        log(f"{done} of {total} done")


@dg.logger(config_schema=None, description="Tells the process that started the run how it goes.")
def progress_logger(_: dg.InitLoggerContext) -> logging.Logger:
    """Return a logger that relays events."""
    logger = logging.Logger(NAME, logging.DEBUG)
    logger.addHandler(_Relay())
    return logger
