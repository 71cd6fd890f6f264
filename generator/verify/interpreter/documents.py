"""The JSON of a row."""

from __future__ import annotations

from typing import Any

from generator.verify.interpreter.store import Row
from generator.verify.interpreter.values import to_json
from generator.verify.interpreter.world import World


def document(world: World, row: Row) -> dict[str, Any]:
    """Return a row's JSON: fields, derived values, owned rows nested, ids of linked ones."""
    entity = world.index.entities[row.entity]
    found: dict[str, Any] = {}
    for field in entity.fields:
        value = world.field(row, field.name)
        found[field.wire] = to_json(value.id if isinstance(value, Row) else value, field.type)
    for collection in entity.collections:
        elements = world.elements(row, collection)
        if collection.kind == "owned":
            found[collection.wire] = [document(world, e) for e in elements]
        else:
            found[collection.wire] = [str(e.id) for e in elements]
    return found
