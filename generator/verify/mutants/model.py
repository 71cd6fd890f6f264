"""What a mutant is, and what became of it."""

from __future__ import annotations

from typing import Literal as OneOf
from typing import get_args

import msgspec

from generator.core.spans import Span

Kind = OneOf[
    "guard_dropped",
    "comparison_flipped",
    "boundary_moved",
    "boolean_swapped",
    "effect_dropped",
    "effect_changed",
    "lock_dropped",
    "status_changed",
    "error_code_changed",
    "type_changed",
    "constraint_dropped",
    "transition_added",
    "default_changed",
    "conflict_changed",
    "list_changed",
    "derived_changed",
    "route_changed",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
Level = OneOf["code", "ir"]
Outcome = OneOf["killed", "survived", "equivalent"]


class _Node(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of what is kept of a run."""


class Mutant(_Node, frozen=True):
    """One small mistake: what it is, where it stands, and the files as it makes them."""

    id: str
    level: Level
    kind: Kind
    what: str  # "`<` becomes `<=`"
    node: str  # the IR node behind it
    path: str
    line: int
    changed: dict[str, str]  # path -> text
    span: Span | None = None  # of an IR mutant: where the node stands in the spec

    @property
    def place(self) -> str:
        """Where a person finds it: the node and the line of the spec, or the generated line."""
        if self.level == "code" or self.span is None:
            return f"{self.path}:{self.line}"
        return f"{self.node} ({self.span.file}:{self.span.line})"


class Verdict(_Node, frozen=True):
    """What became of a mutant: `by` the gate or scenario that saw it, or why nothing can."""

    mutant: str
    level: Level
    kind: Kind
    outcome: Outcome
    place: str
    node: str
    what: str
    by: str = ""
    reason: str = ""
    diff: str = ""  # of a survivor
    ms: float = 0.0


class MutationReport(_Node, frozen=True):
    """Every mutant of an application and what became of it."""

    app: str
    ir_digest: str
    verdicts: tuple[Verdict, ...]
    made: int  # of which `verdicts` are all, or a sample
    problem: str = ""

    def count(self, outcome: Outcome, kind: Kind | None = None) -> int:
        """Return how many mutants (of a kind) ended so."""
        return sum(v.outcome == outcome and kind in (None, v.kind) for v in self.verdicts)

    @property
    def survivors(self) -> tuple[Verdict, ...]:
        """Mutants that no gate and no scenario has seen."""
        return tuple(v for v in self.verdicts if v.outcome == "survived")

    @property
    def equivalents(self) -> tuple[Verdict, ...]:
        """Mutants of which it is proven that nothing can see them."""
        return tuple(v for v in self.verdicts if v.outcome == "equivalent")

    @property
    def score(self) -> float:
        """Killed of those that could be, in percent; 0 when there was nothing to kill."""
        killed, survived = self.count("killed"), self.count("survived")
        return 100.0 * killed / (killed + survived) if killed + survived else 0.0
