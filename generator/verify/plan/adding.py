"""Rows that are added so that a fold over rows finds one that meets its condition."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec

from generator.expr.model import AggregateExpr, ComparisonExpr, EntityRef, RowsOf
from generator.expr.walk import walk
from generator.ir.index import Index
from generator.ir.model import Managed
from generator.verify.plan.builder import Builder, Unreachable
from generator.verify.plan.imagine import Scope, World
from generator.verify.plan.knobs import Finder, Knob
from generator.verify.plan.reading import from_python
from generator.verify.plan.turning import Turner
from generator.verify.plan.wants import Program


class Adder:
    """Proposes one program with one row more."""

    def __init__(self, builder: Builder, turner: Turner, world: World) -> None:
        self._builder = builder
        self._turner = turner
        self._world = world
        self._index: Index = builder.index
        self._program = world.program
        self._finder = Finder(self._index, world)

    def another_row(self, expr: AggregateExpr, scope: Scope) -> Iterator[Program]:
        """Add a row that meets the condition, as far as that is a matter of equalities."""
        given = self._equalities(expr, scope)
        found = self._source(expr, scope)
        if found is None:
            yield from self._linked_row(expr, scope, given)
            return
        entity, refs = found
        refs |= {n: k for n, k in given.items() if isinstance(k, int) and self._is_row(entity, n)}
        for program, key in self._additions(entity, refs):
            grown = program
            if self._world.place.kind != "target":
                grown = grown.put(key, msgspec.structs.replace(grown.wants[key], first=True))
            grown = self._led(grown, key, entity, refs)
            yield from self._given(grown, key, {n: v for n, v in given.items() if n not in refs})

    def _additions(self, entity: str, refs: dict[str, int]) -> Iterator[tuple[Program, int]]:
        """Yield programs with one more row: one with all of its own, and one like a row that is there."""
        with suppress(Unreachable):
            yield self._builder.row(self._program, entity, **refs)
        alike = next((k for k, w in self._program.wants.items() if w.entity == entity), None)
        if alike is not None:
            with suppress(Unreachable):
                yield self._builder.twin(self._program, alike, **refs)

    def _led(self, program: Program, key: int, entity: str, refs: dict[str, int]) -> Program:
        """Have flows lead those references of a new row that no request for it can hold."""
        for name, row in refs.items():
            field = self._index.field(entity, name)
            if field.managed is Managed.SERVER and program.wants[key].made_by_create:
                knob = Knob("written", name, field, key)
                program = next(self._turner.refer(program, knob, row), program)
        return program

    def _linked_row(self, expr: AggregateExpr, scope: Scope, given: dict[str, Any]) -> Iterator[Program]:
        """Link the row that the condition names by its id."""
        handle = self._finder.row_of(expr.source, scope) if isinstance(expr.source, EntityRef) else None
        named = given.get("id", given.get(""))
        row = None if named is None else self._world.wanted(named)
        if not isinstance(handle, int) or row is None or not isinstance(expr.source, EntityRef):
            return
        if self._program.wants[handle].made_by_create:
            yield self._turner.link(self._program, handle, expr.source.field, row)

    def _given(self, program: Program, key: int, given: dict[str, Any]) -> Iterator[Program]:
        """Yield programs in which a new row has the given values, states included."""
        want = program.wants[key]
        machines = {m.field for m in self._index.entities[want.entity].machines}
        for name, value in given.items():
            if name in want.values:
                want = want.with_value(name, from_python(value))
        program = program.put(key, want)
        states = [(n, v) for n, v in given.items() if n in machines]
        if not states:
            yield program
        for name, value in states:
            yield from self._turner.reach(program, key, name, str(value))

    def _source(self, expr: AggregateExpr, scope: Scope) -> tuple[str, dict[str, int]] | None:
        """Return the entity of an aggregate's rows, and the owner that a new one needs."""
        if isinstance(expr.source, RowsOf):
            return expr.source.entity.removeprefix("entity:"), {}
        handle = self._finder.row_of(expr.source, scope)
        if not isinstance(handle, int):
            return None
        collection = self._index.collection(self._world.entity_of(handle), expr.source.field)
        return (collection.entity, {collection.inverse: handle}) if collection.kind == "owned" else None

    def _is_row(self, entity: str, name: str) -> bool:
        return self._index.has_field(entity, name) and self._index.field(entity, name).type.name == "row"

    def _equalities(self, expr: AggregateExpr, scope: Scope) -> dict[str, Any]:
        """Return field -> value for each `element.field == something else` in the condition."""
        found: dict[str, Any] = {}
        parts = [p for e in (expr.where, expr.value) if e is not None for p in walk(e)]
        for part in parts:
            if not isinstance(part, ComparisonExpr) or part.op != "==":
                continue
            for side, other in ((part.left, part.right), (part.right, part.left)):
                if isinstance(side, EntityRef) and side.root == expr.binding and not side.via:
                    value = self._world.value_of(other, scope)
                    if value is not None:
                        found[side.field] = value
                elif isinstance(side, EntityRef) and side.root == expr.binding and len(side.via) == 1:
                    row = self._world.wanted(self._world.value_of(other, scope))
                    row = row if side.field == "id" else self._leading(side, row)
                    if row is not None:
                        found[side.via[0]] = row
        return found

    def _leading(self, ref: EntityRef, row: int | None) -> int | None:
        """Return a row that an element may refer to so that it leads on to another."""
        entity = self._index.field(ref.entity.removeprefix("entity:"), ref.via[0]).type.of
        owner = self._index.entities[entity].owner_field
        for key, want in self._program.wants.items() if row is not None else ():
            leads = want.owner if ref.field == owner else want.refs.get(ref.field)
            if want.entity == entity and leads == row:
                return key
        return None
