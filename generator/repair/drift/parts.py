"""Constraints, indexes and triggers that someone has changed, and how they come back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.emit.sqltext import quote_name
from generator.repair.drift import needs
from generator.repair.drift.catalog import Catalog, Constraint
from generator.repair.drift.model import Ask, Drift

_BREAK = "{rows} rows break it"
_TWICE = "{rows} values are there more than once"
_CHECK = re.compile(r"CHECK \((.*)\)", re.DOTALL)
_UNIQUE = re.compile(r"CREATE UNIQUE INDEX .* USING btree \(([\w\", ]+)\)(?: WHERE \((.*)\))?", re.DOTALL)


# --- constraints ----------------------------------------------------------------


def constraint_added(table: str, name: str, there: Constraint) -> Drift:
    """Take a constraint away; no row changes."""
    sql = f"ALTER TABLE {quote_name(table)} DROP CONSTRAINT {quote_name(name)}"
    about = f"the constraint {name} of {table} was added: {there.definition}"
    needed = needs.constraint(table, name)
    return Drift("constraint added", table, (name, *there.columns), about, sql, needed)


def constraint(
    table: str, name: str, wanted: Constraint, there: Constraint | None, database: Catalog
) -> Iterator[Drift]:
    """Yield how a constraint comes back that is missing or another; rows that break it are asked for."""
    if there is not None and there.definition == wanted.definition:
        return
    made = f"ADD CONSTRAINT {quote_name(name)} {wanted.definition}"
    if there is None:
        what, about = "constraint missing", f"the constraint {name} of {table} is missing"
        needed = needs.lacking(needs.constraint(table, name))
    else:
        what = "constraint altered"
        about = f"the constraint {name} of {table} is {there.definition}, not {wanted.definition}"
        made = f"DROP CONSTRAINT {quote_name(name)}, {made}"
        needed = _needed(table, name, wanted, there)
    asks = tuple(_breaking(table, wanted, database))
    sql = f"ALTER TABLE {quote_name(table)} {made}"
    yield Drift(what, table, (name, *wanted.columns), about, sql, needed, asks)


def _needed(table: str, name: str, wanted: Constraint, there: Constraint) -> str:
    """Find where it is needed; what is switched off is written like what is on."""
    if there.definition != f"{wanted.definition} DISABLED":
        return needs.constraint(table, name, wanted.definition)
    off = "EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = o.oid AND g.tgenabled = 'D')"
    return f"{needs.constraint(table, name)} AND {off}"


def _breaking(table: str, wanted: Constraint, database: Catalog) -> Iterator[Ask]:
    if not set(wanted.columns) <= set(database.columns.get(table, {})):
        return  # a column has to be made first: it holds nothing that could break it
    rows = quote_name(table)
    match wanted.kind:
        case "c" if found := _CHECK.match(wanted.definition):
            yield Ask(f"SELECT count(*) FROM {rows} WHERE NOT ({found[1]})", _BREAK)  # noqa: S608 - PostgreSQL's own words
        case "p" | "u":
            yield _twice(table, [quote_name(c) for c in wanted.columns])
        case "f":
            yield from _dangling(table, wanted, database)
        case _:
            return


def _twice(table: str, names: list[str], where: str = "") -> Ask:
    conditions = " AND ".join([*(f"{n} IS NOT NULL" for n in names), *([f"({where})"] if where else [])])
    groups = f"SELECT 1 FROM {quote_name(table)} WHERE {conditions} GROUP BY {', '.join(names)}"  # noqa: S608 - quoted
    return Ask(f"SELECT count(*) FROM ({groups} HAVING count(*) > 1) AS twice", _TWICE)  # noqa: S608 - quoted


def _dangling(table: str, wanted: Constraint, database: Catalog) -> Iterator[Ask]:
    pairs = list(zip(wanted.columns, wanted.target_columns, strict=True))
    there = set(database.columns.get(wanted.target, {})) >= set(wanted.target_columns)
    own = " AND ".join(f"here.{quote_name(c)} IS NOT NULL" for c, _ in pairs)
    same = " AND ".join(f"there.{quote_name(t)} = here.{quote_name(c)}" for c, t in pairs)
    found = f"EXISTS (SELECT FROM {quote_name(wanted.target)} AS there WHERE {same})" if there else "false"
    yield Ask(f"SELECT count(*) FROM {quote_name(table)} AS here WHERE {own} AND NOT {found}", _BREAK)  # noqa: S608 - quoted


def made_anew(catalog: Catalog) -> Iterator[str]:
    """Yield statements that make every condition once more, from PostgreSQL's own words."""
    for table, constraints in catalog.constraints.items():
        for name, found in constraints.items():
            if found.kind in "cx":
                drop, add = f"DROP CONSTRAINT {quote_name(name)}", f"ADD CONSTRAINT {quote_name(name)}"
                yield f"ALTER TABLE {quote_name(table)} {drop}, {add} {found.definition}"
    for indexes in catalog.indexes.values():
        yield from (f"DROP INDEX {quote_name(n)}; {definition}" for n, definition in indexes.items())


# --- indexes and triggers ---------------------------------------------------------


def index_added(table: str, name: str) -> Drift:
    """Take an index away; no row changes."""
    about = f"the index {name} of {table} was added"
    return Drift(
        "index added", table, (name,), about, f"DROP INDEX {quote_name(name)}", needs.table_is_there(name)
    )


def index(table: str, name: str, wanted: str, there: str | None, database: Catalog) -> Iterator[Drift]:
    """Yield how an index comes back that is missing or another."""
    if wanted == there:
        return
    asks = tuple(_ambiguous(table, wanted, database))
    if there is None:
        about, needed = f"the index {name} of {table} is missing", needs.table_is_missing(name)
        yield Drift("index missing", table, (name,), about, wanted, needed, asks)
    else:
        sql = _both(f"DROP INDEX {quote_name(name)}", wanted)
        about = f"the index {name} of {table} is {there}, not {wanted}"
        yield Drift("index altered", table, (name,), about, sql, needs.table_is_there(name), asks)


def _ambiguous(table: str, wanted: str, database: Catalog) -> Iterator[Ask]:
    found = _UNIQUE.match(wanted)
    names = [n.strip() for n in found[1].split(",")] if found else []
    if found and {n.strip('"') for n in names} <= set(database.columns.get(table, {})):
        yield _twice(table, names, found[2] or "")


def trigger_added(table: str, name: str) -> Drift:
    """Take a trigger away; its function stays."""
    sql = f"DROP TRIGGER {quote_name(name)} ON {quote_name(table)}"
    about = f"the trigger {name} of {table} was added"
    return Drift("trigger added", table, (name,), about, sql, needs.trigger(table, name))


def trigger(table: str, name: str, wanted: str, there: str | None) -> Iterator[Drift]:
    """Yield how a trigger comes back that is missing or another."""
    if wanted == there:
        return
    found = needs.trigger(table, name)
    if there is None:
        about = f"the trigger {name} of {table} is missing"
        yield Drift("trigger missing", table, (name,), about, wanted, needs.lacking(found))
    else:
        sql = _both(f"DROP TRIGGER {quote_name(name)} ON {quote_name(table)}", wanted)
        about = f"the trigger {name} of {table} is {there}, not {wanted}"
        yield Drift("trigger altered", table, (name,), about, sql, found)


def _both(first: str, second: str) -> str:
    """Return two statements as one."""
    return f"DO $correction$ BEGIN {first}; {second}; END $correction$"
