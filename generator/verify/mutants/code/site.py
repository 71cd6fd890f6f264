"""A place in a generated file where something small can be changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from generator.ir.index import Index
from generator.ir.model import ApplicationIR
from generator.verify.mutants.model import Kind
from generator.verify.mutants.text import Edit


class Site(msgspec.Struct, frozen=True):
    """One change: its kind, its line, and what it does in words; `node` if the line's is not right."""

    kind: Kind
    line: int
    what: str
    edit: Edit
    node: str = ""


Sites = Iterator[Site]


class Facts:
    """What operators know of the application: which texts are values of which enums."""

    def __init__(self, ir: ApplicationIR) -> None:
        self.index = Index(ir)
        self._values = [e.values for e in ir.domain.enums]
        self._states = [e.values for e in ir.domain.enums if e.machine]

    def sibling(self, value: Any) -> str | None:
        """Return another value of an enum that has `value`."""
        return next((o for values in self._values if value in values for o in values if o != value), None)

    def other_state(self, states: Mapping[str, None]) -> str | None:
        """Return a state of the machine that has all of `states`, but is none of them."""
        machines = [m for m in self._states if states and set(states) <= set(m)]
        return next((s for m in machines for s in m if s not in states), None)
