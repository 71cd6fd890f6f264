"""What the planner can't find a way to is named, and keeps no application from being built."""

import pytest
from msgspec.structs import replace

from appgen_assets.checks.model import Made
from appgen_assets.checks.verification import CHECKS
from generator.core.digest import canonical_json
from generator.emit.bundle import Bundle
from generator.emit.tree import EmittedFile
from generator.graph.build import build_graph
from generator.guards.model import GuardIR
from generator.guards.synthesize import FlowLogicSynthesizer
from generator.ir.model import ApplicationIR
from generator.stages.workshop import external
from generator.verify.coverage.measure import measure
from generator.verify.gates import plan as gate
from generator.verify.gates.build import Build
from generator.verify.model import TestsModelIR, Uncovered
from generator.verify.plan import make_plan
from tests.plan.helpers import inline, play

# Nothing makes a Ghost or raises `weight` above 5, so `seal` never succeeds and there is no Slot.
HOPELESS = """
app: hopeless
settings: {page_size: 1, max_page_size: 1}
entities:
  Box:
    fields:
      name: string(1..20)
      weight: int >= 0 = 0 server
    list: {sort: [name]}
  Slot:
    fields: {box: -> Box}
    operations: [read, list]
  Ghost:
    fields: {n: int}
    operations: [read, update, delete, list]
flows:
  seal:
    entity: Box
    input: {n: int}
    requires: [box.weight > 5]
    effects: [box.weight = 1, {create: Slot, set: {box: box}}]
  sweep:
    entity: Slot
    http: POST /sweep
    requires: [count(Slot) > 3]
    effects: []
    returns: none
"""


def guards_of(ir: ApplicationIR) -> GuardIR:
    return FlowLogicSynthesizer(build_graph(ir)).synthesize_for_app(ir)


@pytest.fixture(scope="module")
def ir() -> ApplicationIR:
    return inline(HOPELESS)


@pytest.fixture(scope="module")
def plan(ir: ApplicationIR) -> TestsModelIR:
    made = make_plan(ir)
    return replace(made, coverage=measure(ir, guards_of(ir), made))


def test_every_operation_is_asked_something(plan: TestsModelIR, ir: ApplicationIR) -> None:
    assert {o.id for o in ir.api.operations} == {s.operation for c in plan.scenarios() for s in c.steps}
    assert plan.untried == ()
    assert [row.problem for row in play(plan, ir) if not row.ok] == []


def test_lists_of_rows_that_nothing_makes_are_carried_out(plan: TestsModelIR) -> None:
    works = {s.operation for c in plan.scenarios() for s in c.steps if s.expect.status == 200}
    assert {"operation:Slot.list", "operation:Ghost.list"} <= works


def test_what_never_succeeds_is_missing_with_its_reason(plan: TestsModelIR) -> None:
    assert plan.coverage is not None
    missing = {i.id: i.reason for i in plan.coverage.missing if i.dimension == "endpoints"}
    assert missing["operation:Box.seal"] == "no sequence of requests in which it succeeds was found"
    assert missing["operation:Ghost.read"] == "no operation makes a row of Ghost"


def blocking(plan: TestsModelIR, ir: ApplicationIR) -> dict[str, bool]:
    """Return the checks of the plan that block, each with whether it passes."""
    inputs = {"test_plan": external("test_plan", plan), "application_ir": external("application_ir", ir)}
    made = Made(inputs["test_plan"], inputs, {})
    return {c.name: c.ask(made).ok for c in CHECKS if c.stage == "test_plan" and c.blocking}


def findings(plan: TestsModelIR, ir: ApplicationIR) -> list[tuple[str, str, str]]:
    bundle = Bundle((EmittedFile(gate.PLAN, canonical_json(plan).decode()),), {})
    return [(f.code, f.node, f.severity) for f in gate.check(Build(bundle, ir, guards_of(ir)))]


def test_nothing_of_it_blocks(plan: TestsModelIR, ir: ApplicationIR) -> None:
    assert all(blocking(plan, ir).values())
    assert findings(plan, ir) == []


LOST = "operation:Box.seal"


def without(plan: TestsModelIR, operation: str) -> TestsModelIR:
    suites = (
        replace(s, scenarios=tuple(c for c in s.scenarios if all(p.operation != operation for p in c.steps)))
        for s in plan.suites
    )
    return replace(plan, suites=tuple(suites))


def test_an_operation_that_is_named_as_untried_is_a_warning(plan: TestsModelIR, ir: ApplicationIR) -> None:
    named = replace(without(plan, LOST), untried=(Uncovered(LOST, "no way was found"),))
    assert findings(named, ir) == [("untried", LOST, "warning")]
    assert all(blocking(named, ir).values())


def test_one_that_nobody_names_blocks(plan: TestsModelIR, ir: ApplicationIR) -> None:
    lost = without(plan, LOST)
    assert findings(lost, ir) == [("untried", LOST, "error")]
    assert not blocking(lost, ir)["every_endpoint"]


def test_a_plan_without_scenarios_blocks_whatever_it_names(plan: TestsModelIR, ir: ApplicationIR) -> None:
    named = tuple(Uncovered(o.id, "no way was found") for o in ir.api.operations)
    empty = replace(plan, suites=(), untried=named)
    assert ("no-scenarios", "", "error") in [(c, n, s) for c, n, s in findings(empty, ir)]
    assert not blocking(empty, ir)["every_endpoint"]
