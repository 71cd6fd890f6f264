"""Coverage is measured on what the plan's steps do, and what can't happen is proved, not waved through."""

from functools import cache

import pytest
from msgspec.structs import replace

from generator.graph.build import build_graph
from generator.guards.model import GuardIR
from generator.guards.synthesize import FlowLogicSynthesizer
from generator.ir.index import Index
from generator.ir.model import ApplicationIR
from generator.verify.coverage.measure import measure
from generator.verify.coverage.model import Coverage, Item
from generator.verify.coverage.proofs.conditions import Conditions
from generator.verify.coverage.proofs.lengths import _lengths, _none
from generator.verify.model import Scenario, TestsModelIR
from generator.verify.plan import make_plan
from tests.plan.helpers import inline

SPEC = """
app: kilns
entities:
  Kiln:
    fields:
      code: string(2..6) matches "[A-Z]{2,6}" unique
      heat: int(10..90) = 20
      load: int >= 0
      double: int := heat * 2
    rules: [load <= 60 else 422 "Too much in it"]
  Firing:
    fields: {kiln: -> Kiln immutable, number: int = next(kiln), pieces: int > 0}
    unique: [[kiln, number]]
    states: {phase: {initial: COLD, COLD: [HOT], HOT: [DONE]}}
    operations: [create, read, list]
flows:
  light:
    entity: Firing
    requires: [firing.pieces <= 50 else 422 "Too many", firing.phase == COLD else 409]
    effects: ["firing.phase: COLD -> HOT", firing.kiln.load += firing.pieces]
    ensures: [firing.kiln.load == old(firing.kiln.load) + firing.pieces, firing.phase == HOT]
"""


@cache
def made(text: str = SPEC) -> tuple[ApplicationIR, GuardIR, TestsModelIR, Coverage]:
    ir = inline(text)
    guards = FlowLogicSynthesizer(build_graph(ir)).synthesize_for_app(ir)
    plan = make_plan(ir, guards)
    return ir, guards, plan, measure(ir, guards, plan)


def kept(plan: TestsModelIR, scenarios: list[Scenario]) -> TestsModelIR:
    names = {s.name: s for s in scenarios}
    suites = [
        replace(u, scenarios=tuple(names[s.name] for s in u.scenarios if s.name in names))
        for u in plan.suites
    ]
    return replace(plan, suites=tuple(suites))


def again(scenarios: list[Scenario]) -> Coverage:
    ir, guards, plan, _ = made()
    return measure(ir, guards, kept(plan, scenarios))


def item(coverage: Coverage, part: str) -> Item:
    (found,) = [i for i in coverage.items if part in i.id or part in i.what]
    return found


def test_a_plan_reaches_everything() -> None:
    *_, coverage = made()
    assert coverage.ok, coverage.missing
    assert coverage.shown == "100 %"
    assert {row.dimension for row in coverage.rows} == {
        "endpoints", "declared statuses", "constraints", "guards", "transitions", "effects",
        "derived values", "boundaries",
    }  # fmt: skip
    assert all(i.by for i in coverage.items if i.state == "covered")
    assert all(i.reason for i in coverage.items if i.state == "proved")


@pytest.mark.parametrize(
    "part",
    [
        "Firing.light is refused by `firing.pieces <= 50`",
        "Firing.light moves phase from COLD to HOT",
        "POST /kilns answers 409",
        "Kiln.create: code of Kiln taken already",
        "heat just outside its le is refused by Kiln.create",
        "heat at its ge is accepted by Kiln.update",
        "le of heat broken alone in Kiln.update",
        "kiln_id of Firing.create names no row",
        "Kiln.delete is refused while Firing.kiln",
        "load = … is seen by a later read",
        "Kiln.double is what follows",
        "DELETE /kilns/{id} succeeds",
    ],
)
def test_what_no_scenario_does_any_more_is_missing(part: str) -> None:
    _, _, plan, coverage = made()
    scenarios = list(plan.scenarios())
    for _ in range(len(scenarios)):
        found = item(coverage, part)
        if found.state != "covered":
            break
        scenarios = [s for s in scenarios if s.name != found.by]
        coverage = again(scenarios)
    assert item(coverage, part).state == "missing"
    assert item(coverage, part).reason
    assert not coverage.ok


