"""Create, read, update and delete."""

from __future__ import annotations

from typing import Any

from generator.expr.evaluate import holds
from generator.expr.numbers import add
from generator.ir.index import Index
from generator.ir.model import Entity, Operation, Unique
from generator.verify.interpreter.documents import document
from generator.verify.interpreter.problems import fail
from generator.verify.interpreter.store import Row
from generator.verify.interpreter.validate import Body, create_body, require_rows, update_body
from generator.verify.interpreter.world import World
from generator.verify.interpreter.writing import Writer


def create(operation: Operation, above: list[Row], body: Any, writer: Writer) -> tuple[int, Row]:
    """Create a row, or find or change the one that is in its way; return the status and the row."""
    world = writer.world
    entity = world.index.entities[operation.entity]
    sent = create_body(world.index, entity, body)
    require_rows(world.index, entity, sent, world.tx)
    given = dict(sent.values)
    if entity.owner_field:
        given[entity.owner_field] = above[-1].id
    row = writer.draft(entity, given)
    _require(operation, row, world)
    found = _existing(entity, row, writer)
    if found is not None:
        return 200, _merge(*found, row, writer)
    world.tx.insert(row)
    _link(world.index, entity, row, sent, writer)
    writer.check()
    return 201, row


def _existing(entity: Entity, row: Row, writer: Writer) -> tuple[Unique, Row] | None:
    for unique in entity.uniques:
        if unique.on_conflict != "reject":
            rival = writer.rival(row, unique)
            if rival is not None:
                return unique, rival
    return None


def _merge(unique: Unique, existing: Row, row: Row, writer: Writer) -> Row:
    """Let the new row's targets into the existing row; the new one is dropped."""
    tx = writer.world.tx
    tx.uncount()
    if unique.on_conflict == "reuse":
        return existing
    for name in unique.targets:
        value = tx.values(row)[name]
        if unique.on_conflict == "add":
            value = add(tx.values(existing)[name], value)
        writer.put(existing, name, value)
    writer.check(merged=existing)
    return existing


def _require(operation: Operation, row: Row, world: World) -> None:
    for condition in operation.requires:
        if not holds(condition.expr, world, {"self": row}):
            fail(condition)


def _link(index: Index, entity: Entity, row: Row, sent: Body, writer: Writer) -> None:
    tx = writer.world.tx
    for name, ids in sent.links.items():
        tx.link(index.collection(entity.name, name).id, row.id, ids)
        tx.touch(row, name)


def read(operation: Operation, row: Row, world: World) -> dict[str, Any]:
    """Return the row's JSON."""
    _require(operation, row, world)
    return document(world, row)


def update(operation: Operation, row: Row, body: Any, writer: Writer) -> None:
    """Change what was sent."""
    world = writer.world
    entity = world.index.entities[operation.entity]
    sent = update_body(world.index, entity, body)
    require_rows(world.index, entity, sent, world.tx)
    _require(operation, row, world)
    for name, value in sent.values.items():
        writer.put(row, name, value)
    _link(world.index, entity, row, sent, writer)
    writer.touch(row)
    writer.check()


def delete(operation: Operation, row: Row, writer: Writer) -> None:
    """Delete the row with what it owns."""
    _require(operation, row, writer.world)
    writer.delete(row)
    writer.check_owners(row)
