"""What trying a mutant needs of the machine; `generator.host.forks` implements it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from generator.verify.sandbox import Files, Session


class Bench(Protocol):
    """A place where variants of one application are tried, one after the other."""

    def open(self, changed: Mapping[str, str], *, migrated: bool) -> AbstractContextManager[Session]:
        """Open the application with these files changed, on a clone of its database or an empty one."""
        ...

    def give_up(self) -> None:
        """End what is being tried here, from another thread: its session then fails."""
        ...


class Benches(Protocol):
    """Prepares places for variants of an application; all is gone at the end."""

    def __call__(self, bundle: Files, count: int) -> AbstractContextManager[Sequence[Bench]]:
        """Prepare `count` of them."""
        ...
