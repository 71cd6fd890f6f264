"""Typed expressions as spec text: stable, readable, and it parses back."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from generator.core.names import snake
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

_OR, _AND, _NOT, _COMPARE, _SUM, _FACTOR, _ATOM = range(1, 8)
_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
_QUOTED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}

# The element rows of the aggregates around, as (binding, entity), innermost last.
_Elements = tuple[tuple[str, str], ...]


def show(expr: Expr) -> str:
    """Return the canonical text: own fields bare, rows by their binding's name."""
    return _show(expr, (), 0)


def _show(expr: Expr, around: _Elements, outer: int) -> str:
    text, level = _text(expr, around)
    return f"({text})" if level <= outer else text


def _text(expr: Expr, around: _Elements) -> tuple[str, int]:
    """Return the text and how tightly its outermost operator binds."""
    match expr:
        case Literal() | EntityRef() | ContextRef() | OldExpr():
            return _leaf(expr, around), _ATOM
        case ComparisonExpr():
            return _comparison(expr, around), _COMPARE
        case MembershipExpr():
            return _membership(expr, around), _COMPARE
        case ExistsExpr(target=target, negated=negated):
            return _exists(target, around, negated=negated)
        case BooleanExpr(op=op, operands=operands):
            level = _OR if op == "or" else _AND
            return f" {op} ".join(_show(o, around, level) for o in operands), level
        case NotExpr(operand=operand):
            return f"not {_show(operand, around, _AND)}", _NOT
        case ArithmeticExpr():
            return _arithmetic(expr, around)
        case AggregateExpr():
            return _aggregate(expr, around), _ATOM
        case CallExpr(name=name, args=args):
            return f"{name}({', '.join(_show(a, around, 0) for a in args)})", _ATOM
        case _:
            assert_never(expr)


def _leaf(expr: Literal | EntityRef | ContextRef | OldExpr, around: _Elements) -> str:
    match expr:
        case Literal():
            return _literal(expr)
        case EntityRef():
            return _name(expr, around)
        case ContextRef(source=source, name=name):
            return f"{source}.{name}" if around or source != "input" else name
        case OldExpr(operand=ref):
            return f"old({_name(ref, around)})"
        case _:
            assert_never(expr)


def _membership(expr: MembershipExpr, around: _Elements) -> str:
    listed = ", ".join(_show(o, around, 0) for o in expr.options)
    return f"{_show(expr.needle, around, _COMPARE)} {'not in' if expr.negated else 'in'} [{listed}]"


def _comparison(expr: ComparisonExpr, around: _Elements) -> str:
    left = _show(expr.left, around, _COMPARE)
    if isinstance(expr.right, Literal) and expr.right.value is None:
        return f"{left} is {'not ' if expr.op == '!=' else ''}null"
    return f"{left} {expr.op} {_show(expr.right, around, _COMPARE)}"


def _exists(target: Expr, around: _Elements, *, negated: bool) -> tuple[str, int]:
    inner = _show(target, around, 0)
    text = f"{inner}.exists" if isinstance(target, EntityRef) else f"exists({inner})"
    return (f"not {text}", _NOT) if negated else (text, _ATOM)


def _arithmetic(expr: ArithmeticExpr, around: _Elements) -> tuple[str, int]:
    level = _SUM if expr.op in ("+", "-") else _FACTOR
    left = _show(expr.left, around, level - 1)
    return f"{left} {expr.op} {_show(expr.right, around, level)}", level


def _aggregate(expr: AggregateExpr, around: _Elements) -> str:
    source = expr.source
    entity = source.entity.removeprefix("entity:") if isinstance(source, RowsOf) else source.type.of
    rows = entity if isinstance(source, RowsOf) else _name(source, around)
    inner = (*around, (expr.binding, entity))
    if expr.op == "count":
        return f"len({rows})" if expr.where is None else f"count({rows}, {_show(expr.where, inner, 0)})"
    if expr.op == "any" and isinstance(expr.value, Literal) and expr.value.value is True:
        return f"exists({rows}{'' if expr.where is None else ', ' + _show(expr.where, inner, 0)})"
    return f"{expr.op}({rows}, {'' if expr.value is None else _show(expr.value, inner, 0)})"


def _name(ref: EntityRef, around: _Elements) -> str:
    parts = [*ref.via, *([ref.field] if ref.field else [])]
    if around and ref.root == around[-1][0]:
        return ".".join(parts) or snake(around[-1][1])
    for binding, entity in around:
        if ref.root == binding:
            return ".".join([snake(entity), *parts])
    if ref.root == "self" and parts and not around:
        return ".".join(parts)
    kind, _, name = ref.root.rpartition(":")
    head = [kind, name] if kind == "input" and around else [name]
    return ".".join([*head, *parts])


def _literal(expr: Literal) -> str:
    value = expr.value
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            text = format(Decimal(repr(value)), "f")
            return text if "." in text else f"{text}.0"
        case str():
            return _text_literal(value, expr.type.name)
        case _:
            assert_never(value)


def _text_literal(value: str, kind: str) -> str:
    if kind in ("decimal", "enum"):
        return value
    return _duration(value) if kind == "duration" else quote(value)


def _duration(text: str) -> str:
    seconds = int(text.removeprefix("-").removeprefix("PT").removesuffix("S"))
    if text.startswith("-"):
        return f"seconds(-{seconds})"
    unit, size = next(((u, n) for u, n in _UNITS if seconds % n == 0 and seconds), ("s", 1))
    return f"{seconds // size}{unit}"


def quote(text: str) -> str:
    """Return a string literal of the expression language."""
    return '"' + "".join(_QUOTED.get(c, c if c >= " " else f"\\u{ord(c):04x}") for c in text) + '"'
