"""What a plan holds, and that its scenarios stand on their own."""

import re
import subprocess
import sys
import time
from collections import Counter

import msgspec
import pytest

from generator.core.digest import canonical_json, digest
from generator.ir.model import OperationKind
from generator.verify.model import TestsModelIR
from generator.verify.plan import make_plan
from tests.plan.helpers import ROOT, SPECS, inline, ir_of, plan_of, play

SHOP = ROOT / "specs/shop.yaml"


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_scenarios_pass_in_any_sequence_beside_the_rows_of_others(path) -> None:
    rows = play(plan_of(path), ir_of(path), seed=3)
    assert len(rows) == len(plan_of(path).scenarios())
    assert [(r.scenario, r.step, r.problem) for r in rows if not r.ok] == []


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_every_operation_is_tried_and_what_is_not_is_named(path) -> None:
    plan, ir = plan_of(path), ir_of(path)
    covered = {c for s in plan.scenarios() for c in s.covers}
    missed = {u.node for u in plan.uncovered}
    for operation in ir.api.operations:
        assert f"{operation.id}:happy" in covered or operation.id in missed
        if operation.rows:
            assert f"{operation.id}:404" in covered
        if operation.kind in {OperationKind.CREATE, OperationKind.UPDATE}:
            assert f"{operation.id}:422" in covered
    assert all(u.reason for u in plan.uncovered)


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_every_guard_is_refused_or_named(path) -> None:
    plan, ir = plan_of(path), ir_of(path)
    covered = {c for s in plan.scenarios() for c in s.covers} | {u.node for u in plan.uncovered}
    for flow in ir.behavior.flows:
        operation = next(o for o in ir.api.operations if o.flow == flow.id)
        for condition in (*flow.requires, *flow.ensures):
            assert f"{operation.id}:{condition.id}:refused" in covered


def test_the_shop_has_what_was_promised() -> None:
    plan = plan_of(SHOP)
    scenarios = plan.scenarios()
    kinds = Counter(s.kind for s in scenarios)
    assert len(scenarios) >= 80
    assert sum(s.asserts_effects for s in scenarios) >= 20
    assert set(kinds) == {"happy", "edge", "error", "effect", "flow"}
    assert plan.ir_digest == digest(ir_of(SHOP))
    assert len({s.name for s in scenarios}) == len(scenarios)


def test_planning_the_shop_is_quick() -> None:
    began = time.process_time()
    make_plan(ir_of(SHOP))
    assert time.process_time() - began < 4  # about 0.8 s on an idle machine


def test_a_plan_survives_json() -> None:
    plan = plan_of(SHOP)
    assert msgspec.json.decode(canonical_json(plan), type=TestsModelIR) == plan


def test_plans_are_the_same_whatever_the_hash_seed() -> None:
    code = (
        "from tests.plan.helpers import *; from generator.core.digest import digest;"
        "print(digest(make_plan(ir_of(ROOT / 'specs/shop.yaml'))))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_scenarios_hold_no_id_of_the_planning() -> None:
    text = canonical_json(plan_of(SHOP)).decode()
    assert not re.search(r"019b0000-0000-7000", text)


RANGES = """
app: ranges
entities:
  Place: {fields: {name: string}}
  Slot:
    fields:
      place: -> Place
      starts: datetime
      ends: datetime
    rules: [starts < ends]
    unique: [{fields: [place], during: [starts, ends]}]
"""


def test_ranges_that_touch_are_allowed_and_those_that_overlap_are_not() -> None:
    names = {s.name for s in make_plan(inline(RANGES)).scenarios()}
    assert "Slot.create: refused by unique place" in names
    assert "Slot.create: ranges that touch are allowed" in names
    assert "Slot.create: ranges that overlap a little are refused" in names


def test_a_range_may_end_where_the_server_says() -> None:
    text = RANGES.replace("ends: datetime", "ends: datetime = starts + hours(2) snapshot")
    names = {s.name for s in make_plan(inline(text)).scenarios()}
    assert "Slot.create: refused by unique place" in names


LEDGER = """
app: ledger
entities:
  Account:
    fields:
      name: string
      balance: decimal(10,2) = 0 server
    operations: [create, read]
flows:
  put:
    entity: Account
    input: {amount: decimal(8,2) > 0}
    effects: [account.balance += amount]
  take:
    entity: Account
    input: {amount: decimal(8,2) > 0}
    requires: [account.balance >= amount else 409 "Not enough"]
    effects: [account.balance -= amount]
"""


def test_a_flow_that_needs_another_flow_first_is_found() -> None:
    plan = make_plan(inline(LEDGER))
    by_name = {s.name: s for s in plan.scenarios()}
    steps = [s.operation for s in by_name["Account.take: works"].steps]
    assert "operation:Account.put" in steps[: steps.index("operation:Account.take")]
    assert by_name["Account.take: works"].asserts_effects
    assert "Account.take: refused by requires account.balance >= amount" in by_name
    assert "Account.take: at the bound of requires account.balance >= amount" in by_name


COUNTED = """
app: counted
entities:
  Row:
    fields:
      serial: int = next()
      name: string
    list: {sort: [serial]}
flows:
  only_three:
    entity: Row
    requires: ['count(Row) <= 3']
    effects: ['row.name = "x"']
"""


def test_what_depends_on_all_rows_runs_without_rows_of_others() -> None:
    plan = make_plan(inline(COUNTED))
    assert [r.problem for r in play(plan, inline(COUNTED), seed=5) if not r.ok] == []
    fresh = {s.name for s in plan.scenarios() if s.fresh}
    assert {"Row.only_three: works", "Row.only_three: refused by requires count(Row) <= 3"} <= fresh
    assert "Row.create: works" not in fresh


_DERIVED_GUARD = """
app: posts
entities:
  Guard:
    fields: {name: string(1..20), idle: bool := not exists(Post, guard == self)}
  Post:
    fields: {guard: -> Guard?}
flows:
  man:
    {entity: Post, input: {guard: -> Guard}, requires: [guard.idle else 409], effects: [post.guard = guard]}
"""


def test_a_guard_on_a_derived_value_over_references_is_refused() -> None:
    plan = make_plan(inline(_DERIVED_GUARD))
    covered = {c for s in plan.scenarios() for c in s.covers}
    assert any(c.startswith("operation:Post.man:require:") and c.endswith(":refused") for c in covered)
