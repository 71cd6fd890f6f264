"""Expressions and short forms as written: the surface AST, every node with its place in the file.

Nothing is resolved here: a `Path` may turn out to be a field, a row, a state
name or an entity; `typing` decides against a scope.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal as OneOf

import msgspec

from generator.core.spans import Span


class Syntax(msgspec.Struct, frozen=True, tag_field="node"):
    """Base of surface nodes; `span` is where the node stands in the file."""

    span: Span


# --- expressions ---------------------------------------------------------------


class Number(Syntax, frozen=True, tag="number"):
    """A number as written: `text` has a point when it is a decimal, may begin with `-`."""

    text: str


class Text(Syntax, frozen=True, tag="text"):
    """A quoted string, unescaped."""

    value: str


class Bool(Syntax, frozen=True, tag="bool"):
    """`true` or `false`."""

    value: bool


class Null(Syntax, frozen=True, tag="null"):
    """`null`."""


class Duration(Syntax, frozen=True, tag="duration"):
    """`24h`: an amount and its unit (s, m, h, d)."""

    amount: int
    unit: OneOf["s", "m", "h", "d"]


class Path(Syntax, frozen=True, tag="path"):
    """Names joined by points; `places` has the span of each part."""

    parts: tuple[str, ...]
    places: tuple[Span, ...]

    def __str__(self) -> str:
        return ".".join(self.parts)


class NamedRows(Syntax, frozen=True, tag="named_rows"):
    """`rows as name`, as an aggregate takes it."""

    rows: Path
    name: str


class Compare(Syntax, frozen=True, tag="compare"):
    """`left op right`."""

    op: OneOf["==", "!=", "<", "<=", ">", ">="]
    left: Node
    right: Node


class In(Syntax, frozen=True, tag="in"):
    """`needle in [options]`, `needle not in [options]`."""

    needle: Node
    options: tuple[Node, ...]
    negated: bool


class InRows(Syntax, frozen=True, tag="in_rows"):
    """`needle in rows`, `needle not in rows`."""

    needle: Node
    rows: Path
    negated: bool


class IsNull(Syntax, frozen=True, tag="is_null"):
    """`operand is null`, `operand is not null`."""

    operand: Node
    negated: bool


class Logic(Syntax, frozen=True, tag="logic"):
    """A chain of one of `and`, `or`."""

    op: OneOf["and", "or"]
    operands: tuple[Node, ...]


class Not(Syntax, frozen=True, tag="not"):
    """`not operand`."""

    operand: Node


class Arith(Syntax, frozen=True, tag="arith"):
    """`left op right`."""

    op: OneOf["+", "-", "*", "/", "%"]
    left: Node
    right: Node


class Negate(Syntax, frozen=True, tag="negate"):
    """`-operand` of anything but a number literal."""

    operand: Node


class Call(Syntax, frozen=True, tag="call"):
    """`name(args)`; `place` is the span of the name."""

    name: str
    args: tuple[Node, ...]
    place: Span


Node = (
    Number
    | Text
    | Bool
    | Null
    | Duration
    | Path
    | NamedRows
    | Compare
    | In
    | InRows
    | IsNull
    | Logic
    | Not
    | Arith
    | Negate
    | Call
)


def paths(node: Node) -> Iterator[Path]:
    """Yield the paths in an expression, in order."""
    if isinstance(node, Path):
        yield node
    for value in (getattr(node, name) for name in node.__struct_fields__):
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Node):
                yield from paths(part)


# --- fields --------------------------------------------------------------------


class Name(Syntax, frozen=True, tag="name"):
    """One identifier."""

    text: str

    def __str__(self) -> str:
        return self.text


class TypeForm(Syntax, frozen=True, tag="type"):
    """A type as written.

    `name` is the word (`string`, `decimal`, an enum's name ...), or "reference"
    (`-> X`, target in `of`), "list" (`X[]`, element in `of`), "enum" for an
    inline enum (`values`). `args` are the numbers in parentheses: (max,) or
    (min, max) of a range, None where the bound is left out (`(..80)` gives
    (None, max)); (precision, scale) for decimal.
    """

    name: str
    nullable: bool = False
    of: Name | None = None
    args: tuple[Number | None, ...] = ()
    values: tuple[Name, ...] = ()


class Bound(Syntax, frozen=True, tag="bound"):
    """`> 0`, `<= "2030-01-01"` or `matches "…"`."""

    op: OneOf[">", ">=", "<", "<=", "matches"]
    value: Number | Text


class Modifier(Syntax, frozen=True, tag="modifier"):
    """A word after the type."""

    name: OneOf["unique", "server", "snapshot", "immutable", "touched", "owned"]


class Counter(Syntax, frozen=True, tag="counter"):
    """`= next(per)`, or `= next()` with no `per`."""

    per: Name | None


class FieldForm(Syntax, frozen=True, tag="field"):
    """A field's short form. At most one of `default`, `snapshot`, `derived`, `counter` is set."""

    type: TypeForm
    bounds: tuple[Bound, ...] = ()
    modifiers: tuple[Modifier, ...] = ()
    default: Node | None = None
    snapshot: Node | None = None
    derived: Node | None = None
    counter: Counter | None = None

    def has(self, modifier: str) -> bool:
        """Whether the modifier was written."""
        return any(m.name == modifier for m in self.modifiers)


# --- conditions, effects ---------------------------------------------------------


class ElseForm(Syntax, frozen=True, tag="else"):
    """`[CODE] ["message"]`, as after `else`; the code is None for the usual one, else not yet checked."""

    status: int | None
    message: str | None


class ConditionForm(Syntax, frozen=True, tag="condition"):
    """`EXPR [else [CODE] ["message"]]`; `text` is the expression as written."""

    expr: Node
    text: str
    otherwise: ElseForm | None = None


class TransitionForm(Syntax, frozen=True, tag="transition"):
    """`row.state: A -> B`; no `sources` means `*`."""

    target: Path
    sources: tuple[Name, ...]
    to: Name
    otherwise: ElseForm | None = None


class AssignForm(Syntax, frozen=True, tag="assign"):
    """`row.field op value`; `op` is "=", "+=", "-=" or "*="."""

    target: Path
    op: OneOf["=", "+=", "-=", "*="]
    value: Node


class DeleteForm(Syntax, frozen=True, tag="delete"):
    """`delete path`."""

    target: Path


EffectForm = TransitionForm | AssignForm | DeleteForm


class RowsAs(Syntax, frozen=True, tag="rows_as"):
    """`ROWS as name`."""

    source: Path
    name: Name
