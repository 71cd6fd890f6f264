"""A changed application fails the plan: the interpreter of a changed IR stands in for it."""

import msgspec
import pytest

from generator.expr.model import ComparisonExpr
from generator.ir.model import ApplicationIR, Each, Transition
from tests.plan.helpers import ROOT, ir_of, plan_of, play

SHOP = ROOT / "specs/shop.yaml"
replace = msgspec.structs.replace


def with_flow(ir: ApplicationIR, name: str, **changes) -> ApplicationIR:
    flows = tuple(replace(f, **changes) if f.name == name else f for f in ir.behavior.flows)
    return replace(ir, behavior=replace(ir.behavior, flows=flows))


def flow(name: str):
    return next(f for f in ir_of(SHOP).behavior.flows if f.name == name)


def failing(ir: ApplicationIR) -> set[str]:
    return {r.scenario for r in play(plan_of(SHOP), ir, seed=2) if not r.ok}


@pytest.mark.parametrize("number", range(len(flow("checkout").requires)))
def test_a_dropped_guard_is_seen(number: int) -> None:
    requires = flow("checkout").requires
    ir = with_flow(ir_of(SHOP), "checkout", requires=requires[:number] + requires[number + 1 :])
    assert failing(ir)


def test_a_moved_bound_is_seen() -> None:
    requires = list(flow("checkout").requires)
    last = requires[-1]
    inner = last.expr.value
    assert isinstance(inner, ComparisonExpr)
    assert inner.op == "<="
    requires[-1] = replace(last, expr=replace(last.expr, value=replace(inner, op="<")))
    assert any(
        "at the bound" in s for s in failing(with_flow(ir_of(SHOP), "checkout", requires=tuple(requires)))
    )


def test_a_dropped_effect_is_seen() -> None:
    kept = tuple(e for e in flow("cancel").effects if not isinstance(e, Each))
    assert "Order.cancel: works" in failing(with_flow(ir_of(SHOP), "cancel", effects=kept))


def test_a_dropped_transition_is_seen() -> None:
    kept = tuple(e for e in flow("pay").effects if not isinstance(e, Transition))
    assert "Order.pay: from PENDING_PAYMENT to PAID" in failing(with_flow(ir_of(SHOP), "pay", effects=kept))


def test_another_status_is_seen() -> None:
    requires = tuple(replace(c, status=400) for c in flow("pay").requires)
    assert failing(with_flow(ir_of(SHOP), "pay", requires=requires))


def test_a_lost_unique_is_seen() -> None:
    ir = ir_of(SHOP)
    entities = tuple(replace(e, uniques=()) if e.name == "CartItem" else e for e in ir.domain.entities)
    found = failing(replace(ir, domain=replace(ir.domain, entities=entities)))
    assert "CartItem.create: add by unique cart, product" in found
