"""Ways through an expression: a copy with parts replaced, the rows that it takes from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never, cast

import msgspec

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
    RowsOf,
)
from generator.expr.walk import walk

Change = Callable[[Expr], Expr]


def replace_parts(expr: Expr, change: Change) -> Expr:
    """Return a copy with `change` applied to each direct sub-expression."""
    new = msgspec.structs.replace
    match expr:
        case Literal() | EntityRef() | ContextRef():
            return expr
        case ComparisonExpr(left=left, right=right) | ArithmeticExpr(left=left, right=right):
            return new(expr, left=change(left), right=change(right))
        case MembershipExpr(needle=needle, options=options):
            return new(expr, needle=change(needle), options=tuple(change(o) for o in options))
        case ExistsExpr(target=target):
            return new(expr, target=change(target))
        case BooleanExpr(operands=operands):
            return new(expr, operands=tuple(change(o) for o in operands))
        case NotExpr(operand=operand):
            return new(expr, operand=change(operand))
        case OldExpr(operand=ref):
            return new(expr, operand=_changed_ref(ref, change))
        case AggregateExpr():
            return _in_aggregate(expr, change)
        case CallExpr(args=args):
            return new(expr, args=tuple(change(a) for a in args))
        case _:
            assert_never(expr)


def _in_aggregate(expr: AggregateExpr, change: Change) -> AggregateExpr:
    return msgspec.structs.replace(
        expr,
        source=expr.source if isinstance(expr.source, RowsOf) else _changed_ref(expr.source, change),
        value=None if expr.value is None else change(expr.value),
        where=None if expr.where is None else change(expr.where),
    )


def _changed_ref(ref: EntityRef, change: Change) -> EntityRef:
    """Return the changed reference: what stands for a place stays one."""
    return cast("EntityRef", change(ref))


def bindings(expr: Expr) -> set[str]:
    """Return the names of the element rows that aggregates inside bind."""
    return {e.binding for e in walk(expr) if isinstance(e, AggregateExpr)}


def reads_any(expr: Expr, names: set[str]) -> bool:
    """Whether a row named in `names` is read."""
    return any(isinstance(e, EntityRef) and e.root in names for e in walk(expr))
