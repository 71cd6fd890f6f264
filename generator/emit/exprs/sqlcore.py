"""SQL trees as SQLAlchemy Core source."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import assert_never

from generator.emit.exprs.pycode import ATOM, COMPARE, RANKS, Code, call
from generator.emit.exprs.pyliterals import python_literal
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
    Rows,
    Seconds,
    Select,
    Sql,
    Truth,
)
from generator.emit.python import Imports, literal
from generator.expr.model import Type

_OPERATORS = {"=": "==", "<>": "!="}
_CASTS = {
    "numeric": "Numeric",
    "integer": "Integer",
    "date": "Date",
    "float8": "Double",
    "text": "Text",
    "bigint": "BigInteger",
}
_TYPES = {
    "int": "BigInteger",
    "float": "Double",
    "decimal": "Numeric",
    "bool": "Boolean",
    "date": "Date",
    "time": "Time",
    "duration": "Interval",
    "uuid": "Uuid",
    "row": "Uuid",
}
# Attributes of a ColumnCollection that are no columns.
_TAKEN = frozenset(
    ("as_readonly", "compare", "contains_column", "corresponding_column", "get", "items", "keys", "values")
)


def column(row: str, name: str) -> str:
    """Return the column `name` of a table or alias."""
    plain = name not in _TAKEN and not keyword.iskeyword(name)
    return f"{row}.c.{name}" if plain else f"{row}.c[{literal(name)}]"


class CorePrinter:
    """Prints the expressions of one module; `links` maps a links collection to its columns."""

    def __init__(self, imports: Imports, links: Mapping[str, tuple[str, str]]) -> None:
        self._imports = imports
        self._links = links
        self._link_aliases: dict[str, tuple[str, str]] = {}

    def text(self, sql: Sql) -> str:
        """Return the source of an expression."""
        return self._print(sql).text

    def bind(self, name: str, type_: Type) -> str:
        """Return a parameter."""
        return f"{self._sa('bindparam')}({literal(name)}, type_={self._bind_type(type_)})"

    def _sa(self, name: str) -> str:
        return self._imports.symbol("sqlalchemy", name)

    def _sql(self, name: str) -> str:
        return f"{self._imports.symbol('app.runtime', 'sql')}.{name}"

    def _bind_type(self, type_: Type) -> str:
        if type_.name == "datetime":
            return f"{self._sa('DateTime')}(timezone=True)"
        return f"{self._sa(_TYPES.get(type_.name, 'String'))}()"

    def _print(self, sql: Sql) -> Code:
        match sql:
            case Const(literal=constant):
                return call(self._sql("const"), python_literal(constant, self._imports).text)
            case Column(row=row, name=name):
                return Code(self._column(row, name), ATOM)
            case Param(name=name, type=type_):
                return Code(self.bind(name, type_), ATOM)
            case Now():
                return Code(self._sql("NOW"), ATOM)
            case Infix():
                return self._infix(sql)
            case Logic(op=op, operands=operands):
                function = self._sa("and_" if op == "AND" else "or_")
                return call(function, *(self.text(o) for o in operands))
            case Not(operand=operand):
                return call(self._sa("not_"), self.text(operand))
            case IsNull(operand=operand, negated=negated):
                return self._method(operand, "is_not" if negated else "is_", "None")
            case InList(operand=operand, options=options, negated=negated):
                listed = ", ".join(self.text(o) for o in options)
                return self._method(operand, "not_in" if negated else "in_", f"[{listed}]")
            case Select():
                return self._select(sql)
            case Call() | Cast() | Collate() | Case() | Quotient() | Seconds() | Truth():
                return self._function(sql)
            case _:
                assert_never(sql)

    def _function(self, sql: Call | Cast | Collate | Case | Quotient | Seconds | Truth) -> Code:
        match sql:
            case Call(name=name, args=args):
                function = f"{self._sa('func')}.{name}"
                return call(function, *(self.text(a) for a in args))
            case Cast(operand=operand, to=to):
                return call(self._sa("cast"), self.text(operand), self._sa(_CASTS[to]))
            case Collate(operand=operand, name=name):
                return call(self._sa("collate"), self.text(operand), literal(name))
            case Case(condition=condition, value=value, otherwise=otherwise):
                when = f"({self.text(condition)}, {self.text(value)})"
                return call(self._sa("case"), when, f"else_={self.text(otherwise)}")
            case Quotient(left=left, right=right):
                return call(self._sql("divided"), self.text(left), self.text(right))
            case Seconds(operand=operand):
                return call(self._sa("extract"), literal("epoch"), self.text(operand))
            case Truth(op=op, condition=condition):
                return call(self._sql(f"{op}_of"), self.text(condition))
            case _:
                assert_never(sql)

    def _method(self, operand: Sql, name: str, argument: str) -> Code:
        return Code(f"{self._print(operand).within(ATOM)}.{name}({argument})", ATOM)

    def _infix(self, sql: Infix) -> Code:
        rank = RANKS.get(sql.op, COMPARE)
        left, right = self._print(sql.left), self._print(sql.right)
        op = _OPERATORS.get(sql.op, sql.op)
        first = left.within(rank + 1 if rank == COMPARE else rank)
        return Code(f"{first} {op} {right.within(rank + 1)}", rank)

    def _column(self, row: str, name: str) -> str:
        if row in self._link_aliases:
            source, target = self._link_aliases[row]
            return column(row, source if name == "source" else target)
        return column(row, name)

    def _select(self, sql: Select) -> Code:
        for rows in sql.rows:
            self.register(rows)
        names = ", ".join(r.alias for r in sql.rows)
        where = ", ".join(self.text(w) for w in sql.where)
        if sql.value is None:
            return call(self._sql("found"), f"[{names}]", *filter(None, [where]))
        return call(self._sql("value_of"), self.text(sql.value), f"[{names}]", *filter(None, [where]))

    def register(self, rows: Rows) -> None:
        """Learn the columns of an alias of an association table."""
        if rows.links:
            self._link_aliases[rows.alias] = self._links[rows.links]
