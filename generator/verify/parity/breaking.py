"""Rows that break exactly one constraint."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec

from generator.core.formats import INT_MAX, INT_MIN
from generator.emit.sqltypes import max_length
from generator.emit.tables import Table
from generator.expr.evaluate import constant
from generator.expr.model import ComparisonExpr, EntityRef, Expr
from generator.ir.index import Index
from generator.ir.model import Constraint, ConstraintType, Entity, Field, Rule, Unique
from generator.verify.parity.rows import Goal, Maker, Row, Stranger, meets
from generator.verify.plan.conditions import all_uniques

CHECK, UNIQUE, EXCLUSION, MISSING_ROW, NULL = "23514", "23505", "23P01", "23503", "23502"
TOO_LONG, TOO_BIG, BAD_TIME, BAD_TEXT = "22001", "22003", "22007", "22P02"
_MALFORMED = {"date": BAD_TIME, "datetime": BAD_TIME, "time": BAD_TIME, "uuid": BAD_TEXT}
_ONLY_REQUESTS = "no CHECK: only requests are held to it"
_KINDS = ("gt", "ge", "lt", "le")


class CantBreak(Exception):  # noqa: N818 - it says what is so
    """No row breaks the constraint alone; the text says why."""


class Broken(msgspec.Struct, frozen=True):
    """Rows of which the last is refused; `raw` holds texts of it that are no values of their fields."""

    rows: tuple[Row, ...]
    sqlstate: str
    constraint: str
    about: str
    raw: dict[str, str] = {}


class Breaker:
    """Breaks the constraints of one entity."""

    def __init__(self, index: Index, maker: Maker, entity: Entity) -> None:
        self._index, self._maker, self._entity = index, maker, entity

    def broken(self, constraint: Constraint, table: Table, first: Row, second: Row) -> Broken:
        """Return the rows; `first` and `second` hold the references of one row and of another."""
        match constraint.type:
            case ConstraintType.UNIQUENESS:
                return self._twice(constraint, table, first, second)
            case ConstraintType.CUSTOM:
                rule = next(r for r in self._entity.rules if constraint.source in {r.id, r.condition.id})
                return self._rule(rule, table, first)
            case _ if not constraint.source.startswith("field:"):
                return self._local(constraint, table, first)
        field = self._index.field(self._entity.name, str(constraint.metadata["field"]))
        match constraint.type:
            case ConstraintType.PRESENCE:
                row = self._with(first, field, None, nulls=True)
                return Broken((row,), NULL, field.wire, "null")
            case ConstraintType.RELATIONSHIP:
                return self._stranger(field, table, first)
            case ConstraintType.RANGE:
                return self._range(field, str(constraint.metadata["kind"]), table, first)
            case ConstraintType.FORMAT:
                return self._format(field, str(constraint.metadata["format"]), table, first)
            case _:
                raise CantBreak(f"nobody knows how to break a {constraint.type}")

    # --- one field ---

    def _with(self, references: Row, field: Field, value: Any, *, nulls: bool = False) -> Row:
        """Return a row in which one field has a value that it should not have."""
        try:
            return self._maker.row(self._entity, {field.name: value}, loose=references)
        except Stranger as reason:
            if nulls:  # PostgreSQL looks at NOT NULL before any CHECK
                return {**self._maker.row(self._entity, {}, loose=references), field.name: value}
            raise CantBreak(f"every row that breaks it breaks another rule too ({reason})") from None

    def _stranger(self, field: Field, table: Table, references: Row) -> Broken:
        key = table.column(field.wire).foreign_key
        if key is None:
            raise CantBreak("there is no foreign key")
        row = self._with(references, field, self._maker.new_id())
        return Broken((row,), MISSING_ROW, key.name, "a row that is not there")

    def _range(self, field: Field, kind: str, table: Table, references: Row) -> Broken:
        if kind == "max_length" and field.type.name != "text":
            row = {
                **self._maker.row(self._entity, {}, loose=references),
                field.name: "z" * (max_length(field) + 1),
            }
            return Broken((row,), TOO_LONG, "", "too long")
        value = _beyond(field, kind)
        row = self._with(references, field, value)
        return Broken((row,), CHECK, _check(table, field, kind), f"{kind} {value!s:.40}")

    def _format(self, field: Field, form: str, table: Table, references: Row) -> Broken:
        if form == "enum":
            value = "__no_such"
            row = self._with(references, field, value)
            return Broken((row,), CHECK, _check(table, field, "values"), value)
        if form == "decimal":
            least = Decimal(10) ** (field.type.precision - field.type.scale)
            row = {**self._maker.row(self._entity, {}, loose=references), field.name: least}
            return Broken((row,), TOO_BIG, "", "a digit too many")
        if form in _MALFORMED:
            row = self._maker.row(self._entity, {}, loose=references)
            return Broken((row,), _MALFORMED[form], "", "not of that type", {field.name: "nothing like it"})
        raise CantBreak(_ONLY_REQUESTS)

    # --- rules ---

    def _local(self, constraint: Constraint, table: Table, references: Row) -> Broken:
        """Break a rule that is stated as a comparison or range of a row's own fields."""
        rule = next((r for r in self._entity.rules if constraint.source in {r.id, r.condition.id}), None)
        if rule is None:
            raise CantBreak("it is not stated by the entity itself")
        return self._rule(rule, table, references)

    def _rule(self, rule: Rule, table: Table, references: Row) -> Broken:
        name = next((c.name for c in table.checks if c.node == rule.id), "")
        goal = (rule.condition.expr, False)
        row = self._maker.row(self._entity, {}, [goal], skip=rule.id, loose=references)
        return Broken((row,), CHECK, name, "the rule is broken")

    # --- uniqueness ---

    def _twice(self, constraint: Constraint, table: Table, first: Row, second: Row) -> Broken:
        unique = next(u for u in all_uniques(self._entity) if u.id == constraint.source)
        goals: list[Goal] = [] if unique.only is None else [(unique.only, True)]
        goals += [(self._ordered(unique.during), True)] if unique.during else []
        shared = (*unique.fields, *(unique.during or ()))
        self._refuse_nulls(unique, first)
        row = self._maker.row(self._entity, {}, goals, loose=first)
        if not all(_true(row, goal) for goal, _ in goals):
            raise CantBreak("no row is found that it is about")
        kept = {n: row[n] for n in shared}
        twin = self.beside(row, kept, second, goals, unique)
        name, sqlstate = _unique_name(table, self._index, self._entity, unique)
        return Broken((row, twin), sqlstate, name, "twice the same")

    def _ordered(self, during: tuple[str, str]) -> Expr:
        """Return that a range is not empty: an empty one is in nobody's way."""
        start, end = (
            EntityRef(self._entity.id, name, (), "self", self._index.field(self._entity.name, name).type)
            for name in during
        )
        return ComparisonExpr("<", start, end)

    def _refuse_nulls(self, unique: Unique, references: Row) -> None:
        """Give up if a reference stays empty: null is in nobody's way."""
        for name in unique.fields:
            if self._index.field(self._entity.name, name).type.name == "row" and not references.get(name):
                raise CantBreak("the row that it refers to can't be made first")

    def beside(
        self,
        other: Row,
        fixed: Mapping[str, Any],
        loose: Mapping[str, Any],
        goals: list[Goal] | None = None,
        apart_from: Unique | None = None,
    ) -> Row:
        """Return a row that only `apart_from` does not let stand beside another one."""
        fixed = dict(fixed)
        for unique in all_uniques(self._entity):
            if apart_from is None or unique.id != apart_from.id:
                fixed |= self._apart(unique, other, {**loose, **fixed})
        row = self._maker.row(self._entity, fixed, goals or (), loose=loose)
        rival = next(
            (u for u in self._rivals(other, row) if apart_from is None or u.id != apart_from.id), None
        )
        if rival is not None:
            raise CantBreak(f"every row that breaks it breaks {rival.id} too")
        return row

    def _apart(self, unique: Unique, other: Row, fixed: Mapping[str, Any]) -> Row:
        """Return a value by which a row differs from another one in a unique."""
        if any(n in fixed and fixed[n] != other[n] for n in unique.fields):
            return {}
        for name in unique.fields:
            field = self._index.field(self._entity.name, name)
            options = [v for v in self._maker.candidates(field) if v is not None and v != other[name]]
            if name not in fixed and options and field.type.name != "row":
                return {} if self._maker.is_wide(field) else {name: options[0]}
        return {}

    def _rivals(self, left: Row, right: Row) -> Iterator[Unique]:
        for unique in all_uniques(self._entity):
            same = all(left[f] is not None and left[f] == right[f] for f in unique.fields)
            about = unique.only is None or (_true(left, unique.only) and _true(right, unique.only))
            if same and about and _meet(unique, left, right):
                yield unique


