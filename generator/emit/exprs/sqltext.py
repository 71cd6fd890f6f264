"""SQL trees as text, for DDL."""

from __future__ import annotations

from typing import NamedTuple, assert_never

from generator.emit.exprs.sqltree import (
    Call,
    Case,
    Cast,
    Collate,
    Column,
    Const,
    Infix,
    InList,
    IsNull,
    Logic,
    Not,
    Now,
    Param,
    Quotient,
    Select,
    Sql,
    Truth,
)
from generator.emit.sqltext import quote_name, quote_text
from generator.expr.model import Literal

# How tightly PostgreSQL binds, loosest first.
_OR, _AND, _NOT, _IS, _COMPARE, _IN, _SUM, _FACTOR, _COLLATE, _ATOM = range(10)
_RANKS = {"+": _SUM, "-": _SUM, "*": _FACTOR, "/": _FACTOR, "%": _FACTOR}
_KEYWORDS = {"date": "DATE", "datetime": "TIMESTAMPTZ", "time": "TIME", "uuid": "UUID", "float": "FLOAT8"}


class Text(NamedTuple):
    """SQL text and how tightly its outermost operator binds."""

    text: str
    rank: int

    def within(self, rank: int) -> str:
        """Return the text as an operand of something that binds like `rank`."""
        return self.text if self.rank >= rank else f"({self.text})"


def to_text(sql: Sql) -> str:
    """Return the SQL text of a tree over one row's own columns."""
    return _print(sql).text


def _print(sql: Sql) -> Text:  # noqa: C901 - a line for each kind of node
    match sql:
        case Const(literal=literal):
            return constant(literal)
        case Column(name=name):
            return Text(quote_name(name), _ATOM)
        case Infix():
            return _infix(sql)
        case Logic(op=op, operands=operands):
            rank = _AND if op == "AND" else _OR
            return Text(f" {op} ".join(_print(o).within(rank + 1) for o in operands), rank)
        case Not(operand=operand):
            return Text(f"NOT {_print(operand).within(_IS)}", _NOT)
        case IsNull(operand=operand, negated=negated):
            return Text(f"{_print(operand).within(_IN)} IS {'NOT ' if negated else ''}NULL", _IS)
        case InList(operand=operand, options=options, negated=negated):
            listed = ", ".join(_print(o).text for o in options)
            return Text(f"{_print(operand).within(_SUM)} {'NOT ' if negated else ''}IN ({listed})", _IN)
        case Call(name=name, args=args):
            return Text(f"{name}({', '.join(_print(a).text for a in args)})", _ATOM)
        case Cast(operand=operand, to=to):
            return Text(f"CAST({_print(operand).text} AS {to})", _ATOM)
        case Collate(operand=operand, name=name):
            return Text(f'{_print(operand).within(_ATOM)} COLLATE "{name}"', _COLLATE)
        case Case(condition=condition, value=value, otherwise=otherwise):
            texts = (_print(condition).text, _print(value).text, _print(otherwise).text)
            return Text("CASE WHEN {} THEN {} ELSE {} END".format(*texts), _ATOM)
        case Quotient(left=left, right=right):
            dividend, divisor = _print(left).text, _print(right).text
            wide = f"round(CAST({dividend} AS numeric), 40)"
            return Text(f"round({wide} / nullif(CAST({divisor} AS numeric), 0), 10)", _ATOM)
        case Param() | Now() | Truth() | Select():
            raise ValueError(f"{type(sql).__name__} has no place in DDL")
        case _:
            assert_never(sql)


def _infix(sql: Infix) -> Text:
    rank = _RANKS.get(sql.op, _COMPARE)
    left, right = _print(sql.left).within(max(rank, _IN)), _print(sql.right).within(max(rank, _IN) + 1)
    return Text(f"{left} {sql.op} {right}", rank)


def constant(literal: Literal) -> Text:
    """Return an SQL literal."""
    value = literal.value
    match value:
        case None:
            return Text("NULL", _ATOM)
        case bool():
            return Text("TRUE" if value else "FALSE", _ATOM)
        case int() | float():
            return _number(repr(value), literal.type.name)
        case str() if literal.type.name == "decimal":
            return _number(value, "decimal")
        case str() if literal.type.name == "duration":
            return Text(f"INTERVAL {quote_text(_interval(value))}", _ATOM)
        case str():
            keyword = _KEYWORDS.get(literal.type.name)
            return Text(f"{keyword} {quote_text(value)}" if keyword else quote_text(value), _ATOM)
        case _:
            assert_never(value)


def _number(text: str, kind: str) -> Text:
    if kind == "float":
        return Text(f"FLOAT8 {quote_text(text)}", _ATOM)
    return Text(text, _FACTOR if text.startswith("-") else _ATOM)


def _interval(iso: str) -> str:
    sign = "-" if iso.startswith("-") else ""
    return f"{sign}{iso.removeprefix('-').removeprefix('PT').removesuffix('S')} seconds"
