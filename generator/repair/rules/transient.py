"""The machine failed, not the application: the same again, a few times."""

from __future__ import annotations

from generator.repair.facts import Facts
from generator.repair.model import Cause, Diagnosis, Refusal, Retry
from generator.repair.rules.model import Rule, RuleCase, found
from generator.verify.model import Finding

MOST = 2


def propose(diagnosis: Diagnosis, facts: Facts, _: frozenset[str]) -> Retry | Refusal:
    """Try again; a machine that fails every time needs a person."""
    if facts.retries >= MOST:
        return Refusal(
            f"It failed {MOST + 1} times in a row.", "Look at the machine: database, disk, memory."
        )
    return Retry(diagnosis.cause.stages[0], facts.retries + 1)


_FOUND = found(
    Cause("infrastructure", "smoke_result", ("smoke_result",)),
    Finding("smoke_result", "stage-failed", "the database is gone: it no longer answers"),
)
RULE = Rule(
    "transient",
    "infrastructure",
    propose,
    (
        RuleCase("it is tried again", Facts(), _FOUND, Retry("smoke_result", 1)),
        RuleCase(
            "but not for ever",
            Facts(retries=MOST),
            _FOUND,
            Refusal("It failed 3 times in a row.", "Look at the machine: database, disk, memory."),
        ),
    ),
)
