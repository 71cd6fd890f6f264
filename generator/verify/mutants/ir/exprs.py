"""Changes of expressions in the IR."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from generator.expr.model import (
    AggregateExpr,
    ArithmeticExpr,
    BooleanExpr,
    CallExpr,
    ComparisonExpr,
    ExistsExpr,
    Expr,
    Literal,
    MembershipExpr,
    NotExpr,
    OldExpr,
)
from generator.ir.index import Index
from generator.verify.mutants.ir.places import Place, without
from generator.verify.mutants.model import Kind

New = tuple[Kind, Any, str]  # what is put in the place, and what that does

_NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MOVED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_ARITHMETIC = {"+": "-", "-": "+", "*": "+", "/": "*", "%": "*"}
_FOLDS = {"any": "all", "all": "any", "sum": "max", "count": "any", "min": "max", "max": "min", "avg": "max"}


def expression_changes(place: Place, index: Index) -> Iterator[New]:
    """Yield what may stand in an expression's place."""
    for kind, new, what in _changes(place, index):
        yield _kind(place, kind), new, what


def _kind(place: Place, kind: Kind) -> Kind:
    if place.under("listing"):
        return "list_changed"
    if place.under("default"):
        return "default_changed"
    if place.under("domain") and place.under("value") and place.under("fields"):
        return "derived_changed"
    if place.under("effects") and not place.under("condition", "where"):
        return "effect_changed"
    return kind


def _changes(place: Place, index: Index) -> Iterator[New]:  # noqa: C901 - a table of node types
    expr = place.value
    match expr:
        case ComparisonExpr(op=op):
            yield "comparison_flipped", replace(expr, op=_NEGATED[op]), f"`{op}` becomes `{_NEGATED[op]}`"
            if op in _MOVED:
                yield "boundary_moved", replace(expr, op=_MOVED[op]), f"`{op}` becomes `{_MOVED[op]}`"
        case BooleanExpr(op=op, operands=operands):
            other = "or" if op == "and" else "and"
            yield "boolean_swapped", replace(expr, op=other), f"`{op}` becomes `{other}`"
            for number in range(len(operands)):
                yield "boolean_swapped", _fewer(expr, number), f"part {number + 1} dropped"
        case NotExpr(operand=operand):
            yield "boolean_swapped", operand, "`not` dropped"
        case MembershipExpr(options=options, negated=negated):
            yield "comparison_flipped", replace(expr, negated=not negated), "negated"
            yield from _options(expr, options, index)
        case ExistsExpr(negated=negated):
            yield "comparison_flipped", replace(expr, negated=not negated), "negated"
        case ArithmeticExpr(op=op):
            yield "effect_changed", replace(expr, op=_ARITHMETIC[op]), f"`{op}` becomes `{_ARITHMETIC[op]}`"
        case AggregateExpr():
            yield from _aggregate(expr)
        case CallExpr(args=(only,)) if only.type.name == expr.type.name:
            yield "comparison_flipped", only, f"`{expr.name}` dropped"
        case OldExpr(operand=operand):
            yield "comparison_flipped", operand, "`old` dropped"
        case Literal():
            yield from _literal(place, expr, index)
        case _:
            pass


def _fewer(expr: BooleanExpr, number: int) -> Expr:
    rest = without(expr.operands, number)
    return rest[0] if len(rest) == 1 else replace(expr, operands=rest)


def _options(expr: MembershipExpr, options: tuple[Expr, ...], index: Index) -> Iterator[New]:
    if len(options) > 1:
        for number in range(len(options)):
            yield "comparison_flipped", replace(expr, options=without(options, number)), "an option dropped"
    values = {o.value for o in options if isinstance(o, Literal)}
    other = next((v for v in _values(expr.needle, index) if v not in values), None)
    if other is not None:
        new = Literal(other, expr.needle.type)
        yield "transition_added", replace(expr, options=(*options, new)), f"{other} is let through too"


def _values(expr: Expr, index: Index) -> tuple[str, ...]:
    return index.enums[expr.type.of].values if expr.type.name == "enum" else ()


def _aggregate(expr: AggregateExpr) -> Iterator[New]:
    other = _FOLDS[expr.op]
    if {expr.op, other} <= {"any", "all"} or (expr.value is not None and other not in ("any", "all")):
        kind: Kind = "boolean_swapped" if other in ("any", "all") else "derived_changed"
        yield kind, replace(expr, op=other), f"`{expr.op}` becomes `{other}`"
    if expr.where is not None:
        yield "comparison_flipped", replace(expr, where=None), "the condition of the rows dropped"


def _literal(place: Place, literal: Literal, index: Index) -> Iterator[New]:
    value, holder = literal.value, place.holder
    ordered = isinstance(holder, ComparisonExpr | ArithmeticExpr)
    match literal.type.name:
        case "int" if isinstance(value, int):
            for step in (1, -1) if ordered else (1,):
                yield (
                    "boundary_moved",
                    replace(literal, value=value + step),
                    f"{value} becomes {value + step}",
                )
        case "decimal" if isinstance(value, str):
            more = str(Decimal(value) + 1)
            yield "boundary_moved", replace(literal, value=more), f"{value} becomes {more}"
        case "duration" if isinstance(value, str) and value.startswith("PT"):
            seconds = int(float(value.removeprefix("PT").removesuffix("S")))
            more = f"PT{seconds + 3600}S"
            yield "boundary_moved", replace(literal, value=more), "an hour more"
        case "bool" if isinstance(value, bool):
            yield "comparison_flipped", replace(literal, value=not value), f"{value} becomes {not value}"
        case "enum":
            other = next((v for v in _values(literal, index) if v != value), None)
            if other is not None and not isinstance(holder, tuple):
                yield "comparison_flipped", replace(literal, value=other), f"{value} becomes {other}"
        case _:
            pass
