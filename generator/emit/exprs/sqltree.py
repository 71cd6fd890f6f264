"""SQL as a small tree: what is to be computed, before it is printed as text or as Core."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

from generator.expr.model import Literal, Type


class _Sql(msgspec.Struct, frozen=True):
    """Base of all nodes."""


class Const(_Sql, frozen=True):
    """A constant."""

    literal: Literal


class Column(_Sql, frozen=True):
    """A column of a table or alias; the row of a table that is being defined has no name."""

    row: str
    name: str


class Param(_Sql, frozen=True):
    """A value that is sent with the statement."""

    name: str
    type: Type


class Now(_Sql, frozen=True):
    """The instant of the request."""


class Infix(_Sql, frozen=True):
    """An operator between two operands."""

    op: OneOf["=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"]
    left: Sql
    right: Sql


class Logic(_Sql, frozen=True):
    """AND or OR."""

    op: OneOf["AND", "OR"]
    operands: tuple[Sql, ...]


class Not(_Sql, frozen=True):
    """NOT."""

    operand: Sql


class IsNull(_Sql, frozen=True):
    """IS NULL, IS NOT NULL."""

    operand: Sql
    negated: bool = False


class InList(_Sql, frozen=True):
    """IN, NOT IN over at least one option."""

    operand: Sql
    options: tuple[Sql, ...]
    negated: bool = False


class Call(_Sql, frozen=True):
    """A function of PostgreSQL."""

    name: str
    args: tuple[Sql, ...]


class Cast(_Sql, frozen=True):
    """CAST to a type of PostgreSQL."""

    operand: Sql
    to: OneOf["numeric", "integer", "date", "float8", "text", "bigint"]


class Collate(_Sql, frozen=True):
    """COLLATE."""

    operand: Sql
    name: OneOf["C", "default"]


class Case(_Sql, frozen=True):
    """CASE WHEN condition THEN value ELSE otherwise END."""

    condition: Sql
    value: Sql
    otherwise: Sql


class Quotient(_Sql, frozen=True):
    """A decimal division: ten digits, null when dividing by zero."""

    left: Sql
    right: Sql


class Seconds(_Sql, frozen=True):
    """The length of an interval in seconds, exact."""

    operand: Sql


class Truth(_Sql, frozen=True):
    """Kleene's any or all over rows, as an aggregate function."""

    op: OneOf["any", "all"]
    condition: Sql


class Rows(_Sql, frozen=True):
    """Rows of a table under an alias; `entity` is its name."""

    alias: str
    entity: str
    links: str = ""  # the node id of a links collection: its association table instead


class Select(_Sql, frozen=True):
    """A scalar subquery; or whether it has rows, when `value` is None."""

    value: Sql | None
    rows: tuple[Rows, ...]
    where: tuple[Sql, ...]


Sql = (
    Const
    | Column
    | Param
    | Now
    | Infix
    | Logic
    | Not
    | IsNull
    | InList
    | Call
    | Cast
    | Collate
    | Case
    | Quotient
    | Seconds
    | Truth
    | Select
)
