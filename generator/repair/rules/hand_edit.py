"""A delivered file was changed by hand: the edit is kept as a patch, and what was verified returns."""

from __future__ import annotations

from generator.repair.facts import Facts
from generator.repair.model import Cause, Diagnosis, KeepEdits
from generator.repair.rules.model import Rule, RuleCase, found
from generator.verify.model import Finding


def propose(_: Diagnosis, facts: Facts, __: frozenset[str]) -> KeepEdits | None:
    """Keep the edits that there are; where there are none, the delivery failed for another reason."""
    return KeepEdits(facts.edited) if facts.edited else None


_FOUND = found(
    Cause("hand edit", "app/thing/service.py", ("release",)),
    Finding("release", "stage-failed", "these generated files were changed by hand", stage="release"),
)
RULE = Rule(
    "hand_edit",
    "hand edit",
    propose,
    (
        RuleCase(
            "every edited file gets its patch",
            Facts(edited=("app/base.py", "app/thing/service.py")),
            _FOUND,
            KeepEdits(("app/base.py", "app/thing/service.py")),
        ),
        RuleCase("nothing is done without an edit", Facts(), _FOUND, None),
    ),
)
