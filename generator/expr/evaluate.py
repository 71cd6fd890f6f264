"""The reference meaning of expressions: a typed expression, rows and a clock to a Python value.

Null is None; `and`, `or`, `not` are Kleene's. Everything else that reads
expressions (emitted Python and SQL, SMT) must agree with this.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, partial
from typing import Any, Protocol
from uuid import UUID

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
from generator.expr.numbers import Number, add, calculate, divide, magnitude, round_to

Row = Hashable
Value = Any  # None, bool, int, Decimal, float, str, datetime, date, time, timedelta, UUID, a row, or JSON
Rows = Mapping[str, Row | None]

_SMALLEST = timedelta(microseconds=1)


class Environment(Protocol):
    """The world an expression is evaluated in; rows are opaque and equal when they are the same row."""

    now: datetime

    def field(self, row: Row, name: str) -> Value:
        """Return a field's value, derived ones computed; a reference gives the row or None."""
        ...

    def before(self, row: Row, name: str) -> Value:
        """Return the same as the operation began; None for a row that was not there."""
        ...

    def members(self, row: Row, collection: str) -> Sequence[Row]:
        """Return the rows of an owned or linked collection."""
        ...

    def rows(self, entity: str) -> Sequence[Row]:
        """Return all rows of an entity, by its plain name."""
        ...

    def value(self, source: str, name: str) -> Value:
        """Return a value of the request (`source` is "input" or "actor")."""
        ...


def evaluate(expr: Expr, env: Environment, rows: Rows) -> Value:
    """Return the value of `expr`; `rows` maps each binding to its row."""
    return _EVALUATORS[type(expr)](expr, env, rows)


def holds(expr: Expr, env: Environment, rows: Rows) -> bool:
    """Whether a requirement, filter or condition holds: it is true, not null."""
    return evaluate(expr, env, rows) is True


def broken(expr: Expr, env: Environment, rows: Rows) -> bool:
    """Whether a rule is broken: it is false, not null."""
    return evaluate(expr, env, rows) is False


# --- leaves --------------------------------------------------------------------


def _literal(expr: Literal, env: Environment, rows: Rows) -> Value:
    del env, rows
    value = expr.value
    return constant(value, expr.type.name) if isinstance(value, str) else value


@cache
def constant(text: str, kind: str) -> Value:
    """Return the value of a literal's canonical text."""
    match kind:
        case "decimal":
            return Decimal(text)
        case "date":
            return date.fromisoformat(text)
        case "datetime":
            return datetime.fromisoformat(text)
        case "time":
            return time.fromisoformat(text)
        case "uuid":
            return UUID(text)
        case "duration":
            seconds = int(text.removeprefix("-").removeprefix("PT").removesuffix("S"))
            return timedelta(seconds=-seconds if text.startswith("-") else seconds)
        case _:
            return text


def _entity_ref(expr: EntityRef, env: Environment, rows: Rows) -> Value:
    return _follow(expr, env.field, rows)


def _old(expr: OldExpr, env: Environment, rows: Rows) -> Value:
    return _follow(expr.operand, env.before, rows)


def _follow(ref: EntityRef, read: Callable[[Row, str], Value], rows: Rows) -> Value:
    row = rows[ref.root]
    for hop in ref.via:
        if row is None:
            return None
        row = read(row, hop)
    if row is None or not ref.field:
        return row
    return read(row, ref.field)


def _context_ref(expr: ContextRef, env: Environment, rows: Rows) -> Value:
    del rows
    return env.value(expr.source, expr.name)


# --- logic ---------------------------------------------------------------------


def _boolean(expr: BooleanExpr, env: Environment, rows: Rows) -> bool | None:
    return _kleene((evaluate(o, env, rows) for o in expr.operands), decisive=expr.op == "or")


def _kleene(values: Iterable[bool | None], *, decisive: bool) -> bool | None:
    """Return `decisive` if it is among the values, else null if null is, else the opposite."""
    unknown = False
    for value in values:
        if value is decisive:
            return decisive
        unknown = unknown or value is None
    return None if unknown else not decisive


def _not(expr: NotExpr, env: Environment, rows: Rows) -> bool | None:
    value: bool | None = evaluate(expr.operand, env, rows)
    return None if value is None else not value


def _exists(expr: ExistsExpr, env: Environment, rows: Rows) -> bool:
    return (evaluate(expr.target, env, rows) is None) is expr.negated


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _comparison(expr: ComparisonExpr, env: Environment, rows: Rows) -> bool | None:
    left = evaluate(expr.left, env, rows)
    if isinstance(expr.right, Literal) and expr.right.value is None:
        return (left is None) is (expr.op == "==")
    right = evaluate(expr.right, env, rows)
    if left is None or right is None:
        return None
    return compare(expr.op, left, right)


def compare(op: str, left: Value, right: Value) -> bool:
    """Compare two values that are not null; beside a float a decimal counts as a float."""
    if isinstance(left, float) and isinstance(right, Decimal):
        right = float(right)
    elif isinstance(right, float) and isinstance(left, Decimal):
        left = float(left)
    return bool(_COMPARE[op](left, right))


def _membership(expr: MembershipExpr, env: Environment, rows: Rows) -> bool | None:
    needle = evaluate(expr.needle, env, rows)
    if needle is None:
        return None
    options = [evaluate(o, env, rows) for o in expr.options]
    if any(o is not None and compare("==", needle, o) for o in options):
        return not expr.negated
    return None if None in options else expr.negated


