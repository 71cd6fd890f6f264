"""Expressions in which some references turned out to be null, and what follows from that."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from generator.expr.model import (
    BOOL,
    FLOAT,
    INT,
    NULL,
    AggregateExpr,
    ArithmeticExpr,
    BooleanExpr,
    CallExpr,
    ComparisonExpr,
    EntityRef,
    ExistsExpr,
    Expr,
    Literal,
    MembershipExpr,
    NotExpr,
    Type,
)
from generator.expr.rewrite import replace_parts

_TRUE, _FALSE, _NULL = Literal(True, BOOL), Literal(False, BOOL), Literal(None, NULL)
_ZERO = Literal(0, INT)


def is_null(expr: Expr | None) -> bool:
    """Whether an expression is the literal null."""
    return isinstance(expr, Literal) and expr.value is None


def substituted(expr: Expr, see: Callable[[EntityRef], Expr]) -> Expr:
    """Return the expression with other values for its references; null among them goes as far as it goes."""
    if isinstance(expr, EntityRef):
        return see(expr)
    if isinstance(expr, AggregateExpr) and isinstance(expr.source, EntityRef) and is_null(see(expr.source)):
        return _of_nothing(expr)
    return _folded(expr, replace_parts(expr, lambda part: substituted(part, see)))


def _of_nothing(expr: AggregateExpr) -> Expr:
    match expr.op:
        case "count" | "sum":
            return _ZERO
        case "any":
            return _FALSE
        case "all":
            return _TRUE
        case _:
            return _NULL


def _folded(before: Expr, expr: Expr) -> Expr:
    match expr:
        case ComparisonExpr():
            return _comparison(before, expr)
        case ArithmeticExpr(left=left, right=right) if is_null(left) or is_null(right):
            return _NULL
        case MembershipExpr(needle=needle) if is_null(needle):
            return _NULL
        case ExistsExpr(target=target, negated=negated) if is_null(target):
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
    """Tell a test for null from a comparison with something that turned out to be null."""
    assert isinstance(before, ComparisonExpr)  # noqa: S101 - parts change, nodes don't
    if is_null(before.right):
        return (_TRUE if expr.op == "==" else _FALSE) if is_null(expr.left) else expr
    return _NULL if is_null(expr.left) or is_null(expr.right) else expr


def _boolean(expr: BooleanExpr) -> Expr:
    neutral, decisive = (True, False) if expr.op == "and" else (False, True)
    rest = tuple(o for o in expr.operands if not (isinstance(o, Literal) and o.value is neutral))
    if any(isinstance(o, Literal) and o.value is decisive for o in rest):
        return Literal(decisive, BOOL)
    if not rest:
        return Literal(neutral, BOOL)
    if all(is_null(o) for o in rest):
        return _NULL
    return rest[0] if len(rest) == 1 else msgspec.structs.replace(expr, operands=rest)


def _call(expr: CallExpr) -> Expr:
    match expr.name, expr.args:
        case "if", (Literal(value=value), first, second):
            return _kept(first if value is True else second, expr.type)
        case "coalesce", (first, second):
            return _kept(second, expr.type) if is_null(first) else expr
        case ("if", _):
            return expr
        case _, args if any(is_null(a) for a in args):
            return _NULL
        case _:
            return expr


def _kept(expr: Expr, type_: Type) -> Expr:
    """Return a branch as what it was a branch of: an int beside a decimal counts as one."""
    if type_.name not in ("decimal", "float") or expr.type.name in (type_.name, "null"):
        return expr
    zero = (
        Literal(0.0, FLOAT)
        if type_.name == "float"
        else Literal("0.0", Type("decimal", precision=2, scale=1))
    )
    if isinstance(expr, Literal):
        number = float(expr.value or 0) if type_.name == "float" else f"{expr.value}.0"
        return Literal(number, zero.type)
    return ArithmeticExpr("+", expr, zero, type_)
