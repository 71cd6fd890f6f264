"""How far a plan reaches: every thing that is to be tried, and what became of it."""

from __future__ import annotations

import math
from typing import Literal as OneOf

import msgspec

State = OneOf["covered", "proved", "missing"]


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing to be tried: by which scenario it is, or why it can't happen, or why it is not."""

    dimension: str
    id: str
    node: str  # the IR node that it is about
    what: str
    state: State = "missing"
    by: str = ""  # the scenario
    reason: str = ""  # of what is proved or missing


class Row(msgspec.Struct, frozen=True):
    """The numbers of one dimension."""

    dimension: str
    total: int
    covered: int
    proved: int

    @property
    def missing(self) -> int:
        """How many are neither covered nor proved."""
        return self.total - self.covered - self.proved


class Coverage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Every item; `strange` names scenarios that the reference interpreter answers otherwise."""

    plan: str  # digest of the scenarios that were measured
    items: tuple[Item, ...]
    strange: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[Item, ...]:
        """What is neither covered nor proved."""
        return tuple(item for item in self.items if item.state == "missing")

    @property
    def rows(self) -> tuple[Row, ...]:
        """The numbers, dimension by dimension."""
        found: dict[str, list[str]] = {}
        for item in self.items:
            found.setdefault(item.dimension, []).append(item.state)
        return tuple(
            Row(name, len(states), states.count("covered"), states.count("proved"))
            for name, states in found.items()
        )

    @property
    def percent(self) -> float:
        """How much of everything is covered or proved; nothing at all is nothing reached."""
        return 100.0 * (1 - len(self.missing) / len(self.items)) if self.items else 0.0

    @property
    def shown(self) -> str:
        """The percentage as text, never rounded up to 100."""
        return f"{math.floor(self.percent * 10) / 10:g} %"

    @property
    def ok(self) -> bool:
        """Whether there was something to try and all of it is covered or proved."""
        return bool(self.items) and not self.missing and not self.strange