def _true(row: Row, expr: Any) -> bool:
    return meets(row, (expr, True)) and not meets(row, (expr, False))


def _meet(unique: Unique, left: Row, right: Row) -> bool:
    if unique.during is None:
        return True
    start, end = unique.during
    ends = (left[start], left[end], right[start], right[end])
    if None in ends:
        return False
    a, b, c, d = ends
    return bool(a < b and c < d and a < d and c < b)


def _beyond(field: Field, kind: str) -> Any:
    """Return the value nearest to a bound that is not within it."""
    limits = field.limits
    if kind == "min_length":
        return "z" * ((limits.min_length or 0) - 1)
    if kind == "max_length":
        return "z" * (max_length(field) + 1)
    if kind not in _KINDS:
        raise CantBreak(f"nobody knows how to break a {kind}")
    bound = _READERS.get(field.type.name, constant)(str(getattr(limits, kind)), field.type.name)
    step = _step(field)
    try:
        value = {"gt": bound, "lt": bound}.get(kind)
        value = (bound - step if kind == "ge" else bound + step) if value is None else value
    except (OverflowError, TypeError):
        raise CantBreak("the type has no value beyond the bound") from None
    if field.type.name == "int" and not INT_MIN <= value <= INT_MAX:
        raise CantBreak("the column's type has no value beyond the bound")
    if field.type.name == "decimal" and abs(value) >= Decimal(10) ** (
        field.type.precision - field.type.scale
    ):
        raise CantBreak("the column's type has no value beyond the bound")
    return value


