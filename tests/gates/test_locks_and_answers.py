"""What requests one after the other can't show: locks, races, answers of the database, descriptions."""

import json
from collections.abc import Callable

import pytest

from generator.emit.tree import EmittedFile
from generator.verify.gates import locks, violations
from generator.verify.gates.build import Build
from generator.verify.model import Finding
from tests.gates.conftest import Healthy, build, rebundled

SPEC = """
app: lent
entities:
  Box:
    fields:
      label: string(1..40) unique
      room: int >= 0
      things: Thing[] owned
    states:
      status: {initial: OPEN, OPEN: [SHUT]}
  Thing:
    fields:
      kind: string(1..40)
      count: int > 0
    unique:
      - {fields: [box, kind], on_conflict: add count}
    rules:
      - count <= box.room else 422 "No room"
flows:
  clear:
    entity: Box
    effects: [box.room = 0]
  shut:
    entity: Box
    requires:
      - count(Box, status == SHUT) < 3 else 409 "Enough"
      - all(box.things, count > 0) else 422 "Nothing"
    effects:
      - "box.status: OPEN -> SHUT"
      - box.room = 0
"""
QUERIES, SERVICE, THINGS = "app/box/queries.py", "app/box/service.py", "app/thing/service.py"


@pytest.fixture(scope="module")
def lent() -> Healthy:
    return build(SPEC)


def found(
    healthy: Healthy, check: Callable[[Build], list[Finding]], path: str, old: str, new: str
) -> list[str]:
    changed = Build(healthy.replaced(path, (old, new)), healthy.ir, healthy.guards)
    return [f.code for f in check(changed)]


def test_a_healthy_build_locks_and_answers(lent: Healthy) -> None:
    healthy = Build(lent.bundle, lent.ir, lent.guards)
    assert locks.check(healthy) == []
    assert violations.check(healthy) == []


LOCKS = [
    ("statement", QUERIES, "LOCK = sql.locking(_ROWS.where(_ID))", "LOCK = _ROWS.where(_ID)"),
    ("statement", QUERIES, "LOCK = sql.locking(", "LOCK = sql.sharing("),
    ("statement", "app/thing/queries.py", "SHARE_ROWS_BY_BOX = sql.sharing(", "SHARE_ROWS_BY_BOX = ("),
    ("weak", SERVICE, "tx.one(Box, queries.LOCK, id=box_id)", "tx.one(Box, queries.SHARE, id=box_id)"),
    ("table", SERVICE, "await tx.execute(queries.LOCK_TABLE)", "pass"),
    ("race", THINGS, ', race=("uq_things_box_id_kind",)', ""),
]  # fmt: skip


@pytest.mark.parametrize(("code", "path", "old", "new"), LOCKS)
def test_a_missing_lock_is_seen(lent: Healthy, code: str, path: str, old: str, new: str) -> None:
    assert code in found(lent, locks.check, path, old, new)


VIOLATIONS = [
    ("answer", "app/violations.py", '409, "in_use"', '404, "in_use"'),
    ("answer", "app/violations.py", '"conflict"', '"in_use"'),
    ("no-answer", "app/violations.py", '"ck_boxes_room_ge"', '"ck_boxes_room"'),
    ("condition", "app/box/models.py", '"room >= 0"', '"room > 0"'),
    ("condition", "migrations/versions/0001_initial.py", '"room >= 0"', '"room >= -1"'),
]


@pytest.mark.parametrize(("code", "path", "old", "new"), VIOLATIONS)
def test_a_wrong_answer_of_the_database_is_seen(
    lent: Healthy, code: str, path: str, old: str, new: str
) -> None:
    assert found(lent, violations.check, path, old, new) == [code]


def test_an_answer_that_is_not_described_is_seen(healthy: Healthy) -> None:
    step = {"operation": "operation:Account.close", "expect": {"status": 418}}
    plan = EmittedFile("smoke/plan.json", json.dumps({"suites": [{"scenarios": [{"steps": [step]}]}]}))
    others = [f for f in healthy.bundle.files if f.path != plan.path]
    report = healthy.run(rebundled([*others, plan]), without=("plan", "types", "lint"))
    assert [(f.source, f.code, f.node) for f in report.findings] == [
        ("statuses", "undescribed", "operation:Account.close")
    ]


def test_a_refusal_that_only_the_framework_describes_is_seen(healthy: Healthy) -> None:
    path = "app/account/router.py"
    broken = healthy.replaced(path, ("responses=problems(404, 422)", "responses=problems(404)"))
    report = healthy.run(broken, without=("types", "lint", "plan"))
    assert [(f.source, f.code, f.path) for f in report.findings] == [("statuses", "undescribed", path)]
