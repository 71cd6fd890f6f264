"""Flows: requires, implied transitions, effects, rules, bounds, uniqueness, ensures."""

from __future__ import annotations

from typing import Any, assert_never

from generator.expr.evaluate import collection_rows, evaluate, holds
from generator.expr.model import EntityRef
from generator.ir.model import (
    Assign,
    Create,
    Delete,
    Each,
    Effect,
    Flow,
    Link,
    Transition,
    When,
)
from generator.ir.writes import owner_of
from generator.verify.interpreter.problems import fail, not_found, refuse_move
from generator.verify.interpreter.store import Row
from generator.verify.interpreter.validate import flow_body, require_inputs
from generator.verify.interpreter.world import World
from generator.verify.interpreter.writing import Writer

Bindings = dict[str, Row | None]


def run(flow: Flow, above: list[Row], body: Any, writer: Writer) -> Row | None:
    """Carry out a flow; return the row that it answers with."""
    world = writer.world
    bindings = _bind(flow, above, body, world)
    for condition in flow.requires:
        if not holds(condition.expr, world, bindings):
            fail(condition)
    checked = _check_first(flow, world, bindings)
    _Runner(writer, checked).all(flow.effects, bindings)
    writer.check()
    for condition in flow.ensures:
        if not holds(condition.expr, world, bindings):
            fail(condition)
    returned = bindings[flow.returns] if flow.returns else None
    if returned is not None and not world.tx.has(returned):
        raise not_found(returned.entity)
    return returned


def _bind(flow: Flow, above: list[Row], body: Any, world: World) -> Bindings:
    sent = flow_body(world.index, flow, body)
    require_inputs(flow, sent, world.tx)
    bindings: Bindings = {}
    for item in flow.inputs:
        value = sent.values.get(item.name)
        if item.name not in sent.values and item.default is not None:
            value = evaluate(item.default, world, {})
        if item.type.name == "row":
            bindings[f"input:{item.name}"] = None if value is None else Row(item.type.of, value)
        else:
            world.inputs[item.name] = value
    if flow.subject == "path":
        bindings["self"] = above[-1]
    elif flow.subject == "input":
        bindings["self"] = bindings[f"input:{flow.subject_input}"]
    return bindings


def _check_first(flow: Flow, world: World, bindings: Bindings) -> set[str]:
    """Check the transitions of rows that are there from the start; return their ids.

    Not those of a state that an earlier transition of the flow has set.
    """
    made = {e.binding for e in flow.effects if isinstance(e, Create)}
    moved: set[EntityRef] = set()
    checked = set()
    for effect in flow.effects:
        if not isinstance(effect, Transition):
            continue
        if effect.target.root not in made and effect.target not in moved:
            _check_move(effect, world, bindings)
            checked.add(effect.id)
        moved.add(effect.target)
    return checked


def _check_move(effect: Transition, world: World, bindings: Bindings) -> None:
    if evaluate(effect.target, world, bindings) not in effect.allowed_from:
        refuse_move(effect)


class _Runner:
    """Carries out effects; a block's own bindings end with it."""

    def __init__(self, writer: Writer, checked: set[str]) -> None:
        self._writer = writer
        self._world = writer.world
        self._checked = checked

    def all(self, effects: tuple[Effect, ...], bindings: Bindings) -> None:
        for effect in effects:
            self._one(effect, bindings)

    def _one(self, effect: Effect, bindings: Bindings) -> None:
        match effect:
            case Assign():
                self._assign(effect, bindings)
            case Transition():
                self._move(effect, bindings)
            case Create():
                self._create(effect, bindings)
            case Each():
                self._each(effect, bindings)
            case When(condition=condition, then=then, otherwise=otherwise):
                chosen = then if holds(condition, self._world, bindings) else otherwise
                self.all(chosen, dict(bindings))
            case Delete(target=target):
                self._delete(target, bindings)
            case Link():
                self._link(effect, bindings)
            case _:
                assert_never(effect)

    def _holder(self, target: EntityRef, bindings: Bindings) -> Row | None:
        """Return the row that holds the field of a target."""
        row = bindings[target.root]
        for hop in target.via:
            row = None if row is None else self._world.field(row, hop)
        return row

    def _assign(self, effect: Assign, bindings: Bindings) -> None:
        value = evaluate(effect.value, self._world, bindings)
        row = self._holder(effect.target, bindings)
        if row is not None:
            self._writer.put(row, effect.target.field, value)

    def _move(self, effect: Transition, bindings: Bindings) -> None:
        if effect.id not in self._checked:
            _check_move(effect, self._world, bindings)
        row = self._holder(effect.target, bindings)
        if row is not None:
            self._writer.put(row, effect.target.field, effect.to)

    def _create(self, effect: Create, bindings: Bindings) -> None:
        entity = self._world.index.entities[effect.entity]
        values = {v.field: evaluate(v.value, self._world, bindings) for v in effect.values}
        given = {name: v.id if isinstance(v, Row) else v for name, v in values.items()}
        row = self._writer.draft(entity, given)
        self._world.tx.insert(row)
        if bindings.get(owner_of(self._world.index, effect)) in self._world.tx.created:
            self._writer.beneath.add(row)
        bindings[effect.binding] = row

    def _each(self, effect: Each, bindings: Bindings) -> None:
        for row in collection_rows(effect.source, self._world, bindings):
            inner: Bindings = {**bindings, effect.binding: _as_row(row)}
            if effect.where is None or holds(effect.where, self._world, inner):
                self.all(effect.body, inner)

    def _delete(self, target: EntityRef, bindings: Bindings) -> None:
        if target.type.name == "rows":
            doomed = [_as_row(r) for r in collection_rows(target, self._world, bindings)]
        else:
            doomed = [evaluate(target, self._world, bindings)]
        self._writer.delete(*(row for row in doomed if row is not None and self._world.tx.has(row)))

    def _link(self, effect: Link, bindings: Bindings) -> None:
        holder = self._holder(effect.collection, bindings)
        row = evaluate(effect.row, self._world, bindings)
        if holder is None or row is None:
            return
        tx = self._world.tx
        collection = self._world.index.collection(holder.entity, effect.collection.field)
        linked = tx.linked(collection.id, holder.id)
        tx.link(collection.id, holder.id, linked - {row.id} if effect.remove else linked | {row.id})
        tx.touch(holder, collection.name)


def _as_row(handle: object) -> Row:
    if not isinstance(handle, Row):
        raise TypeError(f"not a row: {handle!r}")
    return handle
