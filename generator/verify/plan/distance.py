"""How far an expression is from coming out as wanted: 0 when it does, at most 1 for each of its parts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from generator.expr.evaluate import collection_rows
from generator.expr.model import AggregateExpr, BooleanExpr, ComparisonExpr, EntityRef, Expr, NotExpr
from generator.verify.plan.imagine import Scope, World

FAR = 1.0
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", "<=": ">", ">": "<="}


def distance(world: World, expr: Expr, scope: Scope, *, truth: bool) -> float:
    """Return how far an expression is from being true, or from not being true."""
    match expr:
        case NotExpr(operand=operand):
            return distance(world, operand, scope, truth=not truth)
        case BooleanExpr(op=op, operands=operands):
            found = [distance(world, operand, scope, truth=truth) for operand in operands]
            return sum(found) if truth is (op == "and") else min(found)
        case ComparisonExpr(op=op):
            return _compared(world, expr, op if truth else _NEGATED[op], scope)
        case AggregateExpr(op="any" | "all"):
            return _over_rows(world, expr, scope, truth=truth)
        case EntityRef() if (inner := _derived(world, expr, scope)) is not None:
            return distance(world, *inner, truth=truth)
    return 0.0 if (world.value_of(expr, scope) is True) is truth else FAR


def _derived(world: World, ref: EntityRef, scope: Scope) -> tuple[Expr, Scope] | None:
    try:
        return world.definition(world.holder(ref, scope), ref.field)
    except (KeyError, TypeError):
        return None


def _over_rows(world: World, expr: AggregateExpr, scope: Scope, *, truth: bool) -> float:
    """Return the distance of the nearest row, or of all of them together."""
    try:
        rows = list(collection_rows(expr.source, world, scope))
    except (KeyError, TypeError):
        return FAR
    some = (expr.op == "any") is truth
    found = []
    for row in rows:
        inner = {**scope, expr.binding: row}
        value = 0.0 if expr.value is None else distance(world, expr.value, inner, truth=truth)
        where = 0.0 if expr.where is None else distance(world, expr.where, inner, truth=some)
        found.append(value + where if some else min(value, where) if expr.where is not None else value)
    if not found:
        return FAR if some else 0.0
    return min(found) if some else sum(found)


def _compared(world: World, expr: ComparisonExpr, op: str, scope: Scope) -> float:
    left, right = world.value_of(expr.left, scope), world.value_of(expr.right, scope)
    gap = _gap(left, right)
    if gap is None:
        return 0.0 if _holds(op, left, right) else FAR
    match op:
        case "==":
            missing = abs(gap)
        case "!=":
            missing = 0.0 if gap else 1.0
        case "<" | "<=":
            missing = gap if gap > 0 or op == "<=" else (0.0 if gap else 0.5)
        case _:
            missing = -gap if gap < 0 or op == ">=" else (0.0 if gap else 0.5)
    missing = max(missing, 0.0)
    return missing / (missing + 1.0)


def _gap(left: Any, right: Any) -> float | None:
    """Return left minus right as a number, times in days; None where there is no such thing."""
    if isinstance(left, bool) or isinstance(right, bool):
        return None
    if isinstance(left, time) and isinstance(right, time):
        first, second = (datetime.combine(date.min, moment) for moment in (left, right))
        return (first - second) / timedelta(days=1)
    try:
        found = left - right
    except TypeError:
        return None
    if isinstance(found, timedelta):
        return found / timedelta(days=1)
    return float(found) if isinstance(found, int | float | Decimal) else None


def _holds(op: str, left: Any, right: Any) -> bool:
    if left is None or right is None:
        return op == "!=" and left is not right
    return bool(left == right) if op == "==" else op == "!=" and bool(left != right)