# --- numbers, calls --------------------------------------------------------------


def _arithmetic(expr: ArithmeticExpr, env: Environment, rows: Rows) -> Value:
    left = evaluate(expr.left, env, rows)
    right = evaluate(expr.right, env, rows)
    if left is None or right is None:
        return None
    if isinstance(left, date | timedelta) or isinstance(right, date | timedelta):
        return _moment(expr.op, left, right)
    return calculate(expr.op, left, right)


def _moment(op: str, left: Any, right: Any) -> Value:
    """Date arithmetic; null when the result is no date of the calendar."""
    try:
        return left + right if op == "+" else left - right
    except OverflowError:
        return None


def _call(expr: CallExpr, env: Environment, rows: Rows) -> Value:
    match expr.name:
        case "now":
            return env.now
        case "today":
            return env.now.astimezone(UTC).date()
        case "if":
            return evaluate(expr.args[1 if holds(expr.args[0], env, rows) else 2], env, rows)
        case "coalesce":
            first = evaluate(expr.args[0], env, rows)
            return evaluate(expr.args[1], env, rows) if first is None else first
    args = [evaluate(a, env, rows) for a in expr.args]
    if None in args:
        return None
    value = _FUNCTIONS[expr.name](*args)
    return int(value) if expr.type.name == "int" and isinstance(value, Decimal) else value


def _floor(value: Number) -> Number | None:
    return math.floor(value) if math.isfinite(value) else None


def _ceil(value: Number) -> Number | None:
    return math.ceil(value) if math.isfinite(value) else None


def _span(unit: timedelta, amount: int | timedelta) -> timedelta | Decimal | None:
    """Return so many units; of a span, how many units it is long."""
    if isinstance(amount, timedelta):
        return divide(amount // _SMALLEST, unit // _SMALLEST)
    try:
        return amount * unit
    except OverflowError:
        return None


def _round(value: Number, places: int) -> Number:
    rounded = round_to(value, places)
    return rounded if places or not math.isfinite(rounded) else int(rounded)


def _smaller(a: Number, b: Number) -> Number:
    return a if compare("<=", a, b) else b


def _larger(a: Number, b: Number) -> Number:
    return a if compare(">=", a, b) else b


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "len": len,
    "lower": str.lower,
    "upper": str.upper,
    "trim": lambda text: text.strip(" "),
    "date": lambda moment: moment.astimezone(UTC).date(),
    "seconds": partial(_span, timedelta(seconds=1)),
    "minutes": partial(_span, timedelta(minutes=1)),
    "hours": partial(_span, timedelta(hours=1)),
    "days": partial(_span, timedelta(days=1)),
    "abs": magnitude,
    "round": _round,
    "floor": _floor,
    "ceil": _ceil,
    "min": _smaller,
    "max": _larger,
}


# --- aggregates ------------------------------------------------------------------


def _aggregate(expr: AggregateExpr, env: Environment, rows: Rows) -> Value:
    elements = _elements(expr, env, rows)
    if expr.op == "count":
        return sum(1 for _ in elements)
    if expr.value is None:
        raise ValueError(f"{expr.op} without a value")
    values = (evaluate(expr.value, env, inner) for inner in elements)
    if expr.op in ("any", "all"):
        return _kleene(values, decisive=expr.op == "any")
    return _fold(expr.op, [v for v in values if v is not None], expr.type.name)


def _elements(expr: AggregateExpr, env: Environment, rows: Rows) -> Iterator[Rows]:
    """Yield the bindings inside the aggregate, one element after the other."""
    for row in collection_rows(expr.source, env, rows):
        inner = {**rows, expr.binding: row}
        if expr.where is None or holds(expr.where, env, inner):
            yield inner


def collection_rows(source: EntityRef | RowsOf, env: Environment, rows: Rows) -> Sequence[Row]:
    """Return the rows that an EntityRef to a collection, or a RowsOf, stands for."""
    if not isinstance(source, EntityRef):
        return env.rows(source.entity.removeprefix("entity:"))
    owner = _hop(source, env, rows)
    return () if owner is None else env.members(owner, source.field)


def _hop(ref: EntityRef, env: Environment, rows: Rows) -> Row | None:
    row = rows[ref.root]
    for hop in ref.via:
        if row is None:
            return None
        row = env.field(row, hop)
    return row


def _fold(op: str, values: list[Value], kind: str) -> Value:
    if op in ("sum", "avg"):
        return _total(values, kind) if op == "sum" else _average(values, kind)
    if not values:
        return None
    return min(values) if op == "min" else max(values)


def _total(values: list[Value], kind: str) -> Number:
    total: Number = 0.0 if kind == "float" else Decimal(0) if kind == "decimal" else 0
    for value in values:
        total = add(total, value)
    return total


def _average(values: list[Value], kind: str) -> Number | None:
    if not values:
        return None
    total = _total(values, kind)
    return total / len(values) if isinstance(total, float) else divide(total, len(values))


_EVALUATORS: dict[type, Callable[[Any, Environment, Rows], Value]] = {
    Literal: _literal,
    EntityRef: _entity_ref,
    ContextRef: _context_ref,
    ComparisonExpr: _comparison,
    MembershipExpr: _membership,
    ExistsExpr: _exists,
    BooleanExpr: _boolean,
    NotExpr: _not,
    ArithmeticExpr: _arithmetic,
    AggregateExpr: _aggregate,
    CallExpr: _call,
    OldExpr: _old,
}
