"""References as Python: variables, attribute paths, and where they may be None."""

from __future__ import annotations

from generator.emit.exprs.names import Names
from generator.emit.exprs.pycode import ATOM, Code, Value
from generator.emit.exprs.sqllower import UnsupportedError
from generator.emit.python import attribute, literal
from generator.expr.model import EntityRef
from generator.ir.index import Index


class References:
    """Spells references with the names of one function."""

    def __init__(self, index: Index, names: Names) -> None:
        self._index = index
        self._names = names

    def value(self, ref: EntityRef) -> Value:
        """Return a field's value; a row stands for its id."""
        base, hops, entity = self._walk(ref)
        if not ref.field:
            return Value(Code(f"{base}.id", ATOM), hops)
        field = self._index.field(entity, ref.field)
        return Value(Code(f"{base}.{attribute(field.wire)}", ATOM), hops, field.type.nullable)

    def before(self, ref: EntityRef, *, maybe: bool) -> Value:
        """Return what a field was when the transaction first read its row."""
        base, hops, entity = self._walk(ref)
        name = attribute(self._index.field(entity, ref.field).wire) if ref.field else "id"
        return Value(Code(f"tx.old({base}, {literal(name)})", ATOM), hops, maybe)

    def row(self, ref: EntityRef) -> Value:
        """Return the row itself that a reference leads to."""
        base, hops, entity = self._walk(ref)
        if not ref.field:
            return Value(Code(base, ATOM), hops)
        nullable = self._index.field(entity, ref.field).type.nullable
        known = self._names.places.get((ref.root, *ref.via, ref.field))
        return Value(Code(known or f"{base}.{attribute(ref.field)}", ATOM), hops, nullable)

    def rows(self, ref: EntityRef) -> Value:
        """Return a collection."""
        base, hops, _ = self._walk(ref)
        return Value(Code(f"{base}.{attribute(ref.field)}", ATOM), hops)

    def _walk(self, ref: EntityRef) -> tuple[str, tuple[str, ...], str]:
        """Return the row that holds the field, what must not be None on the way, and its entity."""
        if ref.root not in self._names.rows:
            raise UnsupportedError(f"no variable holds the row {ref.root!r}")
        text, entity = self._names.rows[ref.root], ref.entity.removeprefix("entity:")
        hops = [text] if ref.root in self._names.maybe else []
        for number, name in enumerate(ref.via, 1):
            field = self._index.field(entity, name)
            place = (ref.root, *ref.via[:number])
            text = self._names.places.get(place) or f"{text}.{attribute(name)}"
            entity = field.type.of
            if field.type.nullable and place not in self._names.sure:
                hops.append(text)
        return text, tuple(hops), entity
