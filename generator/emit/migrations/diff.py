"""From the schema of before to that of now: the steps of a revision, or why there is no safe way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from generator.emit.history import Effects
from generator.emit.migrations.align import Alignment, Pair
from generator.emit.migrations.conversions import conversion
from generator.emit.migrations.fills import Fills
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
from generator.emit.snapshot import Column, Item, Snapshot, Table
from generator.emit.sqltext import quote_name
from generator.emit.tables import Check, Exclusion, ForeignKey, Index, UniqueConstraint

# A name within SQL text, whole.
_WORD = r"(?<![a-z0-9_]){}(?![a-z0-9_])"


class Diff:
    """The steps between two schemas, in the order in which they work."""

    def __init__(self, old: Snapshot, new: Snapshot, aligned: Alignment, fills: Fills) -> None:
        self._old, self._new, self._aligned, self._fills = old, new, aligned, fills
        self._names = {i.name for t in old.tables for i in t.items}
        self._parts = [_Parts(aligned, pair, self._names) for pair in aligned.pairs]

    def ops(self) -> list[Op]:
        """Return the steps."""
        return [
            *self._types(self._old, self._new, CreateType),
            *(op for parts in self._parts for op in parts.taken_off()),
            *self._tables_dropped(),
            *(op for pair in self._aligned.pairs for op in _columns_dropped(pair)),
            *(op for parts in self._parts for op in parts.renamed()),
            *self._tables_made(),
            *(op for pair in self._aligned.pairs for op in self._columns_added(pair)),
            *(op for pair in self._aligned.pairs for op in _columns_altered(pair)),
            *(op for table in self._new.tables for op in self._filled(table)),
            *(op for table in self._new.tables for op in self._counted(table)),
            *(op for pair in self._aligned.pairs for op in self._settled(pair)),
            *(op for parts in self._parts for op in parts.put_on()),
            *self._types(self._new, self._old, DropType),
        ]

    def effects(self) -> Effects:
        """Return what becomes of rows that are there."""
        gone = [t.name for t in self._aligned.gone]
        lost = [f"{p.old.name}.{c.name}" for p in self._aligned.pairs for c in p.gone]
        kept = [(p, a, b) for p in self._aligned.pairs for a, b in p.kept]
        return Effects(
            renamed_tables={p.old.name: p.new.name for p in self._aligned.pairs if p.old.name != p.new.name},
            renamed={
                f"{p.old.name}.{a.name}": f"{p.new.name}.{b.name}" for p, a, b in kept if a.name != b.name
            },
            dropped=(*gone, *lost),
            retyped=tuple(f"{p.new.name}.{b.name}" for p, a, b in kept if a.type != b.type),
            filled=tuple(self._must_be_full()),
            one_way=any(_is_needed(c) for p in self._aligned.pairs for c in p.gone),
        )

    def _must_be_full(self) -> Iterator[str]:
        for pair in self._aligned.pairs:
            kept = {b.name: a for a, b in pair.kept}
            for column in pair.new.columns:
                was = kept.get(column.name)
                if was is None and (not column.nullable or self._says(column)):
                    yield f"{pair.new.name}.{column.name}"

    def _says(self, column: Column) -> bool:
        return column.default is not None or self._fills.sql(column.node) is not None

    @staticmethod
    def _types(
        one: Snapshot, other: Snapshot, step: type[CreateType | DropType]
    ) -> Iterator[CreateType | DropType]:
        known = {t.name for t in one.span_types}
        return (step("", t) for t in other.span_types if t.name not in known)

    # --- tables ---

    def _tables_dropped(self) -> Iterator[Op]:
        gone = self._aligned.gone
        for table in gone:
            for column in table.columns:
                if column.foreign_key is not None and column.foreign_key.deferred:
                    yield DropKey(table.node, table.name, column.name, column.foreign_key)
        yield from (DropTable(t.node, t) for t in reversed(gone))

    def _tables_made(self) -> Iterator[Op]:
        yield from (CreateTable(t.node, t) for t in self._aligned.made)
        for table in self._aligned.made:
            for column in table.columns:
                if column.foreign_key is not None and column.foreign_key.deferred:
                    yield AddKey(column.node or table.node, table.name, column.name, column.foreign_key)

    # --- columns ---

    def _columns_added(self, pair: Pair) -> Iterator[Op]:
        for column in pair.added:
            bare = replace(column, foreign_key=None)
            if self._needs_filling(column):
                bare = replace(bare, nullable=True, default=None)
            yield AddColumn(column.node or pair.new.node, pair.new.name, bare)

    def _needs_filling(self, column: Column) -> bool:
        """Whether a statement gives rows their value: the spec says so, or the default can't."""
        asked = self._fills.asked(column.node)
        return asked or (column.default is None and self._fills.sql(column.node) is not None)

    def _filled(self, table: Table) -> Iterator[Op]:
        pair = next((p for p in self._aligned.pairs if p.new.name == table.name), None)
        added = [c for c in pair.added if self._needs_filling(c)] if pair else []
        narrowed = [b for a, b in pair.kept if a.nullable and not b.nullable] if pair else []
        for column in (*added, *narrowed):
            sql = self._fills.sql(column.node)
            if sql is not None:
                yield Fill(column.node, table.name, column.name, sql)

    def _settled(self, pair: Pair) -> Iterator[Op]:
        """Make columns that have their values now what they are to be."""
        for column in pair.added:
            if self._needs_filling(column):
                if column.default is not None:
                    yield SetDefault(column.node, pair.new.name, column.name, None, column.default)
                if not column.nullable:
                    yield SetNullable(column.node, pair.new.name, column.name, nullable=False)
        for was, column in pair.kept:
            if was.default != column.default:
                yield SetDefault(column.node, pair.new.name, column.name, was.default, column.default)
            if was.nullable != column.nullable:
                node = column.node or pair.new.node
                yield SetNullable(node, pair.new.name, column.name, nullable=column.nullable)

    # --- counters ---

    def _counted(self, table: Table) -> Iterator[Op]:
        """Let counters go on behind the numbers that rows have."""
        if table.role != "counter":
            return
        pair = next((p for p in self._aligned.pairs if p.new.name == table.name), None)
        counted = self._count(table, self._fills.counted(table.node))
        is_old = table.entity in {p.new.entity for p in self._aligned.pairs if p.new.role == "rows"}
        if pair is None and is_old:
            yield Run(table.node, counted)
        elif pair is not None and (was := _scope(self._old, pair.old)) != _scope(self._new, pair.new):
            back = self._count(table, _counted_by(self._old, pair.old, was))
            empty = f"DELETE FROM {quote_name(table.name)}"  # noqa: S608 - quoted
            yield Run(table.node, empty, back)
            yield Run(table.node, counted, empty)

    @staticmethod
    def _count(table: Table, select: str) -> str:
        return f"INSERT INTO {quote_name(table.name)} (scope_id, last_value) {select}"


