"""Queries that find a row exactly where a correction is needed: a revision runs on other databases too."""

from __future__ import annotations

from generator.emit.sqltext import quote_name, quote_text


def table_is_there(table: str) -> str:
    """Find a table, or an index."""
    return f"SELECT 1 WHERE to_regclass({_name(table)}) IS NOT NULL"


def table_is_missing(table: str) -> str:
    """Find that there is no such table or index."""
    return f"SELECT 1 WHERE to_regclass({_name(table)}) IS NULL"


def _name(name: str) -> str:
    return quote_text(quote_name(name))


def column(table: str, name: str, *, differs: str = "", wanted: str = "") -> str:
    """Find a column; with `differs`, an expression over pg_attribute `a`, one that is not as wanted."""
    found = f"SELECT 1 FROM pg_attribute a WHERE {_of('a.attrelid', table)} AND NOT a.attisdropped"  # noqa: S608
    found += f" AND a.attname = {quote_text(name)}"
    return f"{found} AND {differs} IS DISTINCT FROM {wanted}" if differs else found


def default_of() -> str:
    """Return the expression that reads the default of the column `a`."""
    found = "pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum"
    return f"(SELECT pg_get_expr(d.adbin, d.adrelid) FROM {found})"  # noqa: S608 - constants


def collation_of() -> str:
    """Return the expression that reads the collation of the column `a`, "" for the usual one."""
    found = "pg_collation l WHERE l.oid = a.attcollation AND l.collname <> 'default'"
    return f"coalesce((SELECT l.collname FROM {found}), '')"  # noqa: S608 - constants


def constraint(table: str, name: str, definition: str = "") -> str:
    """Find a constraint; with a definition, one that is another."""
    found = (
        f"SELECT 1 FROM pg_constraint o WHERE {_of('o.conrelid', table)} AND o.conname = {quote_text(name)}"  # noqa: S608
    )
    return f"{found} AND pg_get_constraintdef(o.oid) <> {quote_text(definition)}" if definition else found


def trigger(table: str, name: str) -> str:
    """Find a trigger."""
    return f"SELECT 1 FROM pg_trigger g WHERE {_of('g.tgrelid', table)} AND g.tgname = {quote_text(name)}"  # noqa: S608


def lacking(found: str) -> str:
    """Find that a query finds nothing."""
    return f"SELECT 1 WHERE NOT EXISTS ({found})"


def _of(column_: str, table: str) -> str:
    return f"{column_} = to_regclass({_name(table)})"
