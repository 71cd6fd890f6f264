"""Which statuses an operation may refuse with, for its OpenAPI responses."""

from __future__ import annotations

from collections.abc import Iterator

from generator.emit.operations import Endpoint
from generator.expr.model import ComparisonExpr, EntityRef, Expr, Literal, MembershipExpr
from generator.expr.walk import walk
from generator.ir.index import Index
from generator.ir.model import Entity, Flow, OperationKind, Transition, Unique
from generator.ir.reads import conjuncts
from generator.ir.writes import effects_of, row_entity, writes_of


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
        moves = [m for m in _moves(endpoint.flow) if row_entity(index, m.target) == name]
        yield from _written(index.entities[name], fields, moves, created=name in writes.creates)
    for name in sorted(writes.removes):
        yield from (r.condition.status for r in index.entities[name].rules if r.on_delete)


def _flow_statuses(flow: Flow) -> Iterator[int]:
    yield from (c.status for c in (*flow.requires, *flow.ensures))
    yield from (m.status for m in _moves(flow))


def _moves(flow: Flow | None) -> list[Transition]:
    return [e for e in effects_of(flow.effects if flow else ()) if isinstance(e, Transition)]


def _written(entity: Entity, fields: set[str], moves: list[Transition], *, created: bool) -> Iterator[int]:
    """Yield the statuses of the rules and uniques of a written entity."""
    for rule in entity.rules:
        if created or fields.intersection(rule.fields):
            yield rule.condition.status
    for unique in entity.uniques:
        if created or fields.intersection(_bears_on(unique)) or _enters(unique, fields, moves):
            yield unique.status
    if any(f.unique and (created or f.name in fields) for f in entity.fields):
        yield 409


def _bears_on(unique: Unique) -> set[str]:
    """Return the fields that must differ from those of other rows."""
    return {*unique.fields, *(unique.during or ())}


def _enters(unique: Unique, fields: set[str], moves: list[Transition]) -> bool:
    """Whether a row may come to be one of those that a partial unique is about."""
    if unique.only is None:
        return False
    changed = fields & {e.field for e in walk(unique.only) if isinstance(e, EntityRef)}
    steps = [m for m in moves if m.target.field in changed]
    if changed - {m.target.field for m in steps}:
        return True  # set to who knows what
    parts = list(conjuncts(unique.only))
    return any(
        _holds_in(parts, m.target.field, m.to)
        and not all(_holds_in(parts, m.target.field, state) for state in m.allowed_from)
        for m in steps
    )


def _holds_in(parts: list[Expr], field: str, state: str) -> bool:
    """Whether the conditions on a state field hold in a state; one of another form may."""
    for part in parts:
        match part:
            case ComparisonExpr(op="==" | "!=" as op, left=EntityRef(field=name), right=Literal(value=value)):
                if name == field and (state == value) != (op == "=="):
                    return False
            case MembershipExpr(needle=EntityRef(field=name), options=options, negated=negated):
                values = [o.value for o in options if isinstance(o, Literal)]
                if name == field and (state in values) == negated:
                    return False
            case _:
                pass
    return True


def _refers(endpoint: Endpoint) -> bool:
    """Whether the body names rows that may be missing."""
    if endpoint.flow is not None:
        return any(i.type.name == "row" for i in endpoint.flow.inputs)
    if endpoint.kind not in (OperationKind.CREATE, OperationKind.UPDATE):
        return False
    references = any(f.type.name == "row" for f in endpoint.entity.fields if f.managed == "client")
    return references or any(c.kind == "links" for c in endpoint.entity.collections)
