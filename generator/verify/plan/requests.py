"""Moves to requests: paths, queries and bodies, ids still as they are in the interpreter."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import msgspec

from generator.ir.index import Index, client_fields
from generator.ir.model import Collection, Entity, Operation, OperationKind
from generator.verify.plan.maker import wire_of
from generator.verify.plan.values import wire
from generator.verify.plan.wants import Move, Want, sent_links


class Draft(msgspec.Struct, frozen=True):
    """A request to an operation; an id stands as {"$ref": id}."""

    operation: str
    path: tuple[Any, ...] = ()
    query: dict[str, Any] = {}
    body: Any = None
    has_body: bool = False
    raw: str = ""
    walk: bool = False
    absent: tuple[str, ...] = ()  # a walk: ids of own rows that must not be listed
    exact: bool = False  # the answer complains of nothing but what it is expected to
    loose: bool = False  # where the problem's errors are is not looked at
    about: str = ""


def ref(row_id: Any) -> Any:
    """Return the symbol of a row's id; a symbol stays what it is."""
    return {"$ref": row_id} if isinstance(row_id, str) else row_id


def missing(number: int) -> dict[str, int]:
    """Return the symbol of an id that no row has."""
    return {"$missing": number}


class Requests:
    """Makes drafts; `owner_of` gives the id of the row that owns a row."""

    def __init__(self, index: Index, owner_of: dict[str, str]) -> None:
        self._index = index
        self._owner_of = owner_of

    def path(self, operation: Operation, last: Any) -> tuple[Any, ...]:
        """Return the ids of the path's rows, outermost first; `last` is the innermost."""
        ids = [last] if operation.rows else []
        for inner, outer in pairwise(reversed(operation.rows)):
            ids.append(self._climb(ids[-1], inner.entity, outer.entity))
        return tuple(ref(i) for i in reversed(ids))

    def _climb(self, row_id: str, entity: str, owner: str) -> str:
        """Return the id of the owner of that entity, however far out."""
        while entity != owner:
            row_id, entity = self._owner_of[row_id], self._index.entities[entity].owner
        return row_id

    def of(self, move: Move, ids: Mapping[int, Any]) -> Draft:
        """Return the request of an update, delete, read or flow."""
        operation = self._index.operations[move.operation]
        last = ids[move.rows["self"]] if "self" in move.rows else ""
        path = self.path(operation, last) if last else ()
        match operation.kind:
            case OperationKind.UPDATE:
                body = self._patch(operation.entity, move, ids)
                return Draft(operation.id, path, body=body, has_body=True)
            case OperationKind.FLOW:
                body = self._inputs(operation, move, ids)
                return Draft(operation.id, path, body=body, has_body=bool(self._flow_inputs(operation)))
            case _:
                return Draft(operation.id, path)

    def _flow_inputs(self, operation: Operation) -> bool:
        return bool(self._index.flows[operation.flow].inputs)

    def create(self, operation: Operation, want: Want, ids: Mapping[int, Any]) -> Draft:
        """Return the request that makes a wanted row."""
        path = () if want.owner is None else self.path(operation, ids[want.owner])
        return Draft(operation.id, path, body=self.body(want, ids), has_body=True)

    def body(self, want: Want, ids: Mapping[int, Any]) -> dict[str, Any]:
        """Return the body of a create request."""
        entity = self._index.entities[want.entity]
        body: dict[str, Any] = {}
        for field in client_fields(entity):
            if field.name in want.values:
                body[field.wire] = wire_of(field, want.values[field.name])
            elif field.name in want.refs:
                key = want.refs[field.name]
                body[field.wire] = None if key is None else ref(ids[key])
        for name, keys in want.links.items():
            body[_link(entity, name).wire] = [ref(ids[k]) for k in keys]
        return body

    def _patch(self, name: str, move: Move, ids: Mapping[int, Any]) -> dict[str, Any]:
        entity = self._index.entities[name]
        body: dict[str, Any] = {}
        for field in client_fields(entity):
            if field.name in move.values:
                value = move.values[field.name]
                body[field.wire] = wire_of(field, value)
            elif f"field:{field.name}" in move.rows:
                body[field.wire] = ref(ids[move.rows[f"field:{field.name}"]])
        for collection in entity.collections:
            linked = sent_links(move, collection.name)
            if linked:
                body[collection.wire] = [ref(ids[key]) for key in linked]
            elif collection.name in move.values:
                body[collection.wire] = wire(move.values[collection.name])
        return body

    def _inputs(self, operation: Operation, move: Move, ids: Mapping[int, Any]) -> dict[str, Any]:
        flow = self._index.flows[operation.flow]
        body: dict[str, Any] = {}
        for item in flow.inputs:
            binding = f"input:{item.name}"
            if item.type.name == "row":
                key = move.rows.get(binding)
                if key is None and item.name == flow.subject_input:
                    key = move.rows.get("self")
                if key is not None:
                    body[item.wire] = ref(ids[key])
                elif item.name in move.values:
                    body[item.wire] = wire(move.values[item.name])
            elif item.name in move.values:
                body[item.wire] = wire_of(item, move.values[item.name])
        return body


def _link(entity: Entity, name: str) -> Collection:
    return next(c for c in entity.collections if c.name == name)
