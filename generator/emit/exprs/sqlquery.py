"""SQL trees as text, other rows included: for statements of migrations over one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from generator.emit.exprs.sqltext import Printer
from generator.emit.exprs.sqltree import Column, Now, Param, Rows, Select, Sql, Truth
from generator.emit.sqltext import quote_name


class Association(NamedTuple):
    """An association table with the columns of the holder and of the linked row."""

    table: str
    source: str
    target: str


class QueryPrinter(Printer):
    """Prints subqueries; `tables` maps an entity to its table, `links` a collection's node to its table."""

    def __init__(self, tables: Mapping[str, str], links: Mapping[str, Association]) -> None:
        self._tables = tables
        self._links = links
        self._aliases: dict[str, Association] = {}

    def column(self, column: Column) -> str:
        """Return a column with its row's name."""
        name = column.name
        if column.row in self._aliases:
            links = self._aliases[column.row]
            name = links.source if name == "source" else links.target
        return f"{quote_name(column.row)}.{quote_name(name)}" if column.row else quote_name(name)

    def call(self, name: str, args: tuple[Sql, ...]) -> str:
        """Return the call of a function; counting is counting of rows."""
        return "count(*)" if name == "count" and not args else super().call(name, args)

    def far(self, sql: Param | Now | Truth | Select) -> str:
        """Return the instant of the migration, or a subquery."""
        match sql:
            case Now():
                return "now()"
            case Select():
                return self._select(sql)
            case Truth(op=op, condition=condition):
                inner = self.printed(condition).text
                decisive = f"bool_or({inner})" if op == "any" else f"bool_or(({inner}) IS FALSE)"
                found, otherwise = ("TRUE", "FALSE") if op == "any" else ("FALSE", "TRUE")
                unknown = f"WHEN bool_or(({inner}) IS NULL) THEN NULL"
                return f"CASE WHEN {decisive} THEN {found} {unknown} ELSE {otherwise} END"
            case Param():
                raise ValueError("a migration takes no parameters")

    def _select(self, sql: Select) -> str:
        sources = ", ".join(self._source(rows) for rows in sql.rows)
        where = " AND ".join(f"({self.text(w)})" for w in sql.where)
        tail = f" FROM {sources}" + (f" WHERE {where}" if where else "")
        return f"EXISTS (SELECT{tail})" if sql.value is None else f"(SELECT {self.text(sql.value)}{tail})"

    def _source(self, rows: Rows) -> str:
        if rows.links:
            self._aliases[rows.alias] = self._links[rows.links]
            table = self._links[rows.links].table
        else:
            table = self._tables[rows.entity]
        return f"{quote_name(table)} AS {quote_name(rows.alias)}"
