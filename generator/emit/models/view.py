"""What the template of a models module is filled from."""

from __future__ import annotations

from collections import Counter
from typing import Any

from generator.core.names import words
from generator.emit.ddl import Ddl
from generator.emit.physical import link_columns
from generator.emit.python import Imports, attribute, docstring, literal, module
from generator.emit.tables import Column, Physical, Table
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Collection, Entity, Field

_RELATIONSHIP = 'init=False, repr=False, lazy="raise"'


class Relations:
    """Look-ups that relationships need: the other entity, and whether a join is ambiguous."""

    def __init__(self, ir: ApplicationIR) -> None:
        self.index = Index(ir)
        self._joins: Counter[frozenset[str]] = Counter(
            frozenset((e.name, f.type.of)) for e in ir.domain.entities for f in references(e)
        )

    def ambiguous(self, one: str, other: str) -> bool:
        """Whether more than one foreign key joins the two tables."""
        return self._joins[frozenset((one, other))] > 1


def references(entity: Entity) -> list[Field]:
    """Return the fields that refer to a row."""
    return [f for f in entity.fields if f.type.name == "row"]


def entity_view(entity: Entity, database: Physical, relations: Relations) -> dict[str, Any]:
    """Return the view of one models module."""
    rows, *others = database.of_entity(entity.name)
    imports = Imports(_bound_names(entity, rows, others))
    writer = _Module(entity, imports, relations)
    writer.import_targets()
    view = {
        "title": docstring(f"Tables of {' '.join(words(entity.plural))}."),
        "tables": [writer.table(t) for t in others],
        "name": entity.name,
        "doc": docstring(entity.description or f"A row of {rows.name}."),
        "node": entity.id,
        "base": imports.symbol("app.base", "Base"),
        "tablename": literal(rows.name),
        "columns": [writer.column(c) for c in rows.columns],
        "relationships": writer.relationships(database),
        "arguments": writer.arguments(rows),
    }
    return {**view, "imports": imports.text()}


def _bound_names(entity: Entity, rows: Table, others: list[Table]) -> set[str]:
    named = {attribute(f.name) for f in references(entity)} | {attribute(c.name) for c in entity.collections}
    return {entity.name, *(c.attribute for c in rows.columns), *named, *(t.symbol for t in others)}


