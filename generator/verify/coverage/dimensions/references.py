"""Rows that are not there, and rows that are in use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from generator.ir.model import Entity, Field, Operation, OperationKind
from generator.verify.coverage.case import Case, named, rows_of
from generator.verify.coverage.dimensions.values import CONSTRAINTS
from generator.verify.coverage.model import Item
from generator.verify.coverage.replay import Moment
from generator.verify.interpreter.store import State


def references(case: Case) -> Iterator[Item]:
    """Yield an item for each row that a request names, in its path or its body, and for each row in use."""
    for operation in case.ir.api.operations:
        for row in operation.rows:
            yield _named(case, operation, row.param)
        for member in case.members(operation):
            if member.type.name == "row":
                yield _referred(case, operation, member.id, member.wire, member.type.of)
        yield from _linked(case, operation)
        if operation.kind is OperationKind.DELETE:
            yield from (_used(case, operation, e, f) for e, f in users(case, operation.entity))


def _named(case: Case, operation: Operation, param: str) -> Item:
    """Cover a row of the path that is not there, all others of it there."""
    by = ""
    for moment in case.of(operation.id):
        if moment.answer.problem_code == "not_found" and _first_absent(case, moment) == param:
            by = moment.scenario.name
            break
    what = f"{operation.method} {operation.path} with a {param} that no row has"
    item = f"{operation.id}:path:{param}"
    return Item(CONSTRAINTS, item, operation.id, what, "covered" if by else "missing", by)


def _first_absent(case: Case, moment: Moment) -> str:
    for row in moment.operation.rows:
        if moment.path[row.param] not in rows_of(moment.before, row.entity):
            return row.param
    del case
    return ""


def _referred(case: Case, operation: Operation, node: str, wire: str, entity: str) -> Item:
    by = ""
    for moment in case.of(operation.id):
        if moment.answer.problem_code != "not_found" or not isinstance(moment.body, dict):
            continue
        there = rows_of(moment.before, entity)
        if moment.body.get(wire) in {None, *there} or _first_absent(case, moment):
            continue
        if case.succeeds_with(moment, wire, [*there, None]):
            by = moment.scenario.name
            break
    what = f"{wire} of {named(operation)} names no row, all else is right"
    return Item(CONSTRAINTS, f"{operation.id}:{node}:exists", node, what, "covered" if by else "missing", by)


def _linked(case: Case, operation: Operation) -> Iterator[Item]:
    if operation.kind not in {OperationKind.CREATE, OperationKind.UPDATE}:
        return
    for collection in case.index.entities[operation.entity].collections:
        if collection.kind != "links":
            continue
        by = ""
        for moment in case.of(operation.id):
            missing = moment.answer.problem_code == "not_found" and not _first_absent(case, moment)
            sent: Any = moment.body.get(collection.wire) if isinstance(moment.body, dict) else None
            if missing and sent and case.succeeds_with(moment, collection.wire, [[]]):
                by = moment.scenario.name
                break
        what = f"{collection.wire} of {named(operation)} names no row, all else is right"
        item = f"{operation.id}:{collection.id}:exists"
        yield Item(CONSTRAINTS, item, collection.id, what, "covered" if by else "missing", by)


# --- in use ---------------------------------------------------------------------------


def users(case: Case, entity: str) -> list[tuple[Entity, Field]]:
    """Return the fields that refer to rows of an entity, its own parts left out."""
    return [
        (other, field)
        for other in case.index.entities.values()
        for field in other.fields
        if field.type.name == "row" and field.type.of == entity and field.name != other.owner_field
    ]


def _used(case: Case, operation: Operation, entity: Entity, field: Field) -> Item:
    by = ""
    for moment in case.refused_by(operation.id, field.id):
        if case.works(case.player, moment, _unreferred(moment, entity, field)):
            by = moment.scenario.name
            break
    what = f"{named(operation)} is refused while {entity.name}.{field.name} alone refers to the row"
    item = f"{operation.id}:{field.id}:in_use"
    return Item(CONSTRAINTS, item, field.id, what, "covered" if by else "missing", by)


def _unreferred(moment: Moment, entity: Entity, field: Field) -> State:
    """Return the state before, without the rows that refer to the row of the path by a field."""
    row = moment.path[moment.operation.rows[-1].param]
    table = moment.before.tables[entity.name]
    left = {i: values for i, values in table.items() if str(values.get(field.name)) != row}
    return replace(moment.before, tables={**moment.before.tables, entity.name: left})
