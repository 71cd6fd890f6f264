"""CHECKs, unique constraints and exclusions of one entity, each with the answer to its violation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from generator.emit.dbnames import SchemaNames
from generator.emit.exprs.sql import to_ddl
from generator.emit.spans import SPANS, Span
from generator.emit.sqltext import quote_name, quote_text
from generator.emit.sqltypes import max_length
from generator.emit.tables import Check, Code, Exclusion, Index, UniqueConstraint, Violation
from generator.ir.index import Index as IrIndex
from generator.ir.index import stored_fields
from generator.ir.model import Entity, Field, Limits, Rule, Unique

_NUMBERS = frozenset({"int", "float", "decimal"})
_TEXTS = frozenset({"string", "text", "email", "url"})
# A B-tree entry holds about 2,700 bytes; four bytes a character at most.
_WIDEST_KEY = 650


class Constraints(msgspec.Struct):
    """What one entity's table is held to, collected."""

    checks: list[Check] = []
    uniques: list[UniqueConstraint] = []
    indexes: list[Index] = []
    exclusions: list[Exclusion] = []
    violations: list[Violation] = []

    def add_unique(
        self,
        name: str,
        columns: tuple[str, ...],
        node: str,
        message: str,
        status: int = 409,
        *,
        deferrable: bool = False,
    ) -> None:
        """Add a plain unique constraint and its answer; one is enough for the same columns."""
        if any(u.columns == columns for u in self.uniques):
            return
        self.uniques.append(UniqueConstraint(name, columns, node, deferrable))
        self.answer(name, status, "conflict", node, message)

    def answer(self, name: str, status: int, code: Code, constraint: str, message: str) -> None:
        """Add what a violation of the constraint `name` is answered with."""
        self.violations.append(Violation(name, status, code, constraint, message))


def indexable(field: Field) -> bool:
    """Whether a B-tree can hold every value of the field."""
    name = field.type.name
    return name != "json" and not (name in _TEXTS and max_length(field) > _WIDEST_KEY)


class EntityConstraints:
    """Collects the constraints of one entity."""

    def __init__(
        self, entity: Entity, index: IrIndex, names: SchemaNames, uniques: Mapping[str, str]
    ) -> None:
        self._entity = entity
        self._index = index
        self._names = names
        self._unique_names = uniques
        self.found = Constraints()

    def collect(self) -> Constraints:
        """Return everything by field, then what the spec lists as unique, then the rules.

        Of several that a row violates, PostgreSQL names the first.
        """
        for field in stored_fields(self._entity):
            self._field(field)
        for unique in self._entity.uniques:
            self._unique(unique)
        for rule in self._entity.rules:
            self._rule(rule)
        return self.found

    def _field(self, field: Field) -> None:
        if field.type.name == "enum":
            self._membership(field)
        for kind, sql, what in _bounds(field):
            name = self._names.claim("ck", self._entity.plural, field.wire, kind)
            self.found.checks.append(Check(name, sql, field.id))
            self.found.answer(name, 422, "out_of_range", field.id, f"{field.wire} must be {what}")
        if field.unique:
            self._unique_field(field)

    def _membership(self, field: Field) -> None:
        values = self._index.enums[field.type.of].values
        name = self._names.claim("ck", self._entity.plural, field.wire, "values")
        sql = f"{quote_name(field.wire)} IN ({', '.join(quote_text(v) for v in values)})"
        self.found.checks.append(Check(name, sql, field.id))
        self.found.answer(
            name, 422, "out_of_range", field.id, f"{field.wire} must be one of {', '.join(values)}"
        )

    def _unique_field(self, field: Field) -> None:
        name = self._names.claim("uq", self._entity.plural, field.wire)
        message = f"{field.wire} is already taken"
        later = field.id in self._entity.exchanged
        if indexable(field):
            self.found.add_unique(name, (field.wire,), field.id, message, deferrable=later)
        else:
            elements = ((quote_name(field.wire), "="),)
            self.found.exclusions.append(Exclusion(name, elements, "", "hash", field.id, later))
            self.found.answer(name, 409, "conflict", field.id, message)

    def _unique(self, unique: Unique) -> None:
        name = self._unique_names[unique.id]
        columns = tuple(self._field_of(f).wire for f in unique.fields)
        only = to_ddl(unique.only) if unique.only is not None else ""
        later = unique.id in self._entity.exchanged
        if unique.during is not None:
            self.found.exclusions.append(self._exclusion(name, unique, only))
        elif only and later:  # an index can't wait
            elements = tuple((quote_name(column), "=") for column in columns)
            self.found.exclusions.append(Exclusion(name, elements, only, "btree", unique.id, later))
        elif only:
            self.found.indexes.append(Index(name, columns, unique=True, where=only, node=unique.id))
        else:
            self.found.add_unique(name, columns, unique.id, unique.message, unique.status, deferrable=later)
            return
        self.found.answer(name, unique.status, "conflict", unique.id, unique.message)

    def _exclusion(self, name: str, unique: Unique, only: str) -> Exclusion:
        """Leave out ranges that end before they begin: they overlap nothing, and making one is an error."""
        assert unique.during is not None  # noqa: S101
        later = unique.id in self._entity.exchanged
        start, end = (self._field_of(f) for f in unique.during)
        keys = [self._field_of(f) for f in unique.fields]
        elements = [(_span(k).of_value(quote_name(k.wire)), "&&") for k in keys]
        first, last = quote_name(start.wire), quote_name(end.wire)
        elements.append((f"{_span(start).name}({first}, {last})", "&&"))
        conditions = [f"{quote_name(k.wire)} IS NOT NULL" for k in keys if k.type.nullable]
        conditions.append(f"{first} < {last}")
        if only:
            conditions.append(f"({only})")
        return Exclusion(name, tuple(elements), " AND ".join(conditions), "gist", unique.id, later)

    def _rule(self, rule: Rule) -> None:
        if not rule.local:
            return
        condition = rule.condition
        name = self._names.claim("ck", self._entity.plural, "rule", condition.id.rsplit(":", 1)[-1])
        self.found.checks.append(Check(name, to_ddl(condition.expr), rule.id))
        self.found.answer(name, condition.status, "guard_failed", condition.id, condition.message)

    def _field_of(self, name: str) -> Field:
        return self._index.field(self._entity.name, name)


def _span(field: Field) -> Span:
    return SPANS[field.type.name]


def _bounds(field: Field) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, SQL, words) of each bound that the column's type does not hold itself."""
    column, limits = quote_name(field.wire), field.limits
    for kind, operator, bound in _comparisons(limits):
        value = bound if field.type.name in _NUMBERS else quote_text(bound)
        yield kind, f"{column} {operator} {value}", f"{operator} {bound}"
    if limits.min_length:
        yield (
            "min",
            f"char_length({column}) >= {limits.min_length}",
            f"at least {limits.min_length} characters long",
        )
    if field.type.name == "text":
        longest = max_length(field)
        yield "max", f"char_length({column}) <= {longest}", f"at most {longest} characters long"


def _comparisons(limits: Limits) -> list[tuple[str, str, str]]:
    every = [("gt", ">", limits.gt), ("ge", ">=", limits.ge), ("lt", "<", limits.lt), ("le", "<=", limits.le)]
    return [(kind, operator, bound) for kind, operator, bound in every if bound is not None]
