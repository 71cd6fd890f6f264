"""What a rule is, and the cases that show what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from generator.emit.overrides import Overrides
from generator.repair.facts import Facts
from generator.repair.model import AnyDirective, Cause, CauseKind, Diagnosis, Refusal
from generator.verify.model import Finding

Propose = Callable[[Diagnosis, Facts, frozenset[str]], AnyDirective | Refusal | None]


class RuleCase(NamedTuple):
    """`before` and `finding` are given; `after`: what the overrides are then, or the answer."""

    about: str
    before: Facts
    finding: Diagnosis
    after: Overrides | AnyDirective | Refusal | None
    tried: frozenset[str] = frozenset()


class Rule(NamedTuple):
    """One rule: the kind of cause that it is about, what it proposes, and its cases."""

    name: str
    cause: CauseKind
    propose: Propose
    cases: tuple[RuleCase, ...]


def found(cause: Cause, finding: Finding) -> Diagnosis:
    """Return a diagnosis for a case."""
    return Diagnosis("sample", "run", cause, (finding,), f"{finding.source}: {finding.message}")
