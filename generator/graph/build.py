"""ApplicationIR to constraint graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from generator.expr.model import EntityRef, Expr
from generator.expr.walk import refs
from generator.graph.model import ConstraintGraph, Edge, Routed
from generator.graph.routing import ValidationRoutingMatrix
from generator.ir.index import Index
from generator.ir.model import (
    ApplicationIR,
    Assign,
    Constraint,
    Create,
    Delete,
    Each,
    Effect,
    Entity,
    Link,
    Operation,
    Transition,
    When,
)
from generator.ir.writes import Writes, effects_of, row_entity, writes_of

Reads = dict[str, frozenset[str]]  # id of the stating node -> "field:Entity.name" ids


def build_graph(ir: ApplicationIR) -> ConstraintGraph:
    """Return the graph of one application; raises UnroutableConstraintError."""
    index, matrix = Index(ir), ValidationRoutingMatrix()
    routed = tuple(Routed(c, matrix.route(c)) for c in ir.validation.constraints)
    reads = _reads_by_source(index)
    writes = {o.id: writes_of(index, o) for o in ir.api.operations}
    edges = {
        *_domain_edges(index),
        *_operation_edges(index, writes),
        *_constraint_edges(index, reads, writes),
    }
    return ConstraintGraph(routed, tuple(sorted(edges)))


def _field_ids(index: Index, expr: Expr) -> set[str]:
    return {field_id for ref in refs(expr) for field_id in _ref_fields(index, ref)}


def _ref_fields(index: Index, ref: EntityRef) -> Iterator[str]:
    entity = ref.entity.removeprefix("entity:")
    for hop in ref.via:
        yield f"field:{entity}.{hop}"
        entity = index.field(entity, hop).type.of
    if ref.field:
        yield f"field:{entity}.{ref.field}"


# --- domain -----------------------------------------------------------------


def _domain_edges(index: Index) -> Iterator[Edge]:
    for entity in index.entities.values():
        if entity.owner:
            yield Edge(entity.id, "owned_by", f"entity:{entity.owner}")
        yield from _field_edges(index, entity)
        for machine in entity.machines:
            prefix = f"state:{entity.name}.{machine.field}"
            for source, target in machine.transitions:
                yield Edge(f"{prefix}.{source}", "moves_to", f"{prefix}.{target}")


def _field_edges(index: Index, entity: Entity) -> Iterator[Edge]:
    for field in entity.fields:
        yield Edge(field.id, "part_of", entity.id)
        if field.type.name == "row":
            yield Edge(field.id, "refers_to", f"entity:{field.type.of}")
        if field.value is not None:
            for source in _field_ids(index, field.value):
                yield Edge(field.id, "derives_from", source)


# --- operations -------------------------------------------------------------


def _operation_edges(index: Index, writes: dict[str, Writes]) -> Iterator[Edge]:
    for operation in index.operations.values():
        done = writes[operation.id]
        for entity in done.creates:
            yield Edge(operation.id, "creates", f"entity:{entity}")
        for entity in done.deletes:
            yield Edge(operation.id, "deletes", f"entity:{entity}")
        for entity, field in done.fields:
            yield Edge(operation.id, "writes", f"field:{entity}.{field}")
        for expr in _operation_exprs(index, operation):
            for field_id in _field_ids(index, expr):
                yield Edge(operation.id, "reads", field_id)


def _operation_exprs(index: Index, operation: Operation) -> Iterator[Expr]:
    conditions = operation.requires
    if operation.flow:
        flow = index.flows[operation.flow]
        conditions = (*flow.requires, *flow.ensures)
        for effect in effects_of(flow.effects):
            yield from _effect_exprs(effect)
    for condition in conditions:
        yield condition.expr


def _effect_exprs(effect: Effect) -> Iterator[Expr]:
    match effect:
        case Create(values=values):
            yield from (v.value for v in values)
        case Assign(value=value):
            yield value
        case Each(source=source, where=where):
            if isinstance(source, EntityRef):
                yield source
            if where is not None:
                yield where
        case When(condition=condition):
            yield condition
        case Transition(target=target) | Delete(target=target):
            yield target
        case Link(collection=collection, row=row):
            yield collection
            yield row
        case _:
            assert_never(effect)


# --- constraints ------------------------------------------------------------


def _reads_by_source(index: Index) -> Reads:
    """Return what each stating node (field, unique, rule, condition, transition) reads."""
    found: dict[str, set[str]] = {}
    for entity in index.entities.values():
        for field in entity.fields:
            found[field.id] = {field.id}
        for unique in entity.uniques:
            names = (*unique.fields, *(unique.during or ()))
            found[unique.id] = {f"field:{entity.name}.{name}" for name in names}
        for collection in entity.collections:
            found[collection.id] = {entity.id, f"entity:{collection.entity}"}
        for machine in entity.machines:
            found[machine.id] = {f"field:{entity.name}.{machine.field}"}
        for rule in entity.rules:
            found[rule.id] = found[rule.condition.id] = _field_ids(index, rule.condition.expr)
    for operation in index.operations.values():
        _add_operation_reads(index, operation, found)
    return {source: frozenset(fields) for source, fields in found.items()}


def _add_operation_reads(index: Index, operation: Operation, found: dict[str, set[str]]) -> None:
    found.setdefault(operation.id, set())
    flow = index.flows.get(operation.flow)
    conditions = (*operation.requires, *((*flow.requires, *flow.ensures) if flow else ()))
    for condition in conditions:
        found[condition.id] = _field_ids(index, condition.expr)
    if flow is None:
        return
    for given in flow.inputs:
        found[given.id] = set()
    for effect in effects_of(flow.effects):
        if isinstance(effect, Transition):
            entity = row_entity(index, effect.target)
            found[effect.id] = {f"field:{entity}.{effect.target.field}"}


def _constraint_edges(index: Index, reads: Reads, writes: dict[str, Writes]) -> Iterator[Edge]:
    writers = _writers(writes)
    for constraint in index.ir.validation.constraints:
        fields = reads.get(constraint.source, frozenset())
        for field_id in fields:
            yield Edge(constraint.id, "bears_on", field_id)
        for operation in _guarded_operations(constraint, fields, writers):
            yield Edge(constraint.id, "guards", operation)


def _writers(writes: dict[str, Writes]) -> dict[str, dict[str, Writes]]:
    """Return, by entity, the operations that create its rows or set their fields."""
    found: dict[str, dict[str, Writes]] = {}
    for operation, written in writes.items():
        for entity in {*written.creates, *(entity for entity, _ in written.fields)}:
            found.setdefault(entity, {})[operation] = written
    return found


def _guarded_operations(
    constraint: Constraint, fields: frozenset[str], writers: dict[str, dict[str, Writes]]
) -> Iterator[str]:
    """Yield the one operation a constraint names, else every operation that can break it."""
    if constraint.flow:
        yield f"operation:{constraint.flow.split(':', 1)[-1]}"
        return
    prefix = f"field:{constraint.entity}."
    own = {f.removeprefix(prefix) for f in fields if f.startswith(prefix)}
    for operation, written in writers.get(constraint.entity, {}).items():
        if written.touches(constraint.entity, own):
            yield operation
