"""Expressions about a row that was not there before: every `old(x)` is null, and what follows from it."""

from __future__ import annotations

import msgspec

from generator.emit.exprs.walk import replace_parts
from generator.expr.model import (
    BOOL,
    NULL,
    ArithmeticExpr,
    BooleanExpr,
    CallExpr,
    ComparisonExpr,
    ExistsExpr,
    Expr,
    Literal,
    MembershipExpr,
    NotExpr,
    OldExpr,
)

_TRUE, _FALSE, _NULL = Literal(True, BOOL), Literal(False, BOOL), Literal(None, NULL)


def without_old(expr: Expr) -> Expr:
    """Return the expression with every `old(x)` null."""
    if isinstance(expr, OldExpr):
        return _NULL
    return _folded(expr, replace_parts(expr, without_old))


def _folded(before: Expr, expr: Expr) -> Expr:
    match expr:
        case ComparisonExpr():
            return _comparison(before, expr)
        case ArithmeticExpr(left=left, right=right) if _NULL in (left, right):
            return _NULL
        case MembershipExpr(needle=needle) if needle == _NULL:
            return _NULL
        case ExistsExpr(target=target, negated=negated) if target == _NULL:
            return _TRUE if negated else _FALSE
        case NotExpr(operand=Literal(value=value)):
            return _NULL if value is None else _FALSE if value else _TRUE
        case BooleanExpr():
            return _boolean(expr)
        case CallExpr():
            return _call(expr)
        case _:
            return expr


def _comparison(before: Expr, expr: ComparisonExpr) -> Expr:
    assert isinstance(before, ComparisonExpr)  # noqa: S101 - parts change, nodes don't
    if isinstance(before.right, Literal) and before.right.value is None:
        if expr.left == _NULL:
            return _TRUE if expr.op == "==" else _FALSE
        return expr
    return _NULL if _NULL in (expr.left, expr.right) else expr


def _boolean(expr: BooleanExpr) -> Expr:
    neutral, decisive = (_TRUE, _FALSE) if expr.op == "and" else (_FALSE, _TRUE)
    rest = tuple(o for o in expr.operands if o != neutral)
    if decisive in rest:
        return decisive
    if all(o == _NULL for o in rest):
        return rest[0] if rest else neutral
    return rest[0] if len(rest) == 1 else msgspec.structs.replace(expr, operands=rest)


def _call(expr: CallExpr) -> Expr:
    match expr.name, expr.args:
        case "if", (Literal(value=value), first, second):
            return first if value else second
        case "coalesce", (first, second):
            return second if first == _NULL else expr
        case ("if", _):
            return expr
        case _, args if _NULL in args:
            return _NULL
        case _:
            return expr
