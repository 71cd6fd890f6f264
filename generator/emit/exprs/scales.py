"""How many decimals a number can have, as far as its expression tells."""

from __future__ import annotations

from decimal import Decimal

from generator.expr.model import (
    AggregateExpr,
    ArithmeticExpr,
    CallExpr,
    ContextRef,
    EntityRef,
    Expr,
    Literal,
    OldExpr,
)

_UNKNOWN = 1000


def scale_of(expr: Expr) -> int:
    """Return the most decimals that an int or decimal expression has; a large number if unknown."""
    if expr.type.name == "int":
        return 0
    match expr:
        case Literal(value=str(text)):
            return max(0, -int(Decimal(text).normalize().as_tuple().exponent))
        case EntityRef(type=type_) | ContextRef(type=type_) | OldExpr(type=type_) if type_.precision:
            return type_.scale
        case ArithmeticExpr(op="+" | "-" | "%", left=left, right=right):
            return max(scale_of(left), scale_of(right))
        case ArithmeticExpr(op="*", left=left, right=right):
            return scale_of(left) + scale_of(right)
        case ArithmeticExpr(op="/") | CallExpr(name="seconds" | "minutes" | "hours" | "days"):
            return 10
        case CallExpr(name="round", args=(_, Literal(value=int(places)))):
            return places
        case CallExpr(name="abs" | "min" | "max" | "coalesce", args=args):
            return max(scale_of(a) for a in args)
        case CallExpr(name="if", args=(_, first, second)):
            return max(scale_of(first), scale_of(second))
        case AggregateExpr(op="sum" | "min" | "max", value=value) if value is not None:
            return scale_of(value)
        case _:
            return _UNKNOWN
