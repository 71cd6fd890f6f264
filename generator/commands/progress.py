"""A build's progress on the screen: a line per stage, what is at work now, what failed."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.status import Status

_WIDTH = 140


def console(out: TextIO | None = None, *, markup: bool = False) -> Console:
    """Return a console as wide as the terminal; what goes to a file or a pipe is wide enough for tables."""
    told = sys.stdout if out is None else out
    width = None if told.isatty() or "COLUMNS" in os.environ else _WIDTH
    return Console(file=told, highlight=False, emoji=False, markup=markup, width=width)


class Screen:
    """Follows a run; its own copy of stdout, since Dagster captures the process's."""

    def __init__(self) -> None:
        self.console = console(_own_stdout(), markup=True)
        self._status: Status | None = None
        self._done = self._total = 0

    @contextmanager
    def app(self, name: str, stages: int, planned: float) -> Iterator[None]:
        """Show the stages of one application."""
        self._done, self._total = 0, stages
        self.say(f"{name}: {count(stages, 'stage')} to make (compiled in {planned:.1f} s)")
        self._status = self.console.status("", spinner="dots") if self.console.is_terminal else None
        try:
            if self._status is not None:
                self._status.start()
            yield
        finally:
            if self._status is not None:
                self._status.stop()

    def say(self, text: str) -> None:
        """Print a line as it is."""
        self.console.print(text, markup=False, soft_wrap=True)

    def fail(self, stage: str, message: str) -> None:
        """Print what went wrong."""
        self.console.print(f"✗ {stage}: {message}", style="red", markup=False, soft_wrap=True)

    def stage_started(self, stage: str) -> None:
        """Show what is at work."""
        if self._status is not None:
            self._status.update(f"{stage} …")

    def stage_advanced(self, stage: str, done: int, total: int) -> None:
        """Show how far it has come."""
        if self._status is not None:
            self._status.update(f"{stage} … {done}/{total}")

    def stage_ended(self, stage: str, seconds: float, *, ok: bool) -> None:
        """Print a line."""
        self._done += 1
        mark, style = ("✓", "green") if ok else ("✗", "red")
        number = f"{self._done:>2}/{self._total}"
        self.console.print(f"  {number} {mark} {stage:18} {seconds:6.2f} s", style=style, markup=False)

    def check_failed(self, stage: str, check: str, why: str) -> None:
        """Print a check that failed, as soon as it has."""
        self.console.print(f"        {stage}.{check}: {why}", style="yellow", markup=False, soft_wrap=True)


def count(number: int, what: str) -> str:
    """Return "1 stage", "2 stages"."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _own_stdout() -> TextIO:
    try:
        return os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    except io.UnsupportedOperation:  # a caller has put something else in its place
        return sys.stdout