def test_labels_of_scenarios_count_for_nothing() -> None:
    _, _, plan, coverage = made()
    bare = [replace(s, covers=(), node="", kind="happy", asserts_effects=False) for s in plan.scenarios()]
    assert [i.state for i in again(bare).items] == [i.state for i in coverage.items]
    labels = tuple(label for s in plan.scenarios() for label in s.covers)
    lying = [replace(s, covers=labels) for s in plan.scenarios()[:1]]
    assert again(lying).percent < 50


def test_a_refusal_for_two_reasons_covers_neither() -> None:
    _, _, plan, coverage = made()
    found = item(coverage, "Firing.light is refused by `firing.pieces <= 50`")
    ordinary = item(again([s for s in plan.scenarios() if s.name == found.by]), found.what)
    assert ordinary.state == "covered"
    (scenario,) = [s for s in plan.scenarios() if s.name == found.by]
    # The same row, lit before it is lit again with too many pieces, would be refused for its phase too.
    both = SPEC.replace("requires: [firing", "requires: [firing.pieces < 51 else 409, firing")
    ir = inline(both)
    guards = FlowLogicSynthesizer(build_graph(ir)).synthesize_for_app(ir)
    text = repr(scenario)
    assert "Too many" in text
    twice = measure(ir, guards, make_plan(ir, guards))
    same = [i for i in twice.items if i.dimension == "guards" and "`firing.pieces <" in i.what]
    assert len(same) == 2
    assert all(i.state == "proved" and "it fails only together with" in i.reason for i in same)


def test_an_answer_that_the_reference_does_not_give_is_strange() -> None:
    _, _, plan, _ = made()
    first, *rest = plan.scenarios()
    step = replace(first.steps[-1], expect=replace(first.steps[-1].expect, status=418))
    wrong = replace(first, steps=(*first.steps[:-1], step))
    coverage = again([wrong, *rest])
    assert [text.startswith(first.name) for text in coverage.strange] == [True]
    assert not coverage.ok


def test_no_items_are_no_coverage() -> None:
    assert not Coverage("", ()).ok
    assert Coverage("", ()).percent == 0


# --- proofs -----------------------------------------------------------------------------


def proof(text: str, operation: str, part: str) -> str:
    """Return why a condition of an operation can't be broken alone."""
    ir = inline(text)
    guards = FlowLogicSynthesizer(build_graph(ir)).synthesize_for_app(ir)
    found = next(o for o in ir.api.operations if o.id == operation)
    flows = {f.id: f for f in ir.behavior.flows}
    flow = flows.get(found.flow)
    conditions = [c for f in (flow,) if f for c in (*f.requires, *f.ensures)]
    conditions += [r.condition for e in ir.domain.entities for r in e.rules]
    (condition,) = [c for c in conditions if part in c.text]
    return Conditions(Index(ir), guards, found).guard(condition.id)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("load == old", "load += firing.pieces", "load += 2"),  # another effect
        ("load == old", "load += firing.pieces", "load += firing.number"),
        ("phase == HOT", "firing.phase == HOT]", "firing.phase == DONE]"),
    ],
)
def test_a_postcondition_that_its_effects_make_true_is_proved(part: str, old: str, new: str) -> None:
    assert proof(SPEC, "operation:Firing.light", part) == "it never fails"
    changed = SPEC.replace(old, new)
    said = "phase == DONE" if "DONE" in new else part
    assert not proof(changed, "operation:Firing.light", said)


@pytest.mark.parametrize(
    ("weaker", "proved"), [("firing.pieces <= 60", True), ("firing.pieces <= 40", False)]
)
def test_a_guard_that_another_implies_is_proved(weaker: str, proved: bool) -> None:
    text = SPEC.replace("requires: [firing", f"requires: [{weaker} else 409, firing")
    assert bool(proof(text, "operation:Firing.light", weaker)) is proved


@pytest.mark.parametrize(("bound", "proved"), [("> 0", True), (">= 0", False)])
def test_a_guard_that_the_range_of_its_field_implies_is_proved(bound: str, proved: bool) -> None:
    text = SPEC.replace("pieces: int > 0", f"pieces: int {bound}")
    text = text.replace("requires: [firing", "requires: [firing.pieces != 0 else 409, firing")
    assert bool(proof(text, "operation:Firing.light", "pieces != 0")) is proved


