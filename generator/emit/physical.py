"""From the IR to the physical view: tables, constraints, indexes, violations."""

from __future__ import annotations

from collections.abc import Iterable

from generator.emit.checks import Constraints, EntityConstraints, indexable
from generator.emit.creation import creation_order
from generator.emit.dbnames import SchemaNames, fit
from generator.emit.python import attribute
from generator.emit.spans import SPANS
from generator.emit.sqltypes import (
    INTEGER_TYPE,
    UUID_TYPE,
    annotation,
    column_type,
    server_default,
)
from generator.emit.tables import Column, ForeignKey, Index, Physical, SpanType, Table, Violation
from generator.expr.model import INT, Type
from generator.ir.index import Index as IrIndex
from generator.ir.index import stored_fields
from generator.ir.model import ApplicationIR, Collection, Entity, Field, Managed

_UUID = annotation(Type("uuid"))


def physical(ir: ApplicationIR) -> Physical:
    """Return the database of an application, the same for the same IR."""
    builder = _Builder(ir)
    rows = [builder.rows(e) for e in builder.ordered]
    links = [builder.links(e, c) for e in builder.ordered for c in e.collections if c.kind == "links"]
    counters = [builder.counter(e, f) for e in builder.ordered for f in _counters(e)]
    return Physical((*rows, *links, *counters), _span_types(ir), tuple(builder.violations))


def _counters(entity: Entity) -> list[Field]:
    return [f for f in entity.fields if f.managed is Managed.COUNTER]


