"""Conditions at their bounds: met exactly, or just in time."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from generator.expr.model import (
    DURATION,
    AggregateExpr,
    ArithmeticExpr,
    BooleanExpr,
    ComparisonExpr,
    Expr,
    Literal,
)
from generator.ir.reads import reads_clock
from generator.verify.plan.candidates import MARGIN
from generator.verify.plan.tweaks import NEGATED


def exactly(expr: Expr) -> Expr | None:
    """Return the expression with `==` for its first `<=` or `>=`; None when it has none."""
    if isinstance(expr, ComparisonExpr):
        return msgspec.structs.replace(expr, op="==") if expr.op in {"<=", ">="} else None
    if isinstance(expr, BooleanExpr):
        return next((e for e in map(exactly, expr.operands) if e is not None), None)
    if isinstance(expr, AggregateExpr) and expr.value is not None and expr.op in {"any", "all"}:
        inner = exactly(expr.value)
        return None if inner is None else msgspec.structs.replace(expr, value=inner)
    return None


def hardly(expr: Expr) -> Expr | None:
    """Return that a comparison with the clock would no longer hold a little later; None if there is none."""
    if isinstance(expr, BooleanExpr) and expr.op == "and":
        return next((e for e in map(hardly, expr.operands) if e is not None), None)
    if not isinstance(expr, ComparisonExpr) or expr.op not in _LATER or not reads_clock(expr):
        return None
    if expr.left.type.name != "datetime":
        return None
    soon = Literal(f"PT{int(3 * MARGIN.total_seconds())}S", DURATION)
    moved = ArithmeticExpr(_LATER[expr.op], expr.left, soon, expr.left.type)
    return msgspec.structs.replace(expr, left=moved, op=NEGATED[expr.op])


_LATER: dict[str, OneOf["+", "-"]] = {"<": "+", "<=": "+", ">": "-", ">=": "-"}
