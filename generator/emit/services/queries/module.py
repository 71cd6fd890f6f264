"""One queries module in the making: what is used gets defined, in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from generator.emit.exprs.sqlcore import CorePrinter, column
from generator.emit.exprs.sqlscope import Aliases, Scope
from generator.emit.exprs.sqltree import Sql
from generator.emit.physical import link_columns
from generator.emit.python import Imports, attribute, free_name, module
from generator.emit.tables import Physical
from generator.expr.model import Expr
from generator.ir.index import Index
from generator.ir.model import Collection, Entity, Field

# What a queries module imports, besides models: no table or alias may be called so.
_IMPORTED = (
    "Any", "BigInteger", "Boolean", "ColumnElement", "Date", "DateTime", "Decimal", "Double", "FromClause",
    "Integer", "Interval", "Listing", "Numeric", "String", "Text", "Time", "UTC", "UUID", "Uuid", "and_",
    "bindparam", "case", "cast", "collate", "date", "datetime", "delete", "func", "insert", "list", "not_",
    "or_", "select", "sql", "time", "timedelta", "update",
)  # fmt: skip
_OWN_NAMES = frozenset({"wire", "row", *_IMPORTED})


class Definition(msgspec.Struct, frozen=True):
    """A name of the module and what it is bound to; `node` is the IR node that it came from."""

    name: str
    value: str
    node: str


class Module:
    """Tables, aliases and private definitions of one module, each made when first asked for."""

    def __init__(self, index: Index, database: Physical, entity: Entity) -> None:
        self.index = index
        self.entity = entity
        self.tables: dict[str, Definition] = {}
        self.private: dict[str, Definition] = {}
        self.links: dict[str, tuple[str, str]] = {
            c.id: link_columns(e, c)
            for e in index.entities.values()
            for c in e.collections
            if c.kind == "links"
        }
        self._database = database
        plurals = {attribute(e.plural) for e in index.entities.values()}
        others = {t.symbol for t in database.tables} | {f"{e.snake}_queries" for e in index.entities.values()}
        self.imports = Imports({"wire", "row", *plurals} - set(_IMPORTED))
        self.aliases = Aliases({*_OWN_NAMES, *plurals, *others})
        self.printer = CorePrinter(self.imports, self.links)
        self._names: dict[str, str] = {}

    # --- names ----------------------------------------------------------------

    def sa(self, name: str) -> str:
        """Return a name of SQLAlchemy."""
        return self.imports.symbol("sqlalchemy", name)

    def sql(self, name: str) -> str:
        """Return a name of the runtime's SQL helpers."""
        return f"{self.imports.symbol('app.runtime', 'sql')}.{name}"

    def table(self, entity: str) -> str:
        """Return the variable of an entity's table, defining it."""
        if entity not in self.tables:
            found = self.index.entities[entity]
            model = self.imports.symbol(module(found.snake, "models"), entity)
            name = self._name(found.plural)
            self.tables[entity] = Definition(name, f"{self.sql('table_of')}({model})", found.id)
        return self.tables[entity].name

    @property
    def own(self) -> str:
        """The variable of the entity's own table."""
        return self.table(self.entity.name)

    def other_table(self, node: str) -> str:
        """Return the table of a links collection or of a counter, by the id of its node."""
        table = self._database.of_node(node)
        home = self.index.entities[table.entity]
        return self.imports.symbol(module(home.snake, "models"), table.symbol)

    def _name(self, wanted: str) -> str:
        if wanted not in self._names:
            self._names[wanted] = free_name(attribute(wanted), {*_OWN_NAMES, *self._names.values()})
        return self._names[wanted]

    def define(self, name: str, value: Callable[[], str]) -> str:
        """Return a private name, defining it the first time."""
        if name not in self.private:
            self.private[name] = Definition(name, value(), self.entity.id)
        return name

    def alias_definitions(self) -> list[Definition]:
        """Return the aliases that were needed."""
        made = []
        for rows in self.aliases.made.values():
            table = self.other_table(rows.links) if rows.links else self.table(rows.entity)
            made.append(Definition(rows.alias, f"{table}.alias()", self.entity.id))
        return made

    # --- expressions ----------------------------------------------------------

    def column(self, field: Field, row: str = "") -> str:
        """Return a field's column."""
        return column(row or self.own, field.wire)

    def tree(self, expr: Expr, row: str, params: Mapping[Expr, str] | None = None) -> Sql:
        """Return the SQL of an expanded expression over `row`."""
        rows = {"self": row} if row else {}
        return Scope(self.index, self.aliases, rows, params).lower(expr)

    def text(self, expr: Expr, row: str) -> str:
        """Return the source of an expanded expression over `row`."""
        return self.printer.text(self.tree(expr, row))

    def owners(self) -> list[Entity]:
        """Return the entities above this one, nearest first."""
        chain: list[Entity] = []
        entity = self.entity
        while entity.owner:
            entity = self.index.entities[entity.owner]
            chain.append(entity)
        return chain

    def collections(self, kind: str) -> list[Collection]:
        """Return the entity's collections of a kind."""
        return [c for c in self.entity.collections if c.kind == kind]