_READERS: dict[str, Callable[[str, str], Any]] = {
    "int": lambda text, _: int(Decimal(text)),
    "decimal": lambda text, _: Decimal(text),
    "float": lambda text, _: float(text),
}


def _step(field: Field) -> Any:
    match field.type.name:
        case "decimal":
            return Decimal(1).scaleb(-field.type.scale)
        case "date":
            return timedelta(days=1)
        case "datetime":
            return timedelta(microseconds=1)
        case _:
            return 1


def _check(table: Table, field: Field, kind: str) -> str:
    """Return the name of the CHECK that holds one bound of a field: they are made in this sequence."""
    limits = field.limits
    made = ["values"] if field.type.name == "enum" else []
    made += [k for k in _KINDS if getattr(limits, k) is not None]
    made += ["min_length"] if limits.min_length else []
    made += ["max_length"] if field.type.name == "text" else []
    names = [c.name for c in table.checks if c.node == field.id]
    if len(names) != len(made) or kind not in made:
        raise CantBreak(f"there is no CHECK for {kind}")
    return names[made.index(kind)]


def _unique_name(table: Table, index: Index, entity: Entity, unique: Unique) -> tuple[str, str]:
    columns = tuple(index.field(entity.name, f).wire for f in unique.fields)
    indexes = [(i.name, i.node, i.columns) for i in table.indexes if i.unique]
    for name, node, covered in [*((u.name, u.node, u.columns) for u in table.uniques), *indexes]:
        if node == unique.id or (unique.only is None and covered == columns):
            return name, UNIQUE
    for exclusion in table.exclusions:
        if exclusion.node == unique.id:
            return exclusion.name, EXCLUSION
    raise CantBreak("the database has nothing of that name")