@pytest.mark.parametrize(("step", "proved"), [("-= firing.pieces", True), ("+= 1", False)])
def test_a_rule_of_the_stored_row_is_proved_where_the_flow_keeps_it(step: str, proved: bool) -> None:
    text = SPEC.replace("load += firing.pieces", f"load {step}")
    text = text.replace("firing.kiln.load == old(firing.kiln.load) + firing.pieces, ", "")
    assert bool(proof(text, "operation:Firing.light", "load <= 60")) is proved


def test_rows_that_may_be_the_same_prove_nothing() -> None:
    text = """
app: tanks
entities:
  Tank: {fields: {litres: int >= 0}}
flows:
  pour:
    entity: Tank
    input: {other: -> Tank, amount: int > 0}
    requires: [other != tank else 409]
    effects: [tank.litres -= amount, other.litres += amount]
    ensures: [tank.litres + other.litres == old(tank.litres) + old(other.litres)]
"""
    assert proof(text, "operation:Tank.pour", "old") == "it never fails"
    assert not proof(text.replace("other != tank", "amount != 7"), "operation:Tank.pour", "old")


@pytest.mark.parametrize(("operation", "proved"), [("create", True), ("update", False)])
def test_nobody_can_refer_to_a_row_before_it_is_there(operation: str, proved: bool) -> None:
    text = """
app: trees
entities:
  Node: {fields: {name: string(1..20), above: -> Node?}, rules: ["above is null or above != self"]}
"""
    assert bool(proof(text, f"operation:Node.{operation}", "above")) is proved


def test_a_counter_is_never_taken_twice() -> None:
    *_, coverage = made()
    assert "counter" in item(coverage, "kiln, number of Firing taken already").reason
    plain = SPEC.replace("number: int = next(kiln)", "number: int > 0")
    *_, other = made(plain)
    assert item(other, "kiln, number of Firing taken already").state == "covered"


def test_a_state_that_nothing_leads_to_is_proved_by_the_graph() -> None:
    *_, coverage = made()
    assert "no flow" in item(coverage, "Firing.phase goes from HOT to DONE").reason
    more = SPEC + '  open: {entity: Firing, effects: ["firing.phase: HOT -> DONE"]}\n'
    *_, other = made(more)
    assert item(other, "Firing.phase goes from HOT to DONE").state == "covered"


@pytest.mark.parametrize(
    ("pattern", "lengths"),
    [(r"[A-Z]{3}", {3}), (r"a(bc)*d?", {1, 2, 3, 4}), (r"(ab|c)-\d{2}", {4, 5}), (r"x+", {1, 2, 3, 4})],
)
def test_lengths_of_a_pattern(pattern: str, lengths: set[int]) -> None:
    assert {n for n in _lengths(pattern) if n < 5 or len(lengths) < 3} & set(range(5 + 1)) >= lengths
    for length in range(6):
        assert bool(_none(pattern, length, length)) is (length not in _lengths(pattern))


LOOP = """
app: shelves
entities:
  Shelf:
    fields: {jars: "Jar[] owned"}
  Jar:
    fields: {size: int > 0}
    states: {lid: {initial: OFF, OFF: [ON], ON: [SEALED]}}
flows:
  cap: {entity: Jar, effects: ["jar.lid: OFF -> ON"]}
  seal:
    entity: Shelf
    effects:
      - each: shelf.jars as jar
        where: jar.lid == ON
        do: ["jar.lid: ON -> SEALED"]
"""


@pytest.mark.parametrize(("where", "proved"), [("jar.lid == ON", True), ("jar.size > 1", False)])
def test_what_a_loop_leaves_out_its_transition_is_not_tried_on(where: str, proved: bool) -> None:
    *_, coverage = made(LOOP.replace("jar.lid == ON", where))
    found = [i for i in coverage.items if i.id.startswith("operation:Shelf.seal") and ":refused:" in i.id]
    assert {i.id.rpartition(":")[2] for i in found} == {"OFF", "SEALED"}
    assert {i.state == "proved" for i in found} == {proved}
