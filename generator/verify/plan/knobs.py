"""What can be turned to change an expression's value: fields, inputs, states, references, numbers of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from typing import Literal as OneOf

import msgspec

from generator.expr.evaluate import collection_rows
from generator.expr.model import AggregateExpr, ContextRef, EntityRef, Expr, OldExpr
from generator.expr.walk import children
from generator.ir.index import Index
from generator.ir.model import Each, Field, Input, Managed
from generator.verify.plan.imagine import Handle, Made, Scope, World
from generator.verify.plan.wants import Place

KnobKind = OneOf["field", "input", "patch", "state", "ref", "input_ref", "patch_ref", "written", "count"]
MAX_DEPTH = 6
MAX_MOVED = 2  # below this depth, earlier moves are looked into


class Knob(msgspec.Struct, frozen=True):
    """One thing to turn. `current` is what it stands at, as expressions know it."""

    kind: KnobKind
    name: str  # of the field, input or collection
    item: Field | Input | None = None
    key: int = 0  # the wanted row
    place: Place = Place("target")  # the move
    current: Any = None

    def same(self) -> tuple[str, str, int, Place]:
        """Return what tells it from other knobs."""
        return (self.kind, self.name, self.key, self.place)


class Finder:
    """Finds the knobs behind an expression."""

    def __init__(self, index: Index, world: World) -> None:
        self._index = index
        self._world = world

    def find(self, expr: Expr, scope: Scope, depth: int = 0) -> list[Knob]:
        """Return the knobs of an expression, each once, in order of appearance."""
        found: dict[Any, Knob] = {}
        for knob in self._find(expr, scope, depth):
            found.setdefault(knob.same(), knob)
        return list(found.values())

    def _find(self, expr: Expr, scope: Scope, depth: int) -> Iterator[Knob]:
        if depth > MAX_DEPTH:
            return
        match expr:
            case EntityRef():
                yield from self._reference(expr, scope, depth)
            case OldExpr(operand=operand):
                yield from self._reference(operand, scope, depth)
            case ContextRef(name=name):
                yield from self._input(self._world.place, name)
            case AggregateExpr():
                yield from self._aggregate(expr, scope, depth)
            case _:
                for child in children(expr):
                    yield from self._find(child, scope, depth)

    def _input(self, place: Place, name: str) -> Iterator[Knob]:
        move = self._world.move(place)
        operation = self._index.operations.get(move.operation)
        if operation is None or not operation.flow:
            return
        item = next(i for i in self._index.flows[operation.flow].inputs if i.name == name)
        kind: KnobKind = "input_ref" if item.type.name == "row" else "input"
        yield Knob(kind, name, item, place=place, current=self._world.input(place, name))

    def row_of(self, ref: EntityRef, scope: Scope) -> Handle | None:
        """Return the row that holds the field of a reference."""
        handle = scope.get(ref.root)
        for hop in ref.via:
            if handle is None:
                return None
            handle = self._world.field(handle, hop)
        return handle

    def derivation(self, ref: EntityRef, scope: Scope) -> tuple[Expr, Scope] | None:
        """Return what a derived field is computed from, and the row that it is computed for."""
        try:
            handle = self.row_of(ref, scope)
        except (KeyError, TypeError):
            return None
        return self._world.definition(handle, ref.field)

    def _reference(self, ref: EntityRef, scope: Scope, depth: int) -> Iterator[Knob]:
        try:
            handle = self.row_of(ref, scope)
        except (KeyError, TypeError):
            return
        if handle is None or not ref.field:
            yield from self._row(ref, scope)
            return
        entity = self._world.entity_of(handle)
        if ref.field == "id":
            yield from self._row(msgspec.structs.replace(ref, field=""), scope)
            return
        if self._index.has_field(entity, ref.field):
            yield from self.field(handle, self._index.field(entity, ref.field), depth)

    def _row(self, ref: EntityRef, scope: Scope) -> Iterator[Knob]:
        """Yield the knob that says which row it is: the last hop, or the input."""
        if ref.via:
            holder = msgspec.structs.replace(ref, via=ref.via[:-1], field=ref.via[-1])
            handle = self.row_of(holder, scope)
            if handle is not None:
                entity = self._world.entity_of(handle)
                yield from self.field(handle, self._index.field(entity, ref.via[-1]), 0)
        elif ref.root.startswith("input:"):
            yield from self._input(self._world.place, ref.root.removeprefix("input:"))

    def field(self, handle: Handle, field: Field, depth: int = 0) -> Iterator[Knob]:
        """Yield the knobs behind a field of a row."""
        if field.managed is Managed.DERIVED or (
            field.managed is Managed.SNAPSHOT and not isinstance(handle, Made)
        ):
            if field.value is not None:
                yield from self._find(field.value, {"self": handle}, depth + 1)
            return
        if isinstance(handle, Made):
            yield from self._made(handle, field, depth)
        elif isinstance(handle, int):
            yield from self._wanted(handle, field, depth)

    def _wanted(self, key: int, field: Field, depth: int) -> Iterator[Knob]:
        world, want = self._world, self._world.program.wants[key]
        current = world.field(key, field.name)
        value = world.assigned(key, field.name)
        if value is not None:
            inner = world.at(world.place)
            yield from Finder(self._index, inner).find(value, inner.scope(world.place), depth + 1)
        if world.updates(world.move(world.place), key) and field.managed is Managed.CLIENT:
            kind: KnobKind = "patch_ref" if field.type.name == "row" else "patch"
            yield Knob(kind, field.name, field, key, world.place, current)
        if field.managed is Managed.STATE:
            yield Knob("state", field.name, field, key, current=current)
        elif field.managed in {Managed.CLIENT, Managed.OWNER} and want.made_by_create:
            kind = "ref" if field.type.name == "row" else "field"
            yield Knob(kind, field.name, field, key, current=current)
        elif want.maker is not None:
            yield from self._made(
                Made(world.binding(want.entity, want.maker), Place("maker", key)), field, depth
            )
        elif want.inside is not None:
            yield from self._inside(key, field, depth)
        if field.managed not in {Managed.STATE, Managed.OWNER} and depth < MAX_DEPTH:
            yield from self._moved(key, field) if depth < MAX_MOVED else ()
            yield Knob("written", field.name, field, key, current=current)

    def _moved(self, key: int, field: Field) -> Iterator[Knob]:
        """Yield the knobs behind what a move before this one sets a field of the row to."""
        program = self._world.program
        want = program.wants[key]
        places = [Place("early", key, n) for n in range(len(want.early))]
        places += [Place("move", key, n) for n in range(len(want.moves))]
        places += [Place("late", position=n) for n in range(len(program.late))]
        for place in places:
            if place == self._world.place:
                continue
            inner = self._world.at(place, after=True)
            value = inner.assigned(key, field.name)
            if value is not None:
                plain = self._world.at(place)
                yield from Finder(self._index, plain).find(value, plain.scope(place), MAX_MOVED)

    def _inside(self, key: int, field: Field, depth: int) -> Iterator[Knob]:
        """Yield the knobs behind a field of a row that the maker of its owner made."""
        inside = self._world.program.wants[key].inside
        while inside is not None:
            parent = self._world.program.wants[inside.parent]
            if parent.maker is not None:
                entity = self._world.program.wants[key].entity
                binding = self._world.binding(entity, parent.maker)
                yield from self._made(Made(binding, Place("maker", inside.parent)), field, depth)
                return
            inside = parent.inside

    def _made(self, made: Made, field: Field, depth: int) -> Iterator[Knob]:
        world = self._world
        value = next((v.value for v in world.effect(made).values if v.field == field.name), None)
        if value is None or depth > MAX_DEPTH:
            return
        inner = world.at(made.place)
        yield from Finder(self._index, inner).find(value, inner.scope(made.place), depth + 1)

    def _aggregate(self, expr: AggregateExpr, scope: Scope, depth: int) -> Iterator[Knob]:
        if isinstance(expr.source, EntityRef):
            handle = self.row_of(expr.source, scope)
            if isinstance(handle, int):
                yield Knob("count", expr.source.field, None, handle)
        for row in self.elements(expr, scope):
            for part in (expr.value, expr.where):
                if part is not None:
                    yield from self._find(part, {**scope, expr.binding: row}, depth + 1)

    def elements(self, expr: AggregateExpr | Each, scope: Scope) -> list[Handle]:
        """Return the rows that an aggregate or a loop runs over."""
        try:
            return list(collection_rows(expr.source, self._world, scope))  # type: ignore[arg-type]
        except (KeyError, TypeError):
            return []
