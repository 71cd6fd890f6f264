"""Questions about typed expressions."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import assert_never

from generator.expr.model import (
    AggregateExpr,
    ArithmeticExpr,
    BooleanExpr,
    CallExpr,
    ComparisonExpr,
    ContextRef,
    EntityRef,
    ExistsExpr,
    Expr,
    Literal,
    MembershipExpr,
    NotExpr,
    OldExpr,
)
from generator.expr.show import show

__all__ = ["children", "is_local", "refs", "show", "walk"]


def children(expr: Expr) -> tuple[Expr, ...]:
    """Return the direct operands, an aggregate's source included."""
    match expr:
        case Literal() | EntityRef() | ContextRef():
            return ()
        case ComparisonExpr(left=left, right=right) | ArithmeticExpr(left=left, right=right):
            return (left, right)
        case MembershipExpr(needle=needle, options=options):
            return (needle, *options)
        case ExistsExpr(target=operand) | NotExpr(operand=operand) | OldExpr(operand=operand):
            return (operand,)
        case BooleanExpr(operands=operands):
            return operands
        case AggregateExpr(source=source, value=value, where=where):
            first = (source,) if isinstance(source, EntityRef) else ()
            return (*first, *(e for e in (value, where) if e is not None))
        case CallExpr(args=args):
            return args
        case _:
            assert_never(expr)


def walk(expr: Expr) -> Iterator[Expr]:
    """Yield the expression and everything in it, outer before inner, left to right."""
    yield expr
    for child in children(expr):
        yield from walk(child)


def refs(expr: Expr) -> list[EntityRef]:
    """Return every reference in it, sources of aggregates included, in order, repeated as written."""
    return [e for e in walk(expr) if isinstance(e, EntityRef)]


def is_local(expr: Expr, root: str, stored: Container[str] | None = None) -> bool:
    """Whether it reads nothing but own fields of the row `root`: no clock, no other rows, no old values.

    With `stored`, the names of the fields that have a column, derived fields don't count as own.
    """
    return all(_reads_only(e, root, stored) for e in walk(expr))


def _reads_only(expr: Expr, root: str, stored: Container[str] | None) -> bool:
    match expr:
        case EntityRef(field=field, via=via):
            known = stored is None or field in stored
            return expr.root == root and not via and bool(field) and known
        case ContextRef() | AggregateExpr() | OldExpr():
            return False
        case CallExpr(name=name):
            return name not in ("now", "today")
        case _:
            return True


def is_between_dates(expr: Expr) -> bool:
    """Whether a duration is the difference of two dates: whole days."""
    return isinstance(expr, ArithmeticExpr) and expr.op == "-" and expr.left.type.name == "date"
