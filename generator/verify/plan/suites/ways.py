"""Conditions that hold in several ways: the operation is carried out in each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import NamedTuple

from generator.expr.model import BooleanExpr, ComparisonExpr, Expr, Literal, MembershipExpr, NotExpr
from generator.guards.model import GuardIR
from generator.ir.model import Operation
from generator.verify.plan.conditions import Cause
from generator.verify.plan.context import Context
from generator.verify.plan.suites.folds import asking
from generator.verify.plan.suites.guards import causes_of, label
from generator.verify.plan.suites.success import record
from generator.verify.plan.suites.worlds import Scopes, brought_about, holds
from generator.verify.plan.wants import Program

MOST = 8  # ways of one condition
STARTS = 2  # programs that are changed


class Way(NamedTuple):
    """One way for a condition to hold, while it does not hold in the others."""

    expr: Expr
    others: tuple[Expr, ...] = ()


def plan_ways(context: Context, operation: Operation, guards: GuardIR | None) -> None:
    """Add successes that would be none if one way for a condition to hold were left out."""
    if context.good(operation) is None:
        return
    for cause in causes_of(context, operation, guards):
        ways = () if cause.expr is None else tuple(islice(ways_of(cause.expr), MOST))
        if cause.source in {"requires", "rule"} and len(ways) > 1:
            for number, way in enumerate(ways, 1):
                _carried_out(context, operation, cause, way, number)


def ways_of(expr: Expr) -> Iterator[Way]:
    """Yield how a condition can hold: each option of `in`, each part of `or`; nothing for others."""
    match expr:
        case MembershipExpr(needle=needle, options=options, negated=False):
            yield from (Way(ComparisonExpr("==", needle, o)) for o in options if isinstance(o, Literal))
        case BooleanExpr(op="or", operands=operands):
            for number, operand in enumerate(operands):
                yield Way(operand, operands[:number] + operands[number + 1 :])
        case BooleanExpr(operands=operands):
            for operand in operands:
                yield from ways_of(operand)
        case _:
            pass


def _carried_out(context: Context, operation: Operation, cause: Cause, way: Way, number: int) -> None:
    scopes = partial(context.searcher.written, cause)
    starts = asking(context, operation, cause)
    if any(_is(context, program, way, scopes) for program in starts):
        return
    for program in starts[:STARTS]:
        for wanted in _wanted(way):
            found = brought_about(context, program, wanted, wanted=True, scopes=scopes, depth=1)
            if found is not None and _is(context, found, way, scopes):
                context.note_variant(operation, found)
                what = f"{label(context, cause)}, way {number}"
                record(context, operation, found, what, f"{operation.id}:{cause.id}:bound")
                return


def _is(context: Context, program: Program, way: Way, scopes: Scopes) -> bool:
    """Whether a condition holds in this way and in no other."""
    there = holds(context, program, way.expr, scopes)
    return there and not any(holds(context, program, other, scopes) for other in way.others)


def _wanted(way: Way) -> Iterator[Expr]:
    yield way.expr
    if way.others:
        yield BooleanExpr("and", (way.expr, *map(NotExpr, way.others)))
