"""Constraints and flow conditions become guards of exactly one operation each."""

from generator.expr.model import BOOL, ComparisonExpr, ContextRef, EntityRef, MembershipExpr
from generator.frontend import compile_front
from generator.graph.build import build_graph
from generator.guards.model import FlowGuards, FlowKey, Phase, make_entity_ref, make_input_ref
from generator.guards.synthesize import FlowLogicSynthesizer

SPEC = """
app: depot
entities:
  Bin:
    fields:
      level: int >= 0
      full: int = 10
    rules:
      - level <= full else 409 "Full"
  Move:
    fields:
      bin: -> Bin
      amount: int > 0
    states:
      phase: {initial: NEW, NEW: [READY, GONE], READY: [DONE, GONE]}
    operations:
      create: {}
      delete: {requires: [move.phase == NEW]}
flows:
"""


def guards(flows: str) -> dict[FlowKey, FlowGuards]:
    ir = compile_front("app.yaml", lambda _: SPEC + flows).ir
    return FlowLogicSynthesizer(build_graph(ir)).synthesize_for_app(ir).as_dict()


def test_requires_come_in_order_with_their_answer() -> None:
    found = guards("""
  fill:
    entity: Bin
    input: {amount: int > 0}
    requires: [amount < 9 else 418 "Too much", bin.level == 0]
    effects: [bin.level += amount]
""")[FlowKey("Bin", "fill")]
    assert [(g.error_code, g.phase) for g in found.pre] == [(418, Phase.PRE), (422, Phase.PRE)]
    assert found.pre[0].message == "Too much"
    assert [(g.error_code, g.scope) for g in found.invariants] == [(409, "self")]


def test_guards_are_never_merged_across_operations() -> None:
    found = guards("""
  ready:
    entity: Move
    effects: ["move.phase: NEW -> READY"]
""")
    assert len(found[FlowKey("Move", "delete")].pre) == 1
    assert FlowKey("Move", "create") not in found
    assert found[FlowKey("Bin", "create")].invariants
    assert found[FlowKey("Move", "ready")].invariants == ()


def test_an_implied_transition_becomes_a_guard() -> None:
    (guard,) = guards("""
  drop:
    entity: Move
    effects: ["move.phase: [NEW, READY] -> GONE"]
""")[FlowKey("Move", "drop")].pre
    assert isinstance(guard.expr, MembershipExpr)
    assert guard.scope == ""


def test_a_transition_that_a_requires_implies_has_no_second_guard() -> None:
    found = guards("""
  ready:
    entity: Move
    requires: [move.phase == NEW and move.amount > 2]
    effects: ["move.phase: NEW -> READY"]
""")[FlowKey("Move", "ready")]
    assert len(found.pre) == 1


def test_a_wider_requires_does_not_replace_the_transition() -> None:
    found = guards("""
  ready:
    entity: Move
    requires: ["move.phase in [NEW, READY]"]
    effects: ["move.phase: NEW -> READY"]
""")[FlowKey("Move", "ready")]
    assert len(found.pre) == 2


def test_a_nested_transition_is_checked_before_its_effect() -> None:
    (guard,) = guards("""
  maybe:
    entity: Move
    effects:
      - if: move.amount > 3
        then: ["move.phase: NEW -> READY"]
""")[FlowKey("Move", "maybe")].pre
    assert guard.scope == guard.source_constraint_id != ""


def test_a_second_step_of_the_same_row_needs_no_guard() -> None:
    found = guards("""
  rush:
    entity: Move
    effects: ["move.phase: NEW -> READY", "move.phase: READY -> DONE"]
""")[FlowKey("Move", "rush")]
    assert len(found.pre) == 1


def test_rules_follow_the_written_row() -> None:
    found = guards("""
  empty:
    entity: Move
    effects: [move.bin.level -= move.amount]
    ensures: [move.bin.level < 100]
""")[FlowKey("Move", "empty")]
    assert [g.scope for g in found.invariants] == ["self.bin"]
    assert [g.phase for g in found.post] == [Phase.POST]


def test_references_by_name() -> None:
    assert make_entity_ref("Bin", "level") == EntityRef("entity:Bin", "level")
    assert make_entity_ref("entity:Bin", "level") == make_entity_ref("Bin", "level")
    assert make_input_ref("amount") == ContextRef("input", "amount")
    assert ComparisonExpr("<", make_input_ref("a"), make_input_ref("b")).type == BOOL