class _Builder:
    """Builds tables one by one; keeps the names taken and the violations met."""

    def __init__(self, ir: ApplicationIR) -> None:
        self._index = IrIndex(ir)
        self._names = SchemaNames()
        self.ordered = creation_order(ir.domain.entities)
        self._place = {e.name: n for n, e in enumerate(self.ordered)}
        self._tables = {e.name: self._names.claim(e.plural) for e in ir.domain.entities}
        # Services know them by these names: nothing else may take one.
        self._uniques = {u.id: self._names.claim(u.name) for e in self.ordered for u in e.uniques}
        self.violations: list[Violation] = []

    def rows(self, entity: Entity) -> Table:
        """Return the table of an entity's rows."""
        table = self._tables[entity.name]
        columns = tuple(self._column(entity, f) for f in stored_fields(entity))
        key = self._names.claim("pk", table)
        found = EntityConstraints(entity, self._index, self._names, self._uniques).collect()
        self._count_uniquely(entity, found)
        self.violations += found.violations
        return Table(
            name=table,
            symbol=entity.name,
            entity=entity.name,
            role="rows",
            key=key,
            key_columns=("id",),
            columns=columns,
            checks=tuple(found.checks),
            uniques=tuple(found.uniques),
            indexes=(*found.indexes, *self._plain_indexes(entity, found)),
            exclusions=tuple(found.exclusions),
            node=entity.id,
        )

    def _column(self, entity: Entity, field: Field) -> Column:
        return Column(
            name=field.wire,
            attribute=attribute(field.wire),
            type=column_type(field, self._index.enums),
            nullable=field.type.nullable,
            annotation=annotation(field.type),
            default=server_default(entity, field),
            foreign_key=self._reference(entity, field) if field.type.name == "row" else None,
            node=field.id,
        )

    def _reference(self, entity: Entity, field: Field) -> ForeignKey:
        """Make a foreign key; one that points forward waits until both tables are there."""
        name = self._names.claim("fk", entity.plural, field.wire)
        target = self._tables[field.type.of]
        self._refers(name, entity, field.id, field.type.of)
        return ForeignKey(
            name,
            target,
            cascade=field.managed is Managed.OWNER,
            deferred=self._place[field.type.of] > self._place[entity.name],
        )

    def _refers(self, name: str, entity: Entity, node: str, target: str) -> None:
        message = f"{entity.plural.replace('_', ' ')} refer to this row"
        self.violations.append(Violation(name, 409, "in_use", node, message, target))

    def _count_uniquely(self, entity: Entity, found: Constraints) -> None:
        for field in _counters(entity):
            scope = (self._index.field(entity.name, field.counter_per).wire,) if field.counter_per else ()
            name = self._names.claim("uq", entity.plural, *scope, field.wire)
            found.add_unique(name, (*scope, field.wire), field.id, f"{field.wire} is already taken")

    def _plain_indexes(self, entity: Entity, found: Constraints) -> list[Index]:
        """Index what is joined, filtered and sorted by, unless a unique constraint begins with it."""
        covered = {u.columns[0] for u in found.uniques} | {"id"}
        indexes = []
        for field in self._sought(entity):
            if field.wire not in covered and indexable(field):
                name = self._names.claim("ix", entity.plural, field.wire)
                indexes.append(Index(name, (field.wire, "id"), node=field.id))
                covered.add(field.wire)
        return indexes

    def _sought(self, entity: Entity) -> list[Field]:
        listing = entity.listing
        wanted = {f.removeprefix("-") for f in (*listing.filters, *listing.sorts, *listing.default_sort)}
        return [f for f in stored_fields(entity) if f.type.name == "row" or f.name in wanted]

    def links(self, entity: Entity, collection: Collection) -> Table:
        """Return the association table of a collection of links."""
        table = self._names.claim(collection.table)
        owner, target = link_columns(entity, collection)
        columns = (
            self._link_column(table, owner, entity, collection.id, entity.name),
            self._link_column(table, target, entity, collection.id, collection.entity),
        )
        index = Index(self._names.claim("ix", table, target), (target, owner), node=collection.id)
        return Table(
            name=table,
            symbol=table,
            entity=entity.name,
            role="links",
            key=self._names.claim("pk", table),
            key_columns=(owner, target),
            columns=columns,
            indexes=(index,),
            node=collection.id,
        )

    def _link_column(self, table: str, name: str, holder: Entity, node: str, target: str) -> Column:
        key = ForeignKey(self._names.claim("fk", table, name), self._tables[target], cascade=True)
        self._refers(key.name, holder, node, target)
        return Column(name, attribute(name), UUID_TYPE, nullable=False, annotation=_UUID, foreign_key=key)

    def counter(self, entity: Entity, field: Field) -> Table:
        """Return the table of last numbers given out, one row for each scope."""
        table = self._names.claim(counter_table(entity, field))
        scope = Column("scope_id", "scope_id", UUID_TYPE, nullable=False, annotation=_UUID)
        last = Column("last_value", "last_value", INTEGER_TYPE, nullable=False, annotation=annotation(INT))
        return Table(
            name=table,
            symbol=table,
            entity=entity.name,
            role="counter",
            key=self._names.claim("pk", table),
            key_columns=("scope_id",),
            columns=(scope, last),
            node=field.id,
        )


def counter_table(entity: Entity, field: Field) -> str:
    """Return the name of the table that counts for a COUNTER field."""
    return fit(f"{entity.plural}_{field.wire}_counters")


def link_columns(entity: Entity, collection: Collection) -> tuple[str, str]:
    """Return the columns of an association table: the holder's id, the linked row's id."""
    owner, target = f"{entity.snake}_id", collection.wire.removesuffix("s")
    return fit(owner), fit(target if target != owner else f"linked_{target}")


def _span_types(ir: ApplicationIR) -> tuple[SpanType, ...]:
    made = {}
    for entity in ir.domain.entities:
        kinds = {f.name: f.type.name for f in entity.fields}
        for unique in entity.uniques:
            for name in _spanned(unique.fields, unique.during):
                span = SPANS[kinds[name]]
                if span.made is not None:
                    made[span.name] = span.made
    return tuple(made[name] for name in sorted(made))


def _spanned(fields: Iterable[str], during: tuple[str, str] | None) -> tuple[str, ...]:
    return () if during is None else (*fields, during[0])
