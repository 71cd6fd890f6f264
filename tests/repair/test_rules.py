"""Every rule's cases, and that every kind of cause has its answer."""

from pathlib import Path
from typing import get_args

import pytest

import generator.repair.rules
from generator.emit.overrides import Overrides
from generator.repair.apply import applied, effective, superseded
from generator.repair.facts import Facts
from generator.repair.journal import Entry, Journal
from generator.repair.model import (
    AnyDirective,
    Cause,
    CauseKind,
    CorrectDatabase,
    DropMembers,
    Quarantine,
    Refusal,
    Step,
    Told,
)
from generator.repair.revision import newest_revision, revision_file
from generator.repair.rules import RULES, propose
from generator.repair.rules.model import Rule, RuleCase, found
from generator.repair.rules.quarantine import RULE as QUARANTINE
from generator.repair.rules.server_managed import RULE as SERVER_MANAGED
from generator.verify.model import Finding

CASES = [(rule, case) for rule in RULES for case in rule.cases]


def entry(directive: AnyDirective, case: RuleCase, number: int = 1) -> Entry:
    told = Told("sample", "run", "d", (), (), "", "", case.finding.chain, "")
    return Entry(number, "2026-01-01T00:00:00+00:00", directive, "in force", told)


@pytest.mark.parametrize(("rule", "case"), CASES, ids=lambda v: getattr(v, "name", getattr(v, "about", "")))
def test_the_cases_of_the_rules(rule: Rule, case: RuleCase) -> None:
    proposal = rule.propose(case.finding, case.before, case.tried)
    if isinstance(case.after, Overrides):
        assert proposal is not None
        assert not isinstance(proposal, Refusal)
        assert proposal.stands
        assert applied(case.before.overrides, entry(proposal, case)) == case.after
    else:
        assert proposal == case.after
    assert rule.cause == case.finding.cause.kind


def test_every_rule_has_a_file_with_its_name_and_cases() -> None:
    folder = Path(generator.repair.rules.__file__).parent
    assert {path.stem for path in folder.glob("*.py")} - {"__init__", "model"} == {r.name for r in RULES}
    assert all(len(rule.cases) >= 2 for rule in RULES)


@pytest.mark.parametrize("kind", get_args(CauseKind))
def test_nothing_is_done_without_a_reason_and_that_is_said(kind: CauseKind) -> None:
    diagnosis = found(Cause(kind, "x", ("models",)), Finding("drift", "drift", "it is wrong"))
    proposal = propose(diagnosis, Facts(retries=9), frozenset())
    if kind != "stale":
        assert isinstance(proposal, Refusal)
        assert proposal.why
        assert proposal.hint


def test_a_directive_loses_its_hold_when_its_override_is_changed() -> None:
    case = QUARANTINE.cases[0]
    directive = QUARANTINE.propose(case.finding, case.before, frozenset())
    assert isinstance(directive, Quarantine)
    kept = Journal("sample", (entry(directive, case),))
    written = case.before.written
    assert effective(written, kept) == case.after
    changed = Overrides(files=(replace_text(written.files[0]),), templates=written.templates)
    assert effective(changed, kept) == changed
    assert (superseded(written, kept), superseded(changed, kept)) == ((), (1,))


def test_an_override_that_was_trimmed_can_still_be_kept_away() -> None:
    case = SERVER_MANAGED.cases[0]
    first = SERVER_MANAGED.propose(case.finding, case.before, frozenset())
    assert isinstance(first, DropMembers)
    away = Quarantine(first.source, first.content, "schemas")
    kept = Journal("sample", (entry(first, case), entry(away, case, 2)))
    assert not effective(case.before.written, kept).files


def replace_text(file: object) -> object:
    from msgspec.structs import replace  # noqa: PLC0415

    return replace(file, text="x = 2\n")  # type: ignore[type-var]


def test_a_corrective_revision_follows_the_newest_one() -> None:
    steps = (Step("ALTER TABLE t ADD COLUMN c timestamptz", "SELECT 1 WHERE 'a::text' = ':b'", "t.c lacks"),)
    path, text = revision_file(CorrectDatabase("0001_x", steps), 3)
    assert path.startswith("migrations/versions/correction_3_")
    first = 'revision = "0001_x"\ndown_revision = None\n'
    files = {"migrations/versions/0001_initial.py": first, path: text}
    assert newest_revision({"migrations/versions/0001_initial.py": first}) == "0001_x"
    assert newest_revision(files) == Path(path).stem
    assert newest_revision({**files, "migrations/versions/b.py": first.replace("0001_x", "other")}) == ""
