"""Which statuses an operation may refuse with, for its OpenAPI responses."""

from __future__ import annotations

from collections.abc import Iterator

from generator.emit.operations import Endpoint
from generator.expr.model import EntityRef
from generator.expr.walk import walk
from generator.ir.index import Index
from generator.ir.model import Entity, Flow, OperationKind, Transition, Unique
from generator.ir.writes import effects_of, writes_of


def refusals(index: Index, endpoint: Endpoint) -> tuple[int, ...]:
    """Return the problem statuses of an endpoint, sorted."""
    return tuple(sorted({422, *_statuses(index, endpoint)}))


def _statuses(index: Index, endpoint: Endpoint) -> Iterator[int]:
    operation = endpoint.operation
    if endpoint.arguments or _refers(endpoint):
        yield 404
    yield from (c.status for c in operation.requires)
    if endpoint.flow is not None:
        yield from _flow_statuses(endpoint.flow)
    writes = writes_of(index, operation)
    if writes.deletes:
        yield 409
    for name in sorted({owner for owner, _ in writes.fields} | writes.creates):
        fields = {field for owner, field in writes.fields if owner == name}
        yield from _written(index.entities[name], fields, created=name in writes.creates)


def _flow_statuses(flow: Flow) -> Iterator[int]:
    yield from (c.status for c in (*flow.requires, *flow.ensures))
    yield from (e.status for e in effects_of(flow.effects) if isinstance(e, Transition))


def _written(entity: Entity, fields: set[str], *, created: bool) -> Iterator[int]:
    """Yield the statuses of the rules and uniques of a written entity."""
    for rule in entity.rules:
        if created or fields.intersection(rule.fields):
            yield rule.condition.status
    for unique in entity.uniques:
        if created or fields.intersection(_bears_on(unique)):
            yield unique.status
    if any(f.unique and (created or f.name in fields) for f in entity.fields):
        yield 409


def _bears_on(unique: Unique) -> set[str]:
    """Return the fields by which a row may come to be in the way of another."""
    read = {e.field for e in walk(unique.only) if isinstance(e, EntityRef)} if unique.only is not None else ()
    return {*unique.fields, *(unique.during or ()), *read}


def _refers(endpoint: Endpoint) -> bool:
    """Whether the body names rows that may be missing."""
    if endpoint.flow is not None:
        return any(i.type.name == "row" for i in endpoint.flow.inputs)
    if endpoint.kind not in (OperationKind.CREATE, OperationKind.UPDATE):
        return False
    references = any(f.type.name == "row" for f in endpoint.entity.fields if f.managed == "client")
    return references or any(c.kind == "links" for c in endpoint.entity.collections)
