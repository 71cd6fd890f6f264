"""What an expression reads, and what it says about references that may be null."""

from __future__ import annotations

from collections.abc import Iterator

from generator.expr.model import (
    AggregateExpr,
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
    RowsOf,
)
from generator.expr.walk import walk
from generator.ir.index import Index
from generator.ir.model import Managed


def reads_clock(expr: Expr) -> bool:
    """Whether the value depends on the time of the request."""
    return any(isinstance(node, CallExpr) and node.name in ("now", "today") for node in walk(expr))


def reads_all_rows(index: Index, expr: Expr) -> bool:
    """Whether the value hangs on all rows of an entity, by itself or through a derived field."""
    for node in walk(expr):
        if isinstance(node, AggregateExpr) and isinstance(node.source, RowsOf):
            return True
        if isinstance(node, EntityRef) and node.field and node.type.name != "rows" and node.field != "id":
            holder = index.hop(node.entity.removeprefix("entity:"), node.via)
            field = index.field(holder, node.field)
            value = field.value if field.managed is Managed.DERIVED else None
            if value is not None and reads_all_rows(index, value):
                return True
    return False


def is_constant(expr: Expr) -> bool:
    """Whether it reads nothing but literals and the clock."""
    return not any(isinstance(node, EntityRef | ContextRef | AggregateExpr) for node in walk(expr))


def conjuncts(expr: Expr) -> Iterator[Expr]:
    """Yield the conditions that all hold if `expr` does."""
    if isinstance(expr, BooleanExpr) and expr.op == "and":
        for operand in expr.operands:
            yield from conjuncts(operand)
    else:
        yield expr


Known = frozenset[tuple[str, ...]]


def path_of(expr: Expr) -> tuple[str, ...]:
    """Return what identifies a reference: root, hops, field; empty for anything else."""
    match expr:
        case EntityRef(root=root, via=via, field=field):
            return (root, *via, field) if field else (root, *via)
        case ContextRef(source=source, name=name):
            return (f"{source}:{name}",)
        case _:
            return ()


def known_present(expr: Expr) -> Known:
    """Return the references that can't be null where `expr` is true."""
    return _with_rows([path for part in conjuncts(expr) for path in _presences(part)])


def known_otherwise(expr: Expr) -> Known:
    """Return the references that can't be null where `expr` is not true."""
    match expr:
        case ComparisonExpr(op="==", left=subject, right=Literal(value=None)):
            return _with_rows([path_of(subject)])
        case ExistsExpr(target=subject, negated=True):
            return _with_rows([path_of(subject)])
        case NotExpr(operand=ExistsExpr(target=subject, negated=False)):
            return _with_rows([path_of(subject)])
        case BooleanExpr(op="or", operands=operands):
            return frozenset[tuple[str, ...]]().union(*(known_otherwise(e) for e in operands))
        case _:
            return frozenset()


def _presences(part: Expr) -> list[tuple[str, ...]]:
    match part:
        case ExistsExpr(target=operand, negated=False) | MembershipExpr(needle=operand):
            return [path_of(operand)]
        case ComparisonExpr(op=op, left=left, right=Literal(value=None)):
            return [path_of(left)] if op == "!=" else []
        case ComparisonExpr(left=left, right=right):
            return [path_of(left), path_of(right)]
        case _:
            return []


def _with_rows(paths: list[tuple[str, ...]]) -> Known:
    """Add the rows on the way: a field that is not null is that of a row that is there."""
    return frozenset(path[:end] for path in paths for end in range(1, len(path) + 1))


def forgotten(known: Known, names: frozenset[str]) -> Known:
    """Return what is still known after fields of these names were set."""
    return frozenset(path for path in known if not names.intersection(path[1:])) if names else known
