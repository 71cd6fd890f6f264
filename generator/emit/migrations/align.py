"""Which table and column of before is which of now: by the names in the spec and its renames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec
from msgspec.structs import replace

from generator.emit.snapshot import Column, Snapshot, Table
from generator.ir.changes import Changes

Identity = tuple[str, str]  # a table's role, and the node that it is for


class Pair(msgspec.Struct, frozen=True):
    """A table of before and what it is now; `columns` maps names of before to names of now."""

    old: Table
    new: Table
    columns: dict[str, str]

    @property
    def gone(self) -> list[Column]:
        """The columns that are no more."""
        return [c for c in self.old.columns if c.name not in self.columns]

    @property
    def added(self) -> list[Column]:
        """The columns that were not."""
        known = set(self.columns.values())
        return [c for c in self.new.columns if c.name not in known]

    @property
    def kept(self) -> list[tuple[Column, Column]]:
        """The columns that stay, before and now."""
        return [(self.old.column(a), self.new.column(b)) for a, b in self.columns.items()]


class Alignment:
    """Two schemas side by side."""

    def __init__(self, old: Snapshot, new: Snapshot, changes: Changes) -> None:
        self._old, self._new, self._changes = old, new, changes
        self._now = {_identity(t): t for t in new.tables}
        self._matched = [(t, self._now.get(self._identity_now(t))) for t in old.tables]
        self.pairs = [Pair(o, n, self._columns(o, n)) for o, n in self._matched if n is not None]
        self.gone = [t for t, n in self._matched if n is None]
        known = {p.new.name for p in self.pairs}
        self.made = [t for t in new.tables if t.name not in known]

    @cached_property
    def tables(self) -> dict[str, str]:
        """Table of before -> table of now."""
        return {p.old.name: p.new.name for p in self.pairs}

    def moved(self, pair: Pair) -> Table:
        """Return a table of before under the names of now, as far as it stays."""
        table, names = pair.old, pair.columns
        columns = tuple(
            replace(c, name=names[c.name], foreign_key=self._key(c)) for c in table.columns if c.name in names
        )
        return replace(
            table,
            name=pair.new.name,
            columns=columns,
            key_columns=_renamed(table.key_columns, names),
            uniques=tuple(replace(u, columns=_renamed(u.columns, names)) for u in table.uniques),
            indexes=tuple(replace(i, columns=_renamed(i.columns, names)) for i in table.indexes),
        )

    def _key(self, column: Column) -> object:
        key = column.foreign_key
        return key and replace(key, table=self.tables.get(key.table, key.table))

    # --- entities ---

    def entity(self, name: str) -> str:
        """Return what an entity of before is called now."""
        if name in self._new.entities:
            return name
        now = _followed(name, self._changes.entities, self._new.entities)
        return now if now in self._new.entities and now not in self._old.entities else name

    def _identity_now(self, table: Table) -> Identity:
        kind, member = _member(table.node)
        entity = self.entity(table.entity)
        if not member:
            return (table.role, f"entity:{entity}")
        return (table.role, f"{kind}:{entity}.{self._member_now(table, entity, member)}")

    def _member_now(self, table: Table, entity: str, member: str) -> str:
        """Return what a collection or counter of before is called now."""
        there = {_member(t.node)[1] for t in self._new.tables if t.entity == entity and t.role == table.role}
        before = {_member(t.node)[1] for t in self._old.tables if t.entity == table.entity}
        return self._name_now(entity, member, there, before)

    def _name_now(self, entity: str, name: str, there: Iterable[str], before: Iterable[str]) -> str:
        if name in (known := set(there)):
            return name
        start = f"{entity}.{name}"
        chain = {old: f"{old.partition('.')[0]}.{new}" for old, new in self._changes.fields.items()}
        now = _followed(start, chain, {f"{entity}.{n}" for n in known}).partition(".")[2]
        return now if now in known and now not in set(before) else name

    # --- columns ---

    def _columns(self, old: Table, new: Table) -> dict[str, str]:
        if old.role == "links":
            return dict(zip(old.key_columns, new.key_columns, strict=True))
        if old.role == "counter":
            return {c.name: c.name for c in old.columns}
        there = {_member(c.node)[1]: c.name for c in new.columns}
        before = {_member(c.node)[1] for c in old.columns}
        found = {}
        for column in old.columns:
            name = self._name_now(new.entity, _member(column.node)[1], there, before)
            if name in there:
                found[column.name] = there[name]
        return found | self._owner(old, new, found)

    def _owner(self, old: Table, new: Table, found: Mapping[str, str]) -> dict[str, str]:
        """Return the reference to an owner that has another name now: it is called after it."""
        was = [c for c in old.columns if c.name not in found and c.foreign_key and c.foreign_key.cascade]
        taken = set(found.values())
        now = [c for c in new.columns if c.name not in taken and c.foreign_key and c.foreign_key.cascade]
        owners = {t.name: e for e, t in self._new.entities.items()}
        tables = {t.name: self.entity(e) for e, t in self._old.entities.items()}
        return {
            a.name: b.name
            for a in was
            for b in now
            if a.foreign_key
            and b.foreign_key
            and tables.get(a.foreign_key.table) == owners.get(b.foreign_key.table)
        }


def _followed(name: str, renamed: Mapping[str, str], known: Iterable[str]) -> str:
    """Return the last name of a chain of renames, or the first that is known."""
    there, seen = set(known), {name}
    while name not in there and name in renamed and renamed[name] not in seen:
        name = renamed[name]
        seen.add(name)
    return name


def _identity(table: Table) -> Identity:
    return (table.role, table.node)


def _member(node: str) -> tuple[str, str]:
    """Return kind and name of "field:Entity.name"; an entity's node has no name."""
    kind, _, place = node.partition(":")
    return kind, place.partition(".")[2]


def _renamed(columns: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(names.get(c, c) for c in columns)
