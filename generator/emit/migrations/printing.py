"""Steps as the body of a revision script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_never

from generator.emit.ddl import Ddl, later
from generator.emit.migrations.conversions import conversion
from generator.emit.migrations.ops import (
    AddColumn,
    AddItem,
    AddKey,
    AlterType,
    CreateTable,
    CreateType,
    DropColumn,
    DropItem,
    DropKey,
    DropTable,
    DropType,
    Fill,
    Op,
    RenameColumn,
    RenamePart,
    RenameTable,
    Run,
    SetDefault,
    SetNullable,
)
from generator.emit.python import literal
from generator.emit.snapshot import Column, Item, Table
from generator.emit.sqltext import quote_name, quote_text
from generator.emit.tables import Check, Exclusion, ForeignKey, Index, SpanType, UniqueConstraint


class Printer:
    """Prints the steps of one script."""

    def __init__(self, ddl: Ddl) -> None:
        self._ddl = ddl

    def steps(self, ops: list[Op]) -> list[dict[str, Any]]:
        """Return each step as lines with the node that they are for."""
        return [{"node": op.node, "lines": list(self._lines(op))} for op in ops]

    def _lines(self, op: Op) -> Iterator[str]:  # noqa: C901, PLR0912 - a line for each kind of step
        match op:
            case CreateType(_, span):
                yield self.execute(create_type(span))
            case DropType(_, span):
                yield self.execute(f"DROP TYPE {span.name}")
            case CreateTable(_, table):
                yield from self._create_table(table)
            case DropTable(_, table):
                yield f"op.drop_table({literal(table.name)})"
            case RenameTable(_, old, new):
                yield f"op.rename_table({literal(old)}, {literal(new)})"
            case RenameColumn(_, table, old, new):
                yield f"op.alter_column({_names(table, old)}, new_column_name={literal(new)})"
            case RenamePart():
                yield self.execute(_rename(op))
            case AddColumn(_, table, column):
                yield from self._add_column(table, column)
            case DropColumn(_, table, column):
                yield f"op.drop_column({_names(table, column.name)})"
            case AlterType():
                yield from self._alter_type(op)
            case SetDefault(_, table, column, _, default):
                given = self._ddl.default(default) if default else "server_default=None"
                yield f"op.alter_column({_names(table, column)}, {given})"
            case SetNullable(_, table, column, nullable):
                yield f"op.alter_column({_names(table, column)}, nullable={nullable})"
            case Fill(_, table, column, sql):
                name = quote_name(column)
                yield self.execute(f"UPDATE {quote_name(table)} SET {name} = {sql} WHERE {name} IS NULL")  # noqa: S608 - quoted
            case Run(_, sql):
                yield self.execute(sql)
            case AddKey(_, table, column, key):
                yield _create_key(table, column, key)
            case DropKey(_, table, _, key):
                yield f"op.drop_constraint({_names(key.name, table)}, type_='foreignkey')"
            case AddItem(_, table, item):
                yield self._add_item(table, item)
            case DropItem(_, table, item):
                yield _drop_item(table, item)
            case _:
                assert_never(op)

    def execute(self, sql: str) -> str:
        """Return the call that runs a statement as it is, colons and percent signs included."""
        return f"op.execute({self._ddl.statement(sql)})"

    # --- tables and columns ---

    def _create_table(self, table: Table) -> Iterator[str]:
        items = ",\n".join(table_items(self._ddl, table))
        yield f"op.create_table(\n{literal(table.name)},\n{items},\n)"
        yield from (self._ddl.create_index(i, table.name) for i in table.indexes)

    def _add_column(self, table: str, column: Column) -> Iterator[str]:
        if not column.nullable and column.default is None:
            what = (
                f"{table}.{column.name} was dropped with its values: it can't come back while there are rows"
            )
            yield self.execute(_refuse_if(f"SELECT FROM {quote_name(table)}", what))
        yield f"op.add_column({literal(table)}, {column_text(self._ddl, column)})"

    def _alter_type(self, op: AlterType) -> Iterator[str]:
        table, name = quote_name(op.table), quote_name(op.column)
        way = conversion(name, op.old, op.new)
        if way is None:
            raise ValueError(f"{op.table}.{op.column}: no way from {op.old} to {op.new}")
        if way.back:
            what = f"{op.table}.{op.column} holds values that would be changed by its new type"
            lossy = f"SELECT FROM {table} WHERE {way.back} IS DISTINCT FROM {name}"  # noqa: S608 - quoted
            yield self.execute(_refuse_if(lossy, what))
        using = f", postgresql_using={literal(way.there)}" if way.there else ""
        yield f"op.alter_column({_names(op.table, op.column)}, type_={self._ddl.type(op.new)}{using})"

    # --- constraints and indexes ---

    def _add_item(self, table: str, item: Item) -> str:
        match item:
            case Check(name, sql):
                return f"op.create_check_constraint({_names(name, table)}, {self._ddl.condition(sql)})"
            case UniqueConstraint(name, columns):
                return (
                    f"op.create_unique_constraint({_names(name, table)}, [{_names(*columns)}]{later(item)})"
                )
            case Exclusion():
                return self.execute(_add_exclusion(table, item))  # Alembic's own takes no expressions
            case Index():
                return self._ddl.create_index(item, table)


def table_items(ddl: Ddl, table: Table) -> list[str]:
    """Return what a table is made of, as arguments; deferred keys are left out."""
    keys = [(c.name, c.foreign_key) for c in table.columns if c.foreign_key is not None]
    return [
        *(column_text(ddl, c) for c in table.columns),
        ddl.primary_key(table.key, table.key_columns),
        *(ddl.foreign_key_constraint(name, key) for name, key in keys if not key.deferred),
        *(ddl.unique(u) for u in table.uniques),
        *(ddl.exclusion(x) for x in table.exclusions),
        *(ddl.check(c) for c in table.checks),
    ]


def column_text(ddl: Ddl, column: Column) -> str:
    """Return a column as an argument."""
    parts = [literal(column.name), ddl.type(column.type)]
    if column.default is not None:
        parts.append(ddl.default(column.default))
    parts.append(f"nullable={column.nullable}")
    return f"sa.Column({', '.join(parts)})"


def create_type(span: SpanType) -> str:
    """Return the statement that makes a range type."""
    collation = f", collation = {quote_name(span.collation)}" if span.collation else ""
    return f"CREATE TYPE {span.name} AS RANGE (subtype = {span.subtype}{collation})"


def _create_key(table: str, column: str, key: ForeignKey) -> str:
    cascade = ', ondelete="CASCADE"' if key.cascade else ""
    return (
        f"op.create_foreign_key({_names(key.name, table, key.table)}, [{literal(column)}], ['id']{cascade})"
    )


def _drop_item(table: str, item: Item) -> str:
    if isinstance(item, Index):
        return f"op.drop_index({literal(item.name)}, table_name={literal(table)})"
    kinds = {Check: ", type_='check'", UniqueConstraint: ", type_='unique'"}
    return f"op.drop_constraint({_names(item.name, table)}{kinds.get(type(item), '')})"


def _add_exclusion(table: str, item: Exclusion) -> str:
    elements = ", ".join(f"({sql}) WITH {operator}" for sql, operator in item.elements)
    where = f" WHERE ({item.where})" if item.where else ""
    made = f"ADD CONSTRAINT {quote_name(item.name)} EXCLUDE USING {item.using} ({elements})"
    later = " DEFERRABLE INITIALLY IMMEDIATE" if item.deferrable else ""
    return f"ALTER TABLE {quote_name(table)} {made}{where}{later}"


def _rename(op: RenamePart) -> str:
    if op.index:
        return f"ALTER INDEX {quote_name(op.old)} RENAME TO {quote_name(op.new)}"
    return (
        f"ALTER TABLE {quote_name(op.table)} RENAME CONSTRAINT {quote_name(op.old)} TO {quote_name(op.new)}"
    )


def _refuse_if(found: str, message: str) -> str:
    """Return a statement that ends the migration, and undoes it, if a query finds rows."""
    raised = f"RAISE EXCEPTION USING MESSAGE = {quote_text(message)}"
    return f"DO $$ BEGIN IF EXISTS ({found}) THEN {raised}; END IF; END $$"


def _names(*names: str) -> str:
    return ", ".join(literal(n) for n in names)
