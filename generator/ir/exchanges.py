"""Which uniques a flow may hand from row to row: whether they hold is decided when all of it is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from generator.expr.walk import refs
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Assign, Create, Delete, Each, Entity, Flow, Transition
from generator.ir.writes import effects_of, row_entity


class _Write(NamedTuple):
    """A field of rows that is set: of the row at `path`, or of one after the other."""

    entity: str
    field: str
    path: tuple[str, ...]
    many: bool


def with_exchanges(ir: ApplicationIR) -> ApplicationIR:
    """Return the IR whose entities name what their uniques have to wait for."""
    index = Index(ir)
    found = [exchanged(index, flow) for flow in ir.behavior.flows]
    entities = tuple(_named(entity, found) for entity in ir.domain.entities)
    return msgspec.structs.replace(ir, domain=msgspec.structs.replace(ir.domain, entities=entities))


def exchanged(index: Index, flow: Flow) -> dict[str, list[str]]:
    """Return entity -> ids of its uniques that hold values which one row may have from another."""
    writes = list(_writes(index, flow))
    others = {e.entity for e in effects_of(flow.effects) if isinstance(e, Create)}
    others |= {e.target.type.of for e in effects_of(flow.effects) if isinstance(e, Delete)}
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(w.entity for w in writes):
        for unique, fields in _uniques(index.entities[name]):
            mine = [w for w in writes if w.entity == name and w.field in fields]
            several = len({w.path for w in mine}) > 1 or any(w.many for w in mine)
            if several or (mine and name in others):
                found.setdefault(name, []).append(unique)
    return found


def _writes(index: Index, flow: Flow) -> Iterator[_Write]:
    effects = list(effects_of(flow.effects))
    made = {e.binding for e in effects if isinstance(e, Create)}
    looped = {id(e) for each in effects if isinstance(each, Each) for e in effects_of(each.body)}
    for effect in effects:
        if isinstance(effect, Assign | Transition):
            target = effect.target
            if target.via or target.root not in made:
                path = (target.root, *target.via)
                yield _Write(row_entity(index, target), target.field, path, id(effect) in looped)


def _uniques(entity: Entity) -> Iterator[tuple[str, set[str]]]:
    """Yield the id of each unique, and the fields that decide about it."""
    yield from ((f.id, {f.name}) for f in entity.fields if f.unique)
    for unique in entity.uniques:
        only = [] if unique.only is None else [ref.field for ref in refs(unique.only)]
        yield unique.id, {*unique.fields, *(unique.during or ()), *only}


def _named(entity: Entity, found: list[dict[str, list[str]]]) -> Entity:
    ids = {unique for flow in found for unique in flow.get(entity.name, ())}
    if not ids:
        return entity
    ordered = tuple(unique for unique, _ in _uniques(entity) if unique in ids)
    return msgspec.structs.replace(entity, exchanged=ordered)
