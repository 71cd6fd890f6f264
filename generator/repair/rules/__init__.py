"""The rules: from a diagnosis to a directive, or to the reason why nothing is safe; one file each."""

from __future__ import annotations

from generator.repair.facts import Facts
from generator.repair.model import AnyDirective, Diagnosis, Refusal
from generator.repair.rules import (
    database_drift,
    dependency,
    hand_edit,
    quarantine,
    server_managed,
    spec_error,
    stale_stage,
    transient,
)
from generator.repair.rules.model import Rule

RULES: tuple[Rule, ...] = (
    transient.RULE,
    hand_edit.RULE,
    database_drift.RULE,
    server_managed.RULE,
    quarantine.RULE,
    stale_stage.RULE,
    dependency.RULE,
    spec_error.RULE,
)

_TRIED = "Everything that fits was tried: correct it by hand."
_HINTS: dict[str, str] = {
    "generator": "Nothing that people change explains it: this is a mistake in appgen. Please report it.",
    "target": "Put the place of delivery in order, then build again.",
    "spec": "Correct the spec.",
}


def propose(diagnosis: Diagnosis, facts: Facts, tried: frozenset[str]) -> AnyDirective | Refusal:
    """Return what the first rule that fits proposes; `tried` are ids of directives not to be tried again."""
    for rule in RULES:
        if rule.cause == diagnosis.cause.kind:
            proposal = rule.propose(diagnosis, facts, tried)
            if proposal is not None:
                return proposal
    return Refusal("No rule repairs this safely.", _HINTS.get(diagnosis.cause.kind, _TRIED))
