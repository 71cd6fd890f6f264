"""The typed, resolved expression AST that every reader shares.

No source text and no Python variable names: a row is named by its binding
("self", an input, an alias, an element of an aggregate), never by how some
emitter spells it.
"""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec

TypeName = OneOf[
    "bool",
    "int",
    "float",
    "decimal",
    "string",
    "text",
    "email",
    "url",
    "uuid",
    "date",
    "datetime",
    "time",
    "duration",
    "json",
    "enum",
    "row",
    "rows",
    "null",
]


class Type(msgspec.Struct, frozen=True, omit_defaults=True):
    """A type: `of` names the enum (kind enum) or the entity (row, rows)."""

    name: TypeName
    nullable: bool = False
    of: str = ""
    precision: int = 0
    scale: int = 0


BOOL = Type("bool")
INT = Type("int")
FLOAT = Type("float")
STRING = Type("string")
DATE = Type("date")
DATETIME = Type("datetime")
DURATION = Type("duration")
NULL = Type("null", nullable=True)


class _Node(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="node"):
    """Base of all expression nodes."""


class Literal(_Node, frozen=True, tag="literal"):
    """A constant; decimals, dates and durations (ISO 8601) are canonical strings.

    A decimal has a point ("5.0"), a duration is in seconds ("PT86400S", "-PT1800S"
    if negative), a datetime is in UTC ("2026-01-31T09:30:00.000000Z").
    """

    value: bool | int | float | str | None
    type: Type


class EntityRef(_Node, frozen=True, tag="entity_ref"):
    """A field of a row, or the row itself when `field` is empty.

    `entity` is "entity:<Name>" of the root row, `root` its binding, `via` the
    reference hops from there to the row that holds `field`. The row behind a
    reference is that reference's `field` (type row), so an empty `field` has no `via`.
    """

    entity: str
    field: str
    via: tuple[str, ...] = ()
    root: str = "self"
    type: Type = NULL


class ContextRef(_Node, frozen=True, tag="context_ref"):
    """A value of the request: `source` is "input" or "actor"."""

    source: str
    name: str
    type: Type = NULL


class RowsOf(_Node, frozen=True, tag="rows_of"):
    """All rows of an entity ("entity:<Name>"), as the database holds them."""

    entity: str


class ComparisonExpr(_Node, frozen=True, tag="comparison"):
    """`left op right`; null when either side is, except == and != with a null literal."""

    op: OneOf["==", "!=", "<", "<=", ">", ">="]
    left: Expr
    right: Expr
    type: Type = BOOL


class MembershipExpr(_Node, frozen=True, tag="membership"):
    """`needle in (options)`."""

    needle: Expr
    options: tuple[Expr, ...]
    negated: bool = False
    type: Type = BOOL


class ExistsExpr(_Node, frozen=True, tag="exists"):
    """Whether a referenced row is there (never null)."""

    target: Expr
    negated: bool = False
    type: Type = BOOL


class BooleanExpr(_Node, frozen=True, tag="boolean"):
    """Kleene `and` / `or` over two or more operands."""

    op: OneOf["and", "or"]
    operands: tuple[Expr, ...]
    type: Type = BOOL


class NotExpr(_Node, frozen=True, tag="not"):
    """Kleene negation."""

    operand: Expr
    type: Type = BOOL


class ArithmeticExpr(_Node, frozen=True, tag="arithmetic"):
    """`left op right`; also date arithmetic (datetime ± duration, datetime - datetime, date - date)."""

    op: OneOf["+", "-", "*", "/", "%"]
    left: Expr
    right: Expr
    type: Type


class AggregateExpr(_Node, frozen=True, tag="aggregate"):
    """A fold over rows; `binding` names the element row inside `value` and `where`.

    count: rows for which `where` is true; any/all: Kleene over `value` of those
    (`exists(rows, C)` is any with the value true, where C); no `where`: all rows;
    sum of nothing is 0, min/max/avg of nothing are null; null values are left out.
    """

    op: OneOf["count", "sum", "min", "max", "avg", "any", "all"]
    source: EntityRef | RowsOf
    binding: str
    value: Expr | None = None
    where: Expr | None = None
    type: Type = BOOL


class CallExpr(_Node, frozen=True, tag="call"):
    """A total function from the fixed list in docs/language.md."""

    name: str
    args: tuple[Expr, ...]
    type: Type


class OldExpr(_Node, frozen=True, tag="old"):
    """The operand's value when the operation began."""

    operand: EntityRef
    type: Type


Expr = (
    Literal
    | EntityRef
    | ContextRef
    | ComparisonExpr
    | MembershipExpr
    | ExistsExpr
    | BooleanExpr
    | NotExpr
    | ArithmeticExpr
    | AggregateExpr
    | CallExpr
    | OldExpr
)
