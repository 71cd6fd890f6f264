"""What the database has to hold by itself: every constraint is broken by plain SQL, and refused by name."""

import re
from pathlib import Path

import pytest

from generator.graph.routing import Layer, ValidationRoutingMatrix
from generator.ir.lower import lower
from generator.ir.model import ApplicationIR
from generator.spec.load import load_app
from generator.verify.gates import GATES
from generator.verify.model import GateResult
from generator.verify.parity.model import Trial
from generator.verify.parity.trials import trials
from tests.gates.conftest import Healthy, build

ROOT = Path(__file__).parents[2]
SPECS = sorted([*(ROOT / "specs").glob("*.yaml"), *(ROOT / "tests" / "corpus").glob("*.yaml")])
REVISION = "migrations/versions/0001_initial.py"
WITHOUT = tuple(gate.name for gate in GATES if gate.name != "parity")

SPEC = """
app: yard
entities:
  Bay:
    fields:
      code: string(2..8) unique
      length: decimal(6,2) > 0
      opens: date
      closes: date
      kind: enum(DRY, WET)
    rules:
      - opens < closes else 422 "It closes after it opens"
  Stay:
    fields:
      bay: -> Bay
      begins: datetime
      ends: datetime
    states:
      status: {initial: PLANNED, PLANNED: [OVER]}
    rules:
      - begins < ends
    unique:
      - {fields: [bay], during: [begins, ends], while: status == PLANNED}
  Closure:
    fields:
      bay: -> Bay
      first: date
      last: date
    rules:
      - first <= last
    unique:
      - {fields: [bay], during: [first, last]}
"""


@pytest.fixture(scope="module")
def yard() -> Healthy:
    return build(SPEC)


def asked(healthy: Healthy, *changes: tuple[str, str]) -> GateResult:
    """Ask the gate about a build with a changed migration."""
    broken = healthy.replaced(REVISION, *changes) if changes else None
    (result,) = healthy.run(broken, without=WITHOUT).gates
    return result


def by_source(ir: ApplicationIR) -> dict[str, list[Trial]]:
    found: dict[str, list[Trial]] = {}
    for group in trials(ir).groups:
        for trial in group.trials:
            found.setdefault(trial.source, []).append(trial)
    return found


def test_each_constraint_has_its_refusal(yard: Healthy) -> None:
    found = by_source(yard.ir)
    said = {(t.sqlstate, t.constraint) for t in found["field:Bay.code"]}
    assert {
        ("23505", "uq_bays_code"),
        ("23514", "ck_bays_code_min"),
        ("23502", "code"),
        ("22001", ""),
    } <= said
    assert ("23514", "ck_bays_kind_values") in {(t.sqlstate, t.constraint) for t in found["field:Bay.kind"]}
    assert ("23503", "fk_stays_bay_id") in {(t.sqlstate, t.constraint) for t in found["field:Stay.bay"]}
    (overlap,) = found[yard.ir.domain.entities[1].uniques[0].id]
    assert overlap.sqlstate == "23P01"
    assert len(overlap.statements) == 2


def test_a_healthy_database_refuses_everything(yard: Healthy) -> None:
    result = asked(yard)
    assert (result.skipped, result.findings) == ("", ())


WEAKER = [
    ("field:Bay.length", '        sa.CheckConstraint("length > 0", name="ck_bays_length_gt"),\n', ""),
    ("field:Bay.length", '"length > 0"', '"length >= 0"'),
    ("field:Bay.kind", "kind IN ('DRY', 'WET')", "kind IN ('DRY', 'WET', '__no_such')"),
    ("field:Bay.code", 'sa.UniqueConstraint("code", name="uq_bays_code"),', ""),
    ("rule:Bay:", "opens < closes", "opens <= closes"),
    ("unique:Stay:", "status = 'PLANNED'", "status = 'OVER'"),
]


def test_what_is_accepted_is_seen(yard: Healthy) -> None:
    """Also where the constraint is there by name, but holds less than it says."""
    result = asked(yard, *[(old, new) for _, old, new in (WEAKER[0], *WEAKER[2:])])
    accepted = {f.node for f in result.findings if f.code == "accepted"}
    nodes = [node for node, _, _ in WEAKER]
    assert all(any(found.startswith(node) for found in accepted) for node in nodes), accepted
    assert all(f.stage == "models" for f in result.findings)
    assert not result.ok


def test_a_bound_that_moved_is_seen(yard: Healthy) -> None:
    (finding,) = asked(yard, WEAKER[1][1:]).findings
    assert (finding.code, finding.node) == ("accepted", "field:Bay.length")


def test_another_constraint_that_refuses_is_seen(yard: Healthy) -> None:
    (finding,) = asked(yard, ('name="uq_bays_code"', 'name="uq_more"')).findings
    assert (finding.code, finding.node) == ("other-refusal", "field:Bay.code")


def test_a_valid_row_that_is_refused_is_seen(yard: Healthy) -> None:
    result = asked(yard, ('"length > 0"', '"length > 9999"'))
    assert "valid-refused" in {f.code for f in result.findings} or result.skipped
    assert not result.ok


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_whatever_is_routed_to_the_database_is_tried(path: Path) -> None:
    ir = lower(load_app(path.name, lambda name: (path.parent / name).read_text(encoding="utf-8"))).ir
    found = trials(ir)
    tried = {t.id for g in found.groups for t in g.trials}
    routed = {c.id for c in ir.validation.constraints if Layer.DATABASE in ValidationRoutingMatrix().route(c)}
    assert routed <= tried | {u.id for u in found.untried}
    assert len(found.untried) <= len(routed) // 20, found.untried


CIRCLE = """
app: circle
entities:
  Tree: {fields: {name: string, last: "-> Leaf?", twigs: "Twig[] owned", signs: "Sign[] owned"}}
  Twig: {fields: {leaves: "Leaf[] owned"}}
  Leaf: {fields: {size: int, notes: "Note[] owned"}}
  Sign: {fields: {text: string}}
  Note: {fields: {sign: -> Sign}}
"""


def test_rows_come_after_those_that_they_refer_to() -> None:
    """A reference that may be null and leads back is not followed: no order would do."""
    groups = trials(lower(load_app("app.yaml", lambda _: CIRCLE)).ir).groups
    assert {group.table for group in groups} == {"trees", "twigs", "leaves", "signs", "notes"}
    for group in groups:
        there: set[str] = set()
        for statement in group.setup:
            own, *others = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", statement)
            assert there.issuperset(others), statement
            there.add(own)
