"""Copies of expressions: with parts replaced, or told from another row."""

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


def seen_from(expr: Expr, entity: str, root: str, via: tuple[str, ...]) -> Expr:
    """Return an expression about "self" as one about the row at `root.via`; `entity` is the root's."""

    def move(part: Expr) -> Expr:
        if not isinstance(part, EntityRef) or part.root != "self":
            return replace_parts(part, move)
        hops = (*via, *part.via)
        if not part.field and hops:
            return msgspec.structs.replace(part, entity=entity, root=root, via=hops[:-1], field=hops[-1])
        return msgspec.structs.replace(part, entity=entity, root=root, via=hops)

    return move(expr)


def replace_root(expr: Expr, old: str, new: str) -> Expr:
    """Return the expression with the binding `old` renamed to `new`, but where it is bound anew."""
    if isinstance(expr, EntityRef):
        return msgspec.structs.replace(expr, root=new) if expr.root == old else expr
    if isinstance(expr, AggregateExpr) and expr.binding == old:
        source = expr.source if isinstance(expr.source, RowsOf) else replace_root(expr.source, old, new)
        return msgspec.structs.replace(expr, source=source)
    return replace_parts(expr, lambda part: replace_root(part, old, new))
