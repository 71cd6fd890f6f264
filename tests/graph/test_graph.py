"""The constraint graph: routing, what bears on a flow, cascades, what can't work."""

import msgspec
import pytest

from generator.graph.analyse import analyse, unreachable_states
from generator.graph.build import build_graph
from generator.graph.model import ConstraintGraph
from generator.graph.routing import Layer, UnroutableConstraintError, ValidationRoutingMatrix
from generator.ir.lower import lower
from generator.ir.model import ApplicationIR, ConstraintType, StateMachine
from generator.spec.load import load_app

SPEC = """
app: depot
entities:
  Bin:
    fields:
      code: string(1..20) unique
      level: int >= 0
      full: int >= 1 = 10
    rules:
      - level <= full
  Move:
    fields:
      bin: -> Bin
      amount: int > 0
      double: int := amount * 2
    states:
      phase: {initial: NEW, NEW: [DONE]}
    rules:
      - amount <= bin.level
flows:
  finish:
    entity: Move
    requires: [move.amount <= move.bin.level]
    effects:
      - move.bin.level -= move.amount
      - "move.phase: NEW -> DONE"
"""


def compiled(text: str = SPEC) -> tuple[ApplicationIR, ConstraintGraph]:
    ir = lower(load_app("app.yaml", lambda _: text)).ir
    return ir, build_graph(ir)


def test_every_type_is_routed() -> None:
    matrix = ValidationRoutingMatrix()
    assert all(matrix.layers_of(t) for t in ConstraintType)


def test_an_unknown_type_is_an_error() -> None:
    with pytest.raises(UnroutableConstraintError, match="bogus"):
        ValidationRoutingMatrix().layers_of("bogus")


def test_a_local_rule_goes_to_the_database_too() -> None:
    ir, graph = compiled()
    local = [c for c in ir.validation.constraints if c.metadata.get("local")]
    assert local
    assert all(Layer.DATABASE in graph.layers(c.id) for c in local)


def test_a_comparison_across_two_entities_is_enforced_at_run_time() -> None:
    ir, graph = compiled()
    cross = [c for c in ir.validation.constraints if c.type is ConstraintType.STOCK_CONSTRAINT]
    assert cross
    assert all(Layer.RUNTIME in graph.layers(c.id) for c in cross)


def test_constraints_of_a_flow() -> None:
    _, graph = compiled()
    found = {c.type for c in graph.get_constraints_for_flow("Move.finish")}
    assert ConstraintType.STATUS_TRANSITION in found
    assert graph.get_constraints_for_flow("Move.finish") == graph.get_constraints_for_flow("flow:Move.finish")
    assert graph.get_constraints_for_flow("Move.nothing") == []


def test_a_flow_that_writes_a_field_is_guarded_by_its_rules() -> None:
    ir, graph = compiled()
    rule = ir.domain.entities[0].rules[0]
    sources = {c.source for c in graph.get_constraints_for_flow("Move.finish")}
    assert sources & {rule.id, rule.condition.id}


def test_cascade_of_a_field() -> None:
    _, graph = compiled()
    touched = graph.affected_by("field:Bin.level")
    assert {"entity:Bin", "operation:Move.finish", "operation:Bin.create"} <= touched
    assert "field:Move.double" not in touched
    assert "field:Move.double" in graph.affected_by("field:Move.amount")
    assert {"models", "services"} <= graph.affected_artefacts("field:Bin.level")


def test_a_healthy_application_has_no_finding() -> None:
    ir, graph = compiled()
    assert analyse(ir, graph) == []
    assert graph.orphans() == []


def test_rules_that_exclude_each_other() -> None:
    text = SPEC.replace("      - level <= full\n", "      - level <= full\n      - level > full + 5\n")
    ir, graph = compiled(text)
    assert [f.code for f in analyse(ir, graph)] == ["G003"]


def test_a_rule_against_the_bounds_of_a_field() -> None:
    ir, graph = compiled(SPEC.replace("- level <= full", "- level < 0"))
    assert "G003" in [f.code for f in analyse(ir, graph)]


def test_requires_that_can_never_hold() -> None:
    ir, graph = compiled(SPEC.replace("[move.amount <= move.bin.level]", "[move.amount < 1]"))
    assert [f.code for f in analyse(ir, graph)] == ["G004"]


def test_unreachable_state() -> None:
    machine = StateMachine("m", "phase", "E", ("A", "B", "C"), "A", (("A", "B"), ("C", "B")))
    assert unreachable_states(machine) == ["C"]


def test_the_graph_survives_its_json() -> None:
    _, graph = compiled()
    assert msgspec.json.decode(msgspec.json.encode(graph), type=ConstraintGraph) == graph
