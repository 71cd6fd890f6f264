"""Rewriting of typed expressions: each reference by something else."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from sys import intern
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from generator.expr.evaluate import evaluate
from generator.expr.model import AggregateExpr, ArithmeticExpr, ContextRef, EntityRef, Expr, Literal, OldExpr
from generator.expr.numbers import quantize
from generator.expr.rewrite import replace_parts
from generator.expr.walk import walk
from generator.ir.model import Field

if TYPE_CHECKING:
    from generator.expr.evaluate import Environment

Leaf = EntityRef | OldExpr | AggregateExpr


def rewritten(expr: Expr, put: Callable[[Leaf], Expr]) -> Expr:
    """Return the expression with each reference, old value and fold replaced."""
    if isinstance(expr, EntityRef | OldExpr | AggregateExpr):
        return put(expr)
    return replace_parts(expr, lambda part: rewritten(part, put))


def of_row(expr: Expr, row: EntityRef) -> Expr:
    """Return an expression over `self` as one over another row, which a reference of type row gives."""
    if isinstance(expr, EntityRef):
        return _moved(expr, row)
    return replace_parts(expr, lambda part: of_row(part, row))


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


def settled(expr: Expr, field: Field) -> Literal | None:
    """Return what a derived number is that no row and no input has a part in; None for all else."""
    if field.type.name not in {"int", "decimal"} or not all(isinstance(e, _PLAIN) for e in walk(expr)):
        return None
    # What is plain asks no row and no clock: any environment will do.
    value = evaluate(expr, cast("Environment", None), {})
    if value is None:
        return Literal(None, replace(field.type, nullable=True))
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Literal(str(quantize(value, field.type.scale or 0)), field.type)


_PLAIN = (Literal, ArithmeticExpr)
