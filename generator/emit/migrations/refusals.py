"""Changes that would lose or lack data: refused at the line of the spec, with the ways out."""

from __future__ import annotations

from collections.abc import Iterator

from generator.core.diagnostics import NodeDiagnostic
from generator.emit.migrations.align import Alignment, Pair
from generator.emit.migrations.conversions import sql_type
from generator.emit.migrations.diff import unconvertible
from generator.emit.migrations.fills import CantFill, Fills
from generator.emit.snapshot import Column, Table
from generator.ir.changes import Changes

_WAYS = "If it is called `{new}` now: `changes: {{renamed: {{{old}: {new}}}}}`. If its values may go: {drop}."
_DROP = "`changes: {{dropped: [{name}]}}`"


def refusals(aligned: Alignment, changes: Changes, fills: Fills) -> Iterator[NodeDiagnostic]:
    """Yield what keeps a change from being made, in the order of the tables."""
    dropped = set(changes.dropped)
    for table in aligned.gone:
        if table.role == "rows" and table.entity not in dropped:
            yield _entity_gone(aligned, table)
        elif table.role == "links" and not {_name(table.node), table.entity} & dropped:
            yield _links_gone(aligned, table)
    for pair in aligned.pairs:
        yield from (_field_gone(pair, c) for c in pair.gone if not _named(pair, c) & dropped)
        yield from _unfilled(pair, fills)
    yield from (_not_convertible(was, now) for was, now in unconvertible(aligned))


def _named(pair: Pair, column: Column) -> set[str]:
    field = _name(column.node).partition(".")[2]
    return {f"{pair.old.entity}.{field}", f"{pair.new.entity}.{field}"}


def _name(node: str) -> str:
    return node.partition(":")[2]


def _entity_gone(aligned: Alignment, table: Table) -> NodeDiagnostic:
    new = next((t.entity for t in aligned.made if t.role == "rows" and _alike(table, t)), "")
    message = f"the entity `{table.entity}` was delivered before and is gone: so would be its rows"
    return NodeDiagnostic("M102", message, "app", _ways(table.entity, new))


def _alike(one: Table, other: Table) -> bool:
    """Whether two tables share half of their columns."""
    names = {c.name for c in one.columns} - {"id"}
    return 2 * len(names & {c.name for c in other.columns}) >= len(names)


def _links_gone(aligned: Alignment, table: Table) -> NodeDiagnostic:
    made = (t for t in aligned.made if t.role == "links" and t.entity == aligned.entity(table.entity))
    new = next((_name(t.node).partition(".")[2] for t in made), "")
    name = _name(table.node)
    message = f"the links `{name}` were delivered before and are gone"
    return NodeDiagnostic("M103", message, f"collection:{name}", _ways(name, new))


def _field_gone(pair: Pair, column: Column) -> NodeDiagnostic:
    field = _name(column.node).partition(".")[2]
    name = f"{pair.new.entity}.{field}"
    alike = (
        c for c in pair.added if c.type == column.type and bool(c.foreign_key) == bool(column.foreign_key)
    )
    new = next((_name(c.node).partition(".")[2] for c in alike), "")
    message = f"the field `{name}` was delivered before and is no longer stored: its values would be lost"
    return NodeDiagnostic("M101", message, f"field:{name}", _ways(name, new))


def _like(one: Column, other: Column) -> bool:
    return one.type == other.type and bool(one.foreign_key) == bool(other.foreign_key)


def _ways(old: str, new: str) -> str:
    drop = _DROP.format(name=old)
    if new:
        return _WAYS.format(old=old, new=new, drop=drop)
    renamed = f"`changes: {{renamed: {{{old}: NEW_NAME}}}}`"
    return f"If it has another name now: {renamed}. If its values may go: {drop}."


def _unfilled(pair: Pair, fills: Fills) -> Iterator[NodeDiagnostic]:
    for column in pair.added:
        if column.nullable or column.default is not None or fills.sql(column.node) is not None:
            continue
        name = _name(column.node)
        message = f"the field `{name}` is new and never null, but nothing says what rows that are there get"
        hint = f"`changes: {{filled: {{{name}: EXPR}}}}`, or give it a default, or let it be null."
        yield NodeDiagnostic("M104", message, column.node, hint)


def _not_convertible(was: Column, column: Column) -> NodeDiagnostic:
    name = _name(column.node)
    message = f"no {sql_type(was.type)} of `{name}` can become a {sql_type(column.type)}"
    hint = "Give the new field another name and fill it, and name the old one under `dropped`."
    return NodeDiagnostic("M105", message, column.node, hint)


def not_computable(error: CantFill) -> NodeDiagnostic:
    """Return what is said of a fill that no statement can compute."""
    field = _name(error.fill.node)
    message = f"what fills `{field}` can't be computed in the database: {error}"
    hint = f"Say what rows that are there get: `changes: {{filled: {{{field}: EXPR}}}}`."
    return NodeDiagnostic("M106", message, error.fill.source, hint)