def _scope(database: Snapshot, counter: Table) -> tuple[str, ...]:
    """Return the columns within which a counter counts."""
    rows = database.entities[counter.entity]
    found = [u.columns for u in rows.uniques if u.node == counter.node]
    return found[0][:-1] if found else ()


def _counted_by(database: Snapshot, counter: Table, scope: tuple[str, ...]) -> str:
    rows = database.entities[counter.entity]
    column = next(c.name for c in rows.columns if c.node == counter.node)
    by = quote_name(scope[0]) if scope else "CAST('00000000-0000-0000-0000-000000000000' AS uuid)"
    return f"SELECT {by}, max({quote_name(column)}) FROM {quote_name(rows.name)} GROUP BY 1"  # noqa: S608 - quoted


def _columns_dropped(pair: Pair) -> Iterator[Op]:
    for column in pair.gone:
        bare = replace(column, foreign_key=None)
        yield DropColumn(column.node or pair.old.node, pair.old.name, bare)


def _is_needed(column: Column) -> bool:
    """Whether a row can't do without a value that nothing gives."""
    return not column.nullable and column.default is None


def _columns_altered(pair: Pair) -> Iterator[Op]:
    for was, column in pair.kept:
        if was.type == column.type:
            continue
        node = column.node or pair.new.node
        if was.default is not None:
            yield SetDefault(node, pair.new.name, column.name, was.default, None)
        yield AlterType(node, pair.new.name, column.name, was.type, column.type)
        if was.default is not None:  # `_settled` begins with the default of before
            yield SetDefault(node, pair.new.name, column.name, None, was.default)


