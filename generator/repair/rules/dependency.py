"""Another release of a package broke the application: it is pinned to the last that passed."""

from __future__ import annotations

from generator.emit.overrides import Overrides, Pin
from generator.repair.apply import JOURNAL
from generator.repair.facts import Facts
from generator.repair.model import Cause, Diagnosis, PinDependency
from generator.repair.rules.model import Rule, RuleCase, found
from generator.verify.model import Finding


def propose(diagnosis: Diagnosis, facts: Facts, tried: frozenset[str]) -> PinDependency | None:
    """Pin the likeliest package that was not tried yet."""
    for package in (diagnosis.cause.what, *diagnosis.cause.others):
        passed, now = facts.passed.get(package, ""), facts.installed.get(package, "")
        directive = PinDependency(package, passed, now)
        if passed and passed != now and directive.id not in tried:
            return directive
    return None


_BEFORE = Facts(
    passed={"fastapi": "0.165.1", "uvicorn": "0.40.0"}, installed={"fastapi": "0.165.9", "uvicorn": "0.41.0"}
)
_FOUND = found(
    Cause("dependency", "fastapi", ("project",), ("uvicorn",)),
    Finding("imports", "import-fails", "cannot import name 'APIRouter' from 'fastapi'", stage="routes"),
)
RULE = Rule(
    "dependency",
    "dependency",
    propose,
    (
        RuleCase(
            "the release that passed is pinned",
            _BEFORE,
            _FOUND,
            Overrides(pins=(Pin("fastapi", "==0.165.1", f"{JOURNAL}/1"),)),
        ),
        RuleCase(
            "then the next package that has changed",
            _BEFORE,
            _FOUND,
            PinDependency("uvicorn", "0.40.0", "0.41.0"),
            frozenset({PinDependency("fastapi", "0.165.1", "0.165.9").id}),
        ),
        RuleCase("what never passed can't be pinned", Facts(installed={"fastapi": "1"}), _FOUND, None),
    ),
)
