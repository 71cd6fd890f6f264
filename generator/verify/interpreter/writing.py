"""Making, changing and deleting rows, and what must hold afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from generator.expr.evaluate import broken, evaluate, holds
from generator.ir.index import stored_fields
from generator.ir.model import Entity, Field, Managed, Rule, Unique
from generator.verify.interpreter.problems import Problem, fail
from generator.verify.interpreter.store import Row, Values
from generator.verify.interpreter.values import check_stored, stored_value
from generator.verify.interpreter.world import World

NewId = Callable[[], UUID]


class Writer:
    """Writes rows in one operation; the rules in `last` are checked after uniqueness."""

    def __init__(self, world: World, new_id: NewId, last: frozenset[str]) -> None:
        self.world = world
        self._tx = world.tx
        self._index = world.index
        self._new_id = new_id
        self._last = last
        self.beneath: set[Row] = set()  # new rows of new owners

    # --- creating ----------------------------------------------------------------

    def draft(self, entity: Entity, given: Mapping[str, Any]) -> Row:
        """Begin a row: what is given, then defaults, states and counters, then snapshots."""
        row = Row(entity.name, self._new_id())
        values = self._tx.draft(row)
        for field in stored_fields(entity):
            if field.name in given:
                values[field.name] = stored_value(given[field.name], field.type)
            elif field.managed is not Managed.KEY:
                values[field.name] = None
        left = [f for f in stored_fields(entity) if f.name not in given and f.managed is not Managed.KEY]
        for field in sorted(left, key=lambda f: f.managed is Managed.SNAPSHOT):
            values[field.name] = stored_value(self._first_value(entity, row, field), field.type)
        return row

    def _first_value(self, entity: Entity, row: Row, field: Field) -> Any:
        match field.managed:
            case Managed.STATE:
                return next(m.initial for m in entity.machines if m.field == field.name)
            case Managed.COUNTER:
                scope = self._tx.values(row)[field.counter_per] if field.counter_per else None
                return self._tx.count(field.id, scope)
            case Managed.SNAPSHOT:
                return self._evaluated(field.value, row)
            case _:
                return self._evaluated(field.default, row)

    def _evaluated(self, expr: Any, row: Row) -> Any:
        value = None if expr is None else evaluate(expr, self.world, {"self": row})
        return value.id if isinstance(value, Row) else value

    # --- changing ----------------------------------------------------------------

    def put(self, row: Row, name: str, value: Any) -> None:
        """Set a stored field, and every touched one with it."""
        field = self._index.field(row.entity, name)
        self._tx.put(row, name, stored_value(value.id if isinstance(value, Row) else value, field.type))
        self.touch(row)

    def touch(self, row: Row) -> None:
        """Set the touched fields of a row that is written."""
        if row in self._tx.created:
            return
        for field in self._index.entities[row.entity].fields:
            if field.managed is Managed.TOUCHED:
                value = self._evaluated(field.default, row)
                self._tx.put(row, field.name, stored_value(value, field.type))

    def delete(self, *rows: Row) -> None:
        """Delete rows with everything they own, unless others refer to any of it."""
        doomed = [target for row in rows for target in self._with_owned(row)]
        for target in doomed:
            self._refuse_if_used(target, set(doomed))
        for target in reversed(doomed):
            self._unlink(target)
            self._tx.delete(target)

    def _with_owned(self, row: Row) -> Iterator[Row]:
        yield row
        for collection in self._index.entities[row.entity].collections:
            if collection.kind == "owned":
                for element in self.world.elements(row, collection):
                    yield from self._with_owned(element)

    def _refuse_if_used(self, target: Row, doomed: set[Row]) -> None:
        for entity in self._index.entities.values():
            for field in entity.fields:
                if field.type.name != "row" or field.type.of != target.entity:
                    continue
                for row_id, values in self._tx.table(entity.name).items():
                    if values.get(field.name) == target.id and Row(entity.name, row_id) not in doomed:
                        plural = entity.plural.replace("_", " ")
                        raise Problem(409, "in_use", f"{plural} refer to this row", field.id)

    def _unlink(self, target: Row) -> None:
        for entity in self._index.entities.values():
            for collection in entity.collections:
                if collection.kind != "links":
                    continue
                if entity.name == target.entity and self._tx.linked(collection.id, target.id):
                    self._tx.link(collection.id, target.id, frozenset())
                if collection.entity == target.entity:
                    self._unlink_from(collection.id, entity.name, target.id)

    def _unlink_from(self, collection: str, holders: str, target: UUID) -> None:
        for holder in self._tx.table(holders):
            linked = self._tx.linked(collection, holder)
            if target in linked:
                self._tx.link(collection, holder, linked - {target})

    # --- checking ----------------------------------------------------------------

    def check(self, merged: Row | None = None) -> None:
        """Check what was written, in the order that answers are given."""
        self._check_rules(merged, last=False)
        self._check_bounds()
        self._check_uniques()
        if self._last:
            self._check_rules(merged, last=True)

    def _check_rules(self, merged: Row | None, *, last: bool) -> None:
        """Refuse if a rule is broken that reads what was written, or any of a row that took in a new one."""
        for row, names in self._written():
            for rule in self._index.entities[row.entity].rules:
                if (rule.condition.id in self._last) is not last:
                    continue
                whole = row in self._tx.created or row == merged
                concerned = whole or not names.isdisjoint(rule.fields)
                if concerned and not (rule.holder and row in self.beneath):
                    self._check(rule, row)

    def check_owners(self, row: Row) -> None:
        """Refuse if a rule of its owners is broken now that the row is gone."""
        for rule in self._index.entities[row.entity].rules:
            if rule.on_delete:
                self._check(rule, row)

    def _check(self, rule: Rule, row: Row) -> None:
        if broken(rule.condition.expr, self.world, {"self": row}):
            fail(rule.condition)

    def _check_bounds(self) -> None:
        """Refuse if a written field can't hold its value."""
        for row, names in self._written():
            values = self._tx.values(row)
            for field in stored_fields(self._index.entities[row.entity]):
                if row in self._tx.created or field.name in names:
                    check_stored(values[field.name], field)

    def _check_uniques(self) -> None:
        """Refuse if a written row is too like another one."""
        for row, _ in self._written():
            entity = self._index.entities[row.entity]
            for field in entity.fields:
                if field.unique and self._twin(row, (field.name,)):
                    raise Problem(409, "conflict", f"{field.wire} is already taken", field.id)
            # In the sequence in which PostgreSQL got to know them: partial indexes follow the constraints.
            for unique in sorted(entity.uniques, key=lambda u: u.only is not None and u.during is None):
                if self.rival(row, unique) is not None:
                    raise Problem(unique.status, "conflict", unique.message, unique.id)

    def _written(self) -> list[tuple[Row, set[str]]]:
        return list(self._tx.written.items())

    def _twin(self, row: Row, fields: tuple[str, ...]) -> bool:
        return bool(self._alike(row, fields))

    def rival(self, row: Row, unique: Unique) -> Row | None:
        """Return the stored row that a unique does not let this one stand beside."""
        values = self._tx.values(row)
        if unique.only is not None and not holds(unique.only, self.world, {"self": row}):
            return None
        table = self._tx.table(row.entity)
        for row_id in self._alike(row, unique.fields):
            other = Row(row.entity, row_id)
            if unique.during is not None and not _overlap(values, table[row_id], *unique.during):
                continue
            if unique.only is None or holds(unique.only, self.world, {"self": other}):
                return other
        return None

    def _alike(self, row: Row, fields: tuple[str, ...]) -> list[UUID]:
        """Return the ids of the other rows that agree in some fields, none of which is null."""
        values = self._tx.values(row)
        wanted = [(f, values[f]) for f in fields]
        if any(value is None for _, value in wanted):
            return []
        found = list(self._tx.table(row.entity).items())
        for name, value in wanted:
            found = [(i, theirs) for i, theirs in found if theirs[name] == value]
        return sorted(i for i, _ in found if i != row.id)


def _overlap(left: Values, right: Values, start: str, end: str) -> bool:
    """Whether two half-open ranges meet; an empty or open-ended one meets nothing."""
    ends = (left[start], left[end], right[start], right[end])
    if None in ends:
        return False
    a, b, c, d = ends
    return bool(a < b and c < d and a < d and c < b)
