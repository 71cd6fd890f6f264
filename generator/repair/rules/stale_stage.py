"""An output was kept that its stage does not make: it is made again, and what follows from it."""

from __future__ import annotations

from generator.repair.facts import Facts
from generator.repair.model import Cause, Diagnosis, Remake
from generator.repair.rules.model import Rule, RuleCase, found
from generator.verify.model import Finding


def propose(diagnosis: Diagnosis, facts: Facts, tried: frozenset[str]) -> Remake | None:
    """Make it again; if it has been, and is the same, it was not stale."""
    stage = diagnosis.cause.what
    directive = Remake(stage, facts.kept.get(stage, ""))
    return None if directive.id in tried else directive


_FOUND = found(
    Cause("stale", "models", ("models",)),
    Finding("drift", "drift", "the migrations lack: a column", node="field:Thing.size", stage="migrations"),
)
_BEFORE = Facts(kept={"models": "an older one"})
_AFTER = Remake("models", "an older one")
RULE = Rule(
    "stale_stage",
    "stale",
    propose,
    (
        RuleCase("the stage is made again", _BEFORE, _FOUND, _AFTER),
        RuleCase("but not twice", _BEFORE, _FOUND, None, frozenset({_AFTER.id})),
    ),
)
