"""Every small change of an IR."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Condition, Rule
from generator.verify.mutants.ir.exprs import expression_changes
from generator.verify.mutants.ir.nodes import node_changes
from generator.verify.mutants.ir.places import Place, places, put
from generator.verify.mutants.model import Kind

_PARTS = ("domain", "behavior", "api", "infrastructure")


class Change(msgspec.Struct, frozen=True):
    """One change: where, what it does, and the IR that it gives."""

    id: str
    kind: Kind
    node: str
    what: str
    path: tuple[str | int, ...]
    old: Any
    new: Any
    condition: Condition | None = None  # the condition that an expression is part of

    def applied(self, ir: ApplicationIR) -> ApplicationIR:
        """Return the IR with the change made."""
        changed: ApplicationIR = put(ir, self.path, self.new)
        return changed


def changes(ir: ApplicationIR) -> Iterator[Change]:
    """Yield every change of what operations do, rows hold and lists show, in order of the IR."""
    index = Index(ir)
    names: Counter[tuple[str, str]] = Counter()
    for part in _PARTS:
        for place in places(getattr(ir, part), (part,), (ir,)):
            for kind, new, what in (*node_changes(place, index), *expression_changes(place, index)):
                node = place.node or str(place.path[0])
                names[node, kind] += 1
                name = f"{node}:{kind}:{names[node, kind]}"
                yield Change(name, kind, node, what, place.path, place.value, new, _condition(place))


def _condition(place: Place) -> Condition | None:
    if any(isinstance(v, Rule) for v in place.around):
        return next(v.condition for v in place.around if isinstance(v, Rule))
    return next((v for v in reversed(place.around) if isinstance(v, Condition)), None)
