"""A condition that holds in several ways is met in each: one that lacks a way fails the plan."""

from functools import cache

import msgspec
import pytest

from generator.expr.model import BooleanExpr, Expr, MembershipExpr
from generator.ir.model import ApplicationIR
from generator.verify.model import TestsModelIR
from generator.verify.plan import make_plan
from tests.plan.helpers import inline, play

SPEC = """
app: tools
enums:
  Kind: [HAND, POWER, BENCH]
entities:
  Tool:
    fields:
      kind: Kind
      weight: int(1..90)
      carrier: string(1..20)?
      loans: int = 0 server
    states:
      status: {initial: NEW, NEW: [WORN], WORN: [GONE]}
    rules:
      - kind == BENCH or carrier is null or weight < 40
flows:
  wear:
    entity: Tool
    effects: ["tool.status: NEW -> WORN"]
  lend:
    entity: Tool
    requires:
      - status in [NEW, WORN]
      - kind == HAND or weight < 20 else 409 "Too heavy"
    effects: [tool.loans += 1]
"""
replace = msgspec.structs.replace


@cache
def made() -> tuple[ApplicationIR, TestsModelIR]:
    ir = inline(SPEC)
    return ir, make_plan(ir)


def fewer(expr: Expr) -> list[Expr]:
    """Return a condition with each of its ways left out."""
    match expr:
        case MembershipExpr(options=ways):
            return [replace(expr, options=ways[:n] + ways[n + 1 :]) for n in range(len(ways))]
        case BooleanExpr(operands=ways) if len(ways) > 2:
            return [replace(expr, operands=ways[:n] + ways[n + 1 :]) for n in range(len(ways))]
        case BooleanExpr(operands=(left, right)):
            return [left, right]
    raise TypeError(expr)


def with_requires(ir: ApplicationIR, number: int, expr: Expr) -> ApplicationIR:
    lend = next(f for f in ir.behavior.flows if f.name == "lend")
    requires = list(lend.requires)
    requires[number] = replace(requires[number], expr=expr)
    others = tuple(f for f in ir.behavior.flows if f.name != "lend")
    return replace(
        ir, behavior=replace(ir.behavior, flows=(*others, replace(lend, requires=tuple(requires))))
    )


def with_rule(ir: ApplicationIR, expr: Expr) -> ApplicationIR:
    (tool,) = ir.domain.entities
    (rule,) = tool.rules
    rule = replace(rule, condition=replace(rule.condition, expr=expr))
    return replace(ir, domain=replace(ir.domain, entities=(replace(tool, rules=(rule,)),)))


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("way", [0, 1])
def test_a_way_that_a_flow_lacks_is_seen(number: int, way: int) -> None:
    ir, plan = made()
    lend = next(f for f in ir.behavior.flows if f.name == "lend")
    changed = with_requires(ir, number, fewer(lend.requires[number].expr)[way])
    failed = [r.scenario for r in play(plan, changed, seed=3) if not r.ok]
    assert any(name.startswith("Tool.lend: ") and "refused" not in name for name in failed), failed


@pytest.mark.parametrize("way", [0, 1, 2])
def test_a_way_that_a_rule_lacks_is_seen(way: int) -> None:
    ir, plan = made()
    changed = with_rule(ir, fewer(ir.domain.entities[0].rules[0].condition.expr)[way])
    failed = [r.scenario for r in play(plan, changed, seed=3) if not r.ok]
    assert any("refused" not in name for name in failed), failed
