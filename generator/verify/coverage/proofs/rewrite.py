"""Rewriting of typed expressions: each reference by something else."""

from __future__ import annotations

from collections.abc import Callable
from sys import intern
from typing import assert_never

from msgspec.structs import replace

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

Leaf = EntityRef | OldExpr | AggregateExpr


def rewritten(expr: Expr, put: Callable[[Leaf], Expr]) -> Expr:
    """Return the expression with each reference, old value and fold replaced."""

    def all_of(exprs: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return tuple(rewritten(e, put) for e in exprs)

    match expr:
        case Literal() | ContextRef():
            return expr
        case EntityRef() | OldExpr() | AggregateExpr():
            return put(expr)
        case ComparisonExpr(left=left, right=right) | ArithmeticExpr(left=left, right=right):
            return replace(expr, left=rewritten(left, put), right=rewritten(right, put))
        case MembershipExpr(needle=needle, options=options):
            return replace(expr, needle=rewritten(needle, put), options=all_of(options))
        case ExistsExpr(target=operand):
            return replace(expr, target=rewritten(operand, put))
        case NotExpr(operand=operand):
            return replace(expr, operand=rewritten(operand, put))
        case BooleanExpr(operands=operands):
            return replace(expr, operands=all_of(operands))
        case CallExpr(args=args):
            return replace(expr, args=all_of(args))
        case _:
            assert_never(expr)


def of_row(expr: Expr, row: EntityRef) -> Expr:
    """Return an expression over `self` as one over another row, which a reference of type row gives."""

    def put(leaf: Leaf) -> Expr:
        match leaf:
            case EntityRef():
                return _moved(leaf, row)
            case OldExpr(operand=operand):
                return replace(leaf, operand=_moved(operand, row))
            case AggregateExpr(source=EntityRef() as source):
                inner = {"value": leaf.value, "where": leaf.where}
                parts = {k: None if e is None else rewritten(e, put) for k, e in inner.items()}
                return replace(leaf, source=_moved(source, row), **parts)
            case AggregateExpr():
                inner = {"value": leaf.value, "where": leaf.where}
                return replace(
                    leaf, **{k: None if e is None else rewritten(e, put) for k, e in inner.items()}
                )

    return rewritten(expr, put)


def _moved(ref: EntityRef, row: EntityRef) -> EntityRef:
    if ref.root != "self":
        return ref
    way = (*row.via, row.field) if row.field else ()
    if not ref.field:
        return row
    return replace(ref, entity=row.entity, root=row.root, via=(*way, *ref.via))


def row_at(entity: str, root: str, hops: tuple[str, ...] = ()) -> EntityRef:
    """Return the reference to the row of a binding (of an entity), or to one some hops away from it."""
    start = f"entity:{entity}"
    # Interned: a variable's name is the reference's JSON, which leaves out defaults by identity.
    return EntityRef(start, hops[-1] if hops else "", via=hops[:-1], root=intern(root))


def decimals(expr: Expr) -> int:
    """Return how many decimals a value may have; many if that is not known."""
    match expr:
        case Literal(value=str(text)) if expr.type.name == "decimal":
            return len(text.rpartition(".")[2].rstrip("0")) if "." in text else 0
        case ArithmeticExpr(op="+" | "-", left=left, right=right):
            return max(decimals(left), decimals(right))
        case ArithmeticExpr(op="*", left=left, right=right):
            return decimals(left) + decimals(right)
        case EntityRef() | ContextRef() if expr.type.name == "decimal":
            return expr.type.scale
        case _ if expr.type.name in {"decimal", "float"}:
            return _MANY
        case _:
            return 0


_MANY = 99
