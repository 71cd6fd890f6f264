"""What can't be refused alone is proved; what is set again at every write is told by the answers."""

from functools import cache

from generator.graph.build import build_graph
from generator.guards.synthesize import FlowLogicSynthesizer
from generator.verify.coverage.measure import measure
from generator.verify.coverage.model import Coverage, Item
from generator.verify.plan import make_plan
from tests.plan.helpers import inline

SPEC = """
app: sheds
entities:
  Shed:
    fields: {name: string(1..20) unique}
    operations:
      create:
      read:
      list:
      delete: {requires: ['count(Loan, shed == self) == 0 else 409 "Lent from"']}
  Loan:
    fields:
      shed: -> Shed
      picks: Pick[] owned
      begins: datetime
      ends: datetime
      seen_at: datetime = now() touched
    rules: [begins < ends, ends >= begins + minutes(5)]
    operations: [create, read, list]
  Pick:
    fields: {label: string(1..20)}
    states: {step: {initial: NEW, NEW: [OUT]}}
flows:
  hand_out:
    entity: Loan
    requires: ["len(loan.picks) > 0", "all(loan.picks, step == NEW)"]
    effects:
      - each: loan.picks as pick
        do: ["pick.step: NEW -> OUT"]
  shift: {entity: Loan, input: {ends: datetime}, effects: [loan.ends = input.ends]}
"""


@cache
def found(text: str = SPEC) -> Coverage:
    ir = inline(text)
    guards = FlowLogicSynthesizer(build_graph(ir)).synthesize_for_app(ir)
    return measure(ir, guards, make_plan(ir, guards))


def items(operation: str, part: str, text: str = SPEC) -> list[Item]:
    return [i for i in found(text).items if i.id.startswith(f"operation:{operation}:") and part in i.id]


def test_all_is_covered_or_proved() -> None:
    assert [i.what for i in found().missing] == []


def test_a_condition_that_asks_for_referring_rows_stands_before_the_reference() -> None:
    (guard,), (used,) = items("Shed.delete", ":require"), items("Shed.delete", ":in_use")
    assert guard.reason == "it fails only together with the reference Loan.shed"
    assert used.reason == "`count(Loan, shed == self) == 0` refuses it first"


def test_a_condition_that_asks_for_fewer_rows_does_not() -> None:
    fewer = SPEC.replace("shed == self)", "shed == self and ends > begins)")
    (used,) = items("Shed.delete", ":in_use", fewer)
    assert used.state != "proved"


def test_a_demand_on_all_rows_that_the_loop_moves_is_never_alone() -> None:
    demands = [i for i in items("Loan.hand_out", ":require") if "step" in i.what]
    assert [i.reason for i in demands] == ["it fails only together with `step -> OUT` in a loop"]


def test_it_may_be_where_the_loop_leaves_rows_out() -> None:
    some = SPEC.replace("as pick\n", 'as pick\n        where: label != "x"\n')
    demands = [i for i in items("Loan.hand_out", ":require", some) if "step ==" in i.what]
    assert demands
    assert not any(i.state == "proved" for i in demands)


def test_durations_are_understood() -> None:
    rules = [i for i in items("Loan.create", ":rule") if "begins < ends" in i.what]
    assert [i.state for i in rules] == ["proved"]


def test_what_a_write_touches_is_measured() -> None:
    assert [i.state for i in items("Loan.shift", ":touched")] == ["covered"]
