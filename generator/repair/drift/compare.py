"""Every difference between two catalogs, in the order in which corrections have to be made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TypeVar

from msgspec.structs import replace

from generator.emit.sqltext import quote_name
from generator.repair.drift import columns, parts
from generator.repair.drift.catalog import ALEMBICS_OWN, Catalog, Column, Delivered
from generator.repair.drift.model import Ask, Drift
from generator.repair.drift.needs import table_is_missing, table_is_there

_Part = TypeVar("_Part")
_Parts = Mapping[str, Mapping[str, _Part]]


def differences(delivered: Delivered, live: Catalog) -> tuple[Drift, ...]:
    """Return what is missing, altered or there unasked; what is added is taken away first."""
    wanted, there = delivered.made, _respelled(delivered, live)
    both = [name for name in wanted.columns if name in there.columns and name != ALEMBICS_OWN]
    missing = [name for name in wanted.columns if name not in there.columns and name != ALEMBICS_OWN]
    extra = [name for name in there.columns if name not in wanted.columns and name != ALEMBICS_OWN]
    found = chain(
        _surplus(wanted, there, both),
        (_added(name) for name in extra),
        (_lost(name, wanted) for name in missing),
        (d for name in both for d in _columns(name, wanted.columns[name], there.columns[name])),
        _absent(wanted, there, both, missing),
    )
    return tuple(found)


def _respelled(delivered: Delivered, live: Catalog) -> Catalog:
    """Write what was made anew as it is written in what was delivered."""
    made, again = delivered.made, delivered.again
    return replace(
        live,
        constraints=_as_made(live.constraints, made.constraints, again.constraints),
        indexes=_as_made(live.indexes, made.indexes, again.indexes),
    )


def _as_made(live: _Parts[_Part], made: _Parts[_Part], again: _Parts[_Part]) -> dict[str, dict[str, _Part]]:
    def one(table: str, name: str, part: _Part) -> _Part:
        same = again.get(table, {}).get(name) == part
        return made.get(table, {}).get(name, part) if same else part

    return {table: {n: one(table, n, p) for n, p in parts_.items()} for table, parts_ in live.items()}


def _surplus(wanted: Catalog, there: Catalog, tables: Iterable[str]) -> Iterator[Drift]:
    """Yield triggers, indexes and constraints that nobody asked for: they may be in the way of the rest."""
    for table in tables:
        for name in _only(there.triggers, wanted.triggers, table):
            yield parts.trigger_added(table, name)
        for name in _only(there.indexes, wanted.indexes, table):
            yield parts.index_added(table, name)
        for name in _only(there.constraints, wanted.constraints, table):
            yield parts.constraint_added(table, name, there.constraints[table][name])


def _absent(wanted: Catalog, there: Catalog, both: list[str], missing: list[str]) -> Iterator[Drift]:
    """Yield what is missing or another: constraints before the keys that refer to them, then the rest."""
    tables = [*missing, *both]
    keys = list(_constraints(wanted, there, both, references=False))
    yield from keys
    yield from _constraints(wanted, there, tables, references=True)
    for table in tables:
        for name, index in wanted.indexes.get(table, {}).items():
            yield from parts.index(table, name, index, there.indexes.get(table, {}).get(name), there)
        for name, trigger in wanted.triggers.get(table, {}).items():
            yield from parts.trigger(table, name, trigger, there.triggers.get(table, {}).get(name))


def _constraints(
    wanted: Catalog, there: Catalog, tables: Iterable[str], *, references: bool
) -> Iterator[Drift]:
    for table in tables:
        for name, constraint in wanted.constraints.get(table, {}).items():
            if (constraint.kind == "f") == references:
                now = there.constraints.get(table, {}).get(name)
                yield from parts.constraint(table, name, constraint, now, there)


def _only(
    have: Mapping[str, Mapping[str, _Part]], other: Mapping[str, Mapping[str, _Part]], table: str
) -> list[str]:
    return [name for name in have.get(table, {}) if name not in other.get(table, {})]


def _added(table: str) -> Drift:
    name = quote_name(table)
    ask = Ask(f"SELECT count(*) FROM {name}", "it holds {rows} rows")  # noqa: S608 - quoted
    about = f"the table {table} was added"
    return Drift("table added", table, (), about, f"DROP TABLE {name}", table_is_there(table), (ask,))


def _lost(table: str, wanted: Catalog) -> Drift:
    """Make a table with all that it is held to by itself; references come when every table is there."""
    inside = [columns.declared(n, c) for n, c in wanted.columns[table].items()]
    held = wanted.constraints.get(table, {}).items()
    inside += [f"CONSTRAINT {quote_name(n)} {c.definition}" for n, c in held if c.kind != "f"]
    known = all(not c.generated for c in wanted.columns[table].values())
    sql = f"CREATE TABLE {quote_name(table)} ({', '.join(inside)})" if known else ""
    return Drift("table missing", table, (), f"the table {table} is missing", sql, table_is_missing(table))


def _columns(table: str, wanted: Mapping[str, Column], there: Mapping[str, Column]) -> Iterator[Drift]:
    yield from (columns.added(table, name) for name in there if name not in wanted)
    for name, column in wanted.items():
        if name not in there:
            yield columns.missing(table, name, column)
        else:
            yield from columns.altered(table, name, column, there[name])
