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
    Seconds,
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
    return Printer().text(sql)


class Printer:
    """Prints a tree over one row's own columns; a subclass knows more places."""

    def text(self, sql: Sql) -> str:
        """Return the SQL text."""
        return self.printed(sql).text

    def printed(self, sql: Sql) -> Text:  # noqa: C901, PLR0911 - a line for each kind of node
        """Return the SQL text and how tightly it binds."""
        match sql:
            case Const(literal=literal):
                return constant(literal)
            case Column():
                return Text(self.column(sql), _ATOM)
            case Infix():
                return self._infix(sql)
            case Logic(op=op, operands=operands):
                rank = _AND if op == "AND" else _OR
                return Text(f" {op} ".join(self.printed(o).within(rank + 1) for o in operands), rank)
            case Not(operand=operand):
                return Text(f"NOT {self.printed(operand).within(_IS)}", _NOT)
            case IsNull(operand=operand, negated=negated):
                return Text(f"{self.printed(operand).within(_IN)} IS {'NOT ' if negated else ''}NULL", _IS)
            case InList(operand=operand, options=options, negated=negated):
                listed = ", ".join(self.text(o) for o in options)
                return Text(
                    f"{self.printed(operand).within(_SUM)} {'NOT ' if negated else ''}IN ({listed})", _IN
                )
            case Call(name=name, args=args):
                return Text(self.call(name, args), _ATOM)
            case Cast(operand=operand, to=to):
                return Text(f"CAST({self.text(operand)} AS {to})", _ATOM)
            case Collate(operand=operand, name=name):
                return Text(f'{self.printed(operand).within(_ATOM)} COLLATE "{name}"', _COLLATE)
            case Case(condition=condition, value=value, otherwise=otherwise):
                texts = (self.text(condition), self.text(value), self.text(otherwise))
                return Text("CASE WHEN {} THEN {} ELSE {} END".format(*texts), _ATOM)
            case Quotient(left=left, right=right):
                wide = f"round(CAST({self.text(left)} AS numeric), 40)"
                return Text(f"round({wide} / nullif(CAST({self.text(right)} AS numeric), 0), 10)", _ATOM)
            case Seconds(operand=operand):
                return Text(f"EXTRACT(EPOCH FROM {self.text(operand)})", _ATOM)
            case Param() | Now() | Truth() | Select():
                return Text(self.far(sql), _ATOM)
            case _:
                assert_never(sql)

    def column(self, column: Column) -> str:
        """Return a column of the row itself."""
        return quote_name(column.name)

    def call(self, name: str, args: tuple[Sql, ...]) -> str:
        """Return the call of a function."""
        return f"{name}({', '.join(self.text(a) for a in args)})"

    def far(self, sql: Param | Now | Truth | Select) -> str:
        """Refuse what is not in the row itself."""
        raise ValueError(f"{type(sql).__name__} has no place in DDL")

    def _infix(self, sql: Infix) -> Text:
        rank = _RANKS.get(sql.op, _COMPARE)
        left = self.printed(sql.left).within(max(rank, _IN))
        right = self.printed(sql.right).within(max(rank, _IN) + 1)
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