class _Module:
    """Prints the parts of one models module."""

    def __init__(self, entity: Entity, imports: Imports, relations: Relations) -> None:
        self._entity = entity
        self._imports = imports
        self._relations = relations
        self._ddl = Ddl(imports)

    def import_targets(self) -> None:
        """Import related models first: SQLAlchemy looks them up by name, so nothing else may take it."""
        related = [f.type.of for f in references(self._entity)] + [c.entity for c in self._entity.collections]
        for name in related:
            self._target(name)

    def table(self, table: Table) -> dict[str, Any]:
        """Return a table of links or counters."""
        sa = self._imports.module("sqlalchemy", "sa")
        columns = [self._plain_column(sa, c, c.name in table.key_columns) for c in table.columns]
        return {
            "symbol": table.symbol,
            "node": table.node,
            "call": f"{sa}.Table",
            "name": literal(table.name),
            "metadata": f"{self._imports.symbol('app.base', 'Base')}.metadata",
            "items": [*columns, *self._key(table), *(self._ddl.index(i) for i in table.indexes)],
        }

    def _key(self, table: Table) -> list[str]:
        """Name the primary key where SQLAlchemy would shorten the name that the convention gives it."""
        usual = table.key == f"pk_{table.name}"
        return [] if usual else [self._ddl.primary_key(table.key, table.key_columns)]

    def _plain_column(self, sa: str, column: Column, key: bool) -> str:  # noqa: FBT001
        parts = [literal(column.name), self._ddl.type(column.type)]
        if column.foreign_key is not None:
            parts.append(self._ddl.foreign_key(column.foreign_key))
        parts.append("primary_key=True" if key else "nullable=False")
        return f"{sa}.Column({', '.join(parts)})"

    def column(self, column: Column) -> dict[str, str]:
        """Return a mapped column."""
        mapped = self._imports.symbol("sqlalchemy.orm", "Mapped")
        call = self._imports.symbol("sqlalchemy.orm", "mapped_column")
        annotation = self._ddl.annotation(column.annotation, nullable=column.nullable)
        arguments = ", ".join(self._column_arguments(column))
        return {
            "node": column.node,
            "line": f"{column.attribute}: {mapped}[{annotation}] = {call}({arguments})",
        }

    def _column_arguments(self, column: Column) -> list[str]:
        parts = [literal(column.name)] if column.attribute != column.name else []
        parts.append(self._ddl.type(column.type))
        if column.foreign_key is not None:
            parts.append(self._ddl.foreign_key(column.foreign_key))
        if column.name == "id":
            parts.append("primary_key=True")
        if column.type.dialect:  # its annotation takes in None
            parts.append(f"nullable={column.nullable}")
        if column.default is not None:
            parts.append(self._ddl.default(column.default))
        return parts

    def relationships(self, database: Physical) -> list[dict[str, str]]:
        """Return the relationships: references first, then collections."""
        lines = [self._reference(f) for f in references(self._entity)]
        lines += [self._collection(c, database) for c in self._entity.collections]
        return lines

    def _reference(self, field: Field) -> dict[str, str]:
        options = []
        if self._relations.ambiguous(self._entity.name, field.type.of):
            options.append(f"foreign_keys=[{attribute(field.wire)}]")
        if field.type.of == self._entity.name:
            options.append("remote_side=[id]")
        if field.name == self._entity.owner_field:
            options.append(f"back_populates={literal(attribute(self._entity.owner_collection))}")
        target = self._target(field.type.of) + (" | None" if field.type.nullable else "")
        return self._relationship(field.id, attribute(field.name), f'"{target}"', options)

    def _collection(self, collection: Collection, database: Physical) -> dict[str, str]:
        if collection.kind == "owned":
            options = self._owned_options(collection)
        else:
            options = self._link_options(collection, database)
        items = f'{self._imports.builtin("list")}["{self._target(collection.entity)}"]'
        return self._relationship(collection.id, attribute(collection.name), items, options)

    def _owned_options(self, collection: Collection) -> list[str]:
        options = [f"back_populates={literal(attribute(collection.inverse))}"]
        if self._relations.ambiguous(self._entity.name, collection.entity):
            inverse = self._relations.index.field(collection.entity, collection.inverse)
            options.append(f"foreign_keys={literal(f'{collection.entity}.{attribute(inverse.wire)}')}")
        return options

    def _link_options(self, collection: Collection, database: Physical) -> list[str]:
        table = database.of_node(collection.id)
        options = [f"secondary={table.symbol}"]
        if collection.entity == self._entity.name:
            owner, target = link_columns(self._entity, collection)
            options.append(f"primaryjoin=lambda: {self._entity.name}.id == {table.symbol}.c.{owner}")
            options.append(f"secondaryjoin=lambda: {self._entity.name}.id == {table.symbol}.c.{target}")
        return options

    def _target(self, entity: str) -> str:
        if entity == self._entity.name:
            return entity
        source = module(self._relations.index.entities[entity].snake, "models")
        return self._imports.symbol(source, entity, typing_only=True)

    def _relationship(self, node: str, name: str, target: str, options: list[str]) -> dict[str, str]:
        mapped = self._imports.symbol("sqlalchemy.orm", "Mapped")
        call = self._imports.symbol("sqlalchemy.orm", "relationship")
        arguments = ", ".join([*options, _RELATIONSHIP])
        return {"node": node, "line": f"{name}: {mapped}[{target}] = {call}({arguments})"}

    def arguments(self, rows: Table) -> list[dict[str, str]]:
        """Return the constraints and indexes of the table."""
        ddl = self._ddl
        return [
            *({"node": rows.node, "line": line} for line in self._key(rows)),
            *({"node": u.node, "line": ddl.unique(u)} for u in rows.uniques),
            *({"node": x.node, "line": ddl.exclusion(x)} for x in rows.exclusions),
            *({"node": c.node, "line": ddl.check(c)} for c in rows.checks),
            *({"node": i.node, "line": ddl.index(i)} for i in rows.indexes),
        ]
