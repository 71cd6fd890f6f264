"""The live database was changed by hand: a corrective revision, or a refusal when data would be lost."""

from __future__ import annotations

from generator.repair.facts import Difference, Facts
from generator.repair.model import Cause, CorrectDatabase, Diagnosis, Refusal, Step
from generator.repair.rules.model import Rule, RuleCase, found
from generator.verify.model import Finding


def propose(_: Diagnosis, facts: Facts, tried: frozenset[str]) -> CorrectDatabase | Refusal | None:
    """Correct all differences, or none."""
    if losses := [d for d in facts.drift if d.loses or d.step is None]:
        said = "; ".join(f"{d.about}: {d.loses or 'no correction is known'}" for d in losses)
        return Refusal(
            f"Correcting the database would lose data: {said}.",
            "Keep the data elsewhere, or put what was added into the spec; then build again.",
        )
    if facts.drift and {d.about for d in facts.drift} <= set(facts.corrected):
        return Refusal("The correction was delivered.", "Run `alembic upgrade head` on the live database.")
    steps = tuple(d.step for d in facts.drift if d.step is not None)
    directive = CorrectDatabase(facts.revision, steps)
    return directive if steps and directive.id not in tried else None


_ADD = Step("ALTER TABLE things ADD COLUMN hint text", "SELECT 1", "things.hint is missing")
_FOUND = found(
    Cause("database", "the live database", ("migrations",)),
    Finding("live_database", "drift", "things.hint is missing", node="field:Thing.hint", stage="migrations"),
)
_LOST = Difference("things.extra was added", loses="12 rows have one")
RULE = Rule(
    "database_drift",
    "database",
    propose,
    (
        RuleCase(
            "what is missing is added by a revision",
            Facts(revision="0001_initial", drift=(Difference("things.hint is missing", _ADD),)),
            _FOUND,
            CorrectDatabase("0001_initial", (_ADD,)),
        ),
        RuleCase(
            "nothing is done if anything would be lost",
            Facts(revision="0001_initial", drift=(Difference("things.hint is missing", _ADD), _LOST)),
            _FOUND,
            Refusal(
                "Correcting the database would lose data: things.extra was added: 12 rows have one.",
                "Keep the data elsewhere, or put what was added into the spec; then build again.",
            ),
        ),
        RuleCase(
            "what was corrected is not corrected twice",
            Facts(drift=(Difference("things.hint is missing", _ADD),), corrected=("things.hint is missing",)),
            _FOUND,
            Refusal("The correction was delivered.", "Run `alembic upgrade head` on the live database."),
        ),
        RuleCase("no difference, no revision", Facts(), _FOUND, None),
    ),
)
