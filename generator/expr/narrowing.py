"""Which values can't be zero where a condition holds, or where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from generator.expr.model import BooleanExpr, ComparisonExpr, Expr, Literal

_SWAPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_CONTRARY = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def not_zero(condition: Expr, *, holds: bool) -> frozenset[Expr]:
    """Return what is null or another number than zero, where a condition is true (or is not)."""
    return frozenset(_found(condition, holds=holds))


def _found(condition: Expr, *, holds: bool) -> Iterator[Expr]:
    match condition:
        case BooleanExpr(op=op, operands=operands) if op == ("and" if holds else "or"):
            for operand in operands:
                yield from _found(operand, holds=holds)
        case ComparisonExpr(op=compared, left=left, right=right):
            way = compared if holds else _CONTRARY[compared]
            if (number := _number(right)) is not None and _leaves_out_zero(way, number):
                yield left
            if (number := _number(left)) is not None and _leaves_out_zero(_SWAPPED[way], number):
                yield right


def _number(expr: Expr) -> Decimal | None:
    """Return the value of a literal number."""
    if isinstance(expr, Literal) and expr.type.name in ("int", "decimal", "float") and expr.value is not None:
        return Decimal(str(expr.value))
    return None


def _leaves_out_zero(op: str, number: Decimal) -> bool:
    """Whether zero does not compare so with the number."""
    match op:
        case ">":
            return number >= 0
        case ">=":
            return number > 0
        case "<":
            return number <= 0
        case "<=":
            return number < 0
        case "!=":
            return number == 0
        case _:
            return number != 0