class _Parts:
    """Keys, constraints and indexes of one table that stays."""

    def __init__(self, aligned: Alignment, pair: Pair, taken: set[str]) -> None:
        self._pair = pair
        self._moved = aligned.moved(pair)
        self._taken = taken
        self._retyped = {b.name for a, b in pair.kept if a.type != b.type}
        self._retyped |= {a.name for a, b in pair.kept if a.type != b.type}
        self._stay, self._move = self._sorted()

    def _sorted(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return items that stay, and those that only have another name: before -> now."""
        stay, move = {}, {}
        now = {i.name: i for i in self._pair.new.items}
        left = dict(now)
        before = {i.name: i for i in self._moved.items}
        for name, item in before.items():
            if name in now and _same(item, now[name]) and not self._mentions(item):
                stay[name] = name
                del left[name]
        for name, item in before.items():
            found = next((n for n, i in left.items() if _same(item, i) and n not in self._taken), None)
            if name not in stay and found is not None and not self._mentions(item):
                move[name] = found
                del left[found]
        return stay, move

    def _mentions(self, item: Item) -> bool:
        """Whether the SQL of an item names a column whose type changes: it has to be read anew."""
        text = _sql_of(item)
        return any(re.search(_WORD.format(re.escape(c)), text) for c in self._retyped)

    def taken_off(self) -> Iterator[Op]:
        """Take off what goes, under the names of before."""
        kept = {*self._stay, *self._move}
        table = self._pair.old.name
        for item in reversed(self._pair.old.items):
            if item.name not in kept:
                yield DropItem(item.node, table, item)
        for column in self._pair.old.columns:
            if column.foreign_key is not None and self._key_goes(column):
                node = column.node or self._pair.old.node
                yield DropKey(node, table, column.name, column.foreign_key)

    def _key_goes(self, column: Column) -> bool:
        now = self._pair.columns.get(column.name)
        return now is None or not _same_key(self._moved.column(now), self._pair.new.column(now))

    def renamed(self) -> Iterator[Op]:
        """Rename the table, then what is in it."""
        old, new = self._pair.old, self._pair.new
        if old.name != new.name:
            yield RenameTable(new.node, old.name, new.name)
        for before, now in self._pair.columns.items():
            if before != now:
                yield RenameColumn(new.column(now).node or new.node, new.name, before, now)
        if old.key != new.key:
            yield RenamePart(new.node, new.name, old.key, new.key)
        indexes = {i.name for i in old.indexes}
        for before, now in self._move.items():
            node = next(i.node for i in new.items if i.name == now)
            yield RenamePart(node, new.name, before, now, index=before in indexes)
        for was, column in self._keys():
            if was.name != column.foreign_key.name:  # type: ignore[union-attr]
                yield RenamePart(column.node or new.node, new.name, was.name, column.foreign_key.name)  # type: ignore[union-attr]

    def _keys(self) -> Iterator[tuple[ForeignKey, Column]]:
        for column in self._moved.columns:
            now = self._pair.new.column(column.name)
            if column.foreign_key is not None and now.foreign_key is not None and _same_key(column, now):
                yield column.foreign_key, now

    def put_on(self) -> Iterator[Op]:
        """Put on what is new."""
        new = self._pair.new
        kept = {c.name for _, c in self._keys()}
        for column in new.columns:
            if column.foreign_key is not None and column.name not in kept:
                yield AddKey(column.node or new.node, new.name, column.name, column.foreign_key)
        there = {*self._stay.values(), *self._move.values()}
        yield from (AddItem(i.node, new.name, i) for i in new.items if i.name not in there)


def _same(one: Item, other: Item) -> bool:
    return type(one) is type(other) and replace(one, name="", node="") == replace(other, name="", node="")


def _same_key(one: Column, other: Column) -> bool:
    a, b = one.foreign_key, other.foreign_key
    return a is not None and b is not None and (a.table, a.cascade) == (b.table, b.cascade)


def _sql_of(item: Item) -> str:
    match item:
        case Check(sql=sql):
            return sql
        case Index(where=where):
            return where
        case Exclusion(elements=elements, where=where):
            return " ".join([*(sql for sql, _ in elements), where])
        case UniqueConstraint():
            return ""


def unconvertible(aligned: Alignment) -> Iterator[tuple[Column, Column]]:
    """Yield columns whose values have no way to their new type."""
    for pair in aligned.pairs:
        for was, column in pair.kept:
            if was.type != column.type and conversion("x", was.type, column.type) is None:
                yield was, column
