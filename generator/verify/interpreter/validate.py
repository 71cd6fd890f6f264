"""Request bodies: types, limits, unknown and missing members; then the rows that they refer to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from generator.ir.index import Index, client_fields, updatable_fields
from generator.ir.model import Collection, Entity, Field, Flow, Input
from generator.verify.interpreter.problems import Problem, invalid, not_found
from generator.verify.interpreter.store import Row, Transaction
from generator.verify.interpreter.values import Refused, read_id, read_json


class Unsent:
    """The type of MISSING, what stands for a body that was not sent."""


MISSING = Unsent()


class Body(msgspec.Struct):
    """What was sent, by name: fields or inputs, and ids for collections of links."""

    values: dict[str, Any] = {}
    links: dict[str, frozenset[UUID]] = {}


def create_body(index: Index, entity: Entity, body: Any) -> Body:
    """Read the body of a create."""
    members = _Members(index, body)
    found = Body()
    for field in client_fields(entity):
        required = field.default is None and not field.type.nullable
        members.take(field, found.values, required=required)
    for collection in _linked(entity):
        members.take_links(collection, found.links)
    members.finish()
    return found


def update_body(index: Index, entity: Entity, body: Any) -> Body:
    """Read the body of an update."""
    members = _Members(index, body)
    found = Body()
    for field in updatable_fields(entity):
        members.take(field, found.values, required=False)
    for collection in _linked(entity):
        members.take_links(collection, found.links)
    members.finish()
    return found


def flow_body(index: Index, flow: Flow, body: Any) -> Body:
    """Read the body of a flow; one without inputs takes no notice of it."""
    found = Body()
    if not flow.inputs:
        return found
    members = _Members(index, body)
    for item in flow.inputs:
        members.take(item, found.values, required=item.default is None and not item.type.nullable)
    members.finish()
    return found


def _linked(entity: Entity) -> list[Collection]:
    return [c for c in entity.collections if c.kind == "links"]


class _Members:
    """The members of a JSON object, taken out one by one; collects what is wrong with them."""

    def __init__(self, index: Index, body: Any) -> None:
        if not isinstance(body, Mapping):
            raise invalid(["body"], "Input should be an object")
        self._index = index
        self._rest = dict(body)
        self._errors: list[Any] = []

    def take(self, spec: Field | Input, into: dict[str, Any], *, required: bool) -> None:
        """Take a member into `into`, if it was sent."""
        if spec.wire not in self._rest:
            if required:
                self._refuse([spec.wire], "Field required", "missing")
            return
        value = self._rest.pop(spec.wire)
        try:
            into[spec.name] = self._read(value, spec)
        except Refused as problem:
            self._refuse([spec.wire], str(problem))

    def _read(self, value: Any, spec: Field | Input) -> Any:
        if value is None:
            if not spec.type.nullable:
                raise Refused("must not be null")
            return None
        return read_json(value, spec, self._index)

    def take_links(self, collection: Collection, into: dict[str, frozenset[UUID]]) -> None:
        """Take a list of ids."""
        if collection.wire not in self._rest:
            return
        value = self._rest.pop(collection.wire)
        if not isinstance(value, list):
            self._refuse([collection.wire], "Input should be a valid list")
            return
        try:
            into[collection.name] = frozenset(read_id(item) for item in value)
        except Refused as problem:
            self._refuse([collection.wire], str(problem))

    def finish(self) -> None:
        """Refuse the request if a member was wrong or unknown."""
        for name in self._rest:
            self._refuse([name], "Extra inputs are not permitted", "extra_forbidden")
        if self._errors:
            raise Problem(422, "validation_error", "The request is not valid", errors=self._errors)

    def _refuse(self, loc: Sequence[str], message: str, kind: str = "value_error") -> None:
        self._errors.append({"loc": ["body", *loc], "message": message, "type": kind})


def require_rows(index: Index, entity: Entity, body: Body, tx: Transaction) -> None:
    """Refuse references to rows that are not there, in field order, then linked ones."""
    for field in entity.fields:
        if field.type.name == "row" and body.values.get(field.name) is not None:
            _require(field.type.of, body.values[field.name], tx)
    for name, ids in body.links.items():
        for linked in sorted(ids):
            _require(index.collection(entity.name, name).entity, linked, tx)


def require_inputs(flow: Flow, body: Body, tx: Transaction) -> None:
    """Refuse input rows that are not there, in order."""
    for item in flow.inputs:
        if item.type.name == "row" and body.values.get(item.name) is not None:
            _require(item.type.of, body.values[item.name], tx)


def _require(entity: str, row_id: UUID, tx: Transaction) -> None:
    if not tx.has(Row(entity, row_id)):
        raise not_found(entity)
