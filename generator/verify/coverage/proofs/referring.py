"""Conditions of a delete that ask for rows which refer to the row: the database asks for them, too."""

from __future__ import annotations

from generator.expr.model import AggregateExpr, ComparisonExpr, EntityRef, Expr, Literal, NotExpr, RowsOf
from generator.ir.model import Entity, Field, Operation, OperationKind
from generator.ir.reads import conjuncts


def asked_first(operation: Operation, other: Entity, field: Field) -> str:
    """Return why rows that refer by a field are not met: a condition lets none be there."""
    for condition in operation.requires:
        for part in conjuncts(condition.expr):
            source, demands = _none_of(part)
            if source == other.name and [_refers(d) for d in demands] == [field.name]:
                return f"`{condition.text}` refuses it first"
    return ""


def kept_anyway(operation: Operation, node: str, fields: dict[str, set[str]]) -> str:
    """Return why a condition of a delete is not broken alone: `fields` of entities keep the row."""
    if operation.kind is not OperationKind.DELETE:
        return ""
    for condition in operation.requires:
        if condition.id != node:
            continue
        source, demands = _none_of(condition.expr)
        for name in filter(None, map(_refers, demands)):
            if name in fields.get(source, ()):
                return f"it fails only together with the reference {source}.{name}"
    return ""


def _none_of(expr: Expr) -> tuple[str, list[Expr]]:
    """Return of which entity there must be no rows, and which rows those are."""
    match expr:
        case ComparisonExpr(op="==", left=AggregateExpr(op="count") as fold, right=Literal(value=zero)):
            return _rows(fold) if str(zero) == "0" else ("", [])
        case NotExpr(operand=AggregateExpr(op="any") as fold):
            return _rows(fold)
    return "", []


def _rows(fold: AggregateExpr) -> tuple[str, list[Expr]]:
    if not isinstance(fold.source, RowsOf):
        return "", []
    said = [e for e in (fold.where, fold.value) if e is not None and not isinstance(e, Literal)]
    return fold.source.entity.removeprefix("entity:"), [part for e in said for part in conjuncts(e)]


def _refers(expr: Expr) -> str:
    """Return the field by which an element refers to the row, if that is what is asked."""
    match expr:
        case ComparisonExpr(op="==", left=EntityRef() as left, right=EntityRef() as right):
            for side, other in ((left, right), (right, left)):
                if (other.root, other.via, other.field) == ("self", (), "") and not side.via:
                    return side.field if side.root != "self" and side.type.name == "row" else ""
    return ""
