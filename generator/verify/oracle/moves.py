"""Draws the next request: any operation, for any row, mostly such that it can be carried out."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any
from typing import Literal as OneOf

import msgspec

from generator.ir.index import Index, client_fields, updatable_fields
from generator.ir.model import Collection, Entity, Field, Flow, Input, Managed, Operation, OperationKind
from generator.verify.oracle.choosing import Chooser
from generator.verify.oracle.pools import Pools, neighbours
from generator.verify.oracle.queries import Queries
from generator.verify.plan.requests import Draft, Requests, missing, ref

Rows = Mapping[str, Mapping[str, Any]]
Fault = OneOf["", "value", "member", "lacks", "shape", "path"]

ACTORS = 3
_FAULTS: tuple[Fault, ...] = ("",) * 40 + ("value", "value", "member", "lacks", "shape", "path")
_ENOUGH = 12  # rows of an entity, after which others are made first
_LENIENT = 8  # one request in so many is sent whether it is accepted or not
_OPERATIONS = 3  # tried, until one can be carried out
_TRIES = 8  # values drawn again
_MISSING = 7  # number of the id that no row has
_UPDATE_ODDS = 3


class Scene(msgspec.Struct, frozen=True):
    """What is there: rows by entity, who made each, which row owns each, and what would be accepted."""

    rows: Callable[[str], Rows]
    actor_of: Mapping[str, int]
    owner_of: dict[str, str]
    accepts: Callable[[Draft], bool]
    symbol: Callable[[Any], Any]  # the symbol that stands for a value that was sent or seen


class Mover:
    """Draws requests for one application."""

    def __init__(self, index: Index, scene: Scene) -> None:
        self._index = index
        self._scene = scene
        self._pools = Pools(index)
        self._requests = Requests(index, scene.owner_of)
        self._queries = Queries(index, self._pools, scene.symbol)
        self._unique = {(e.name, name) for e in index.entities.values() for name in _unique_fields(e)}

    def draft(self, choose: Chooser, actor: int, done: Container[str] = ()) -> Draft:
        """Draw a request of an actor, rather for an operation that was not yet carried out."""
        possible = self._possible()
        fresh = [o for o in possible if o.id not in done] or possible
        fault = choose.pick(_FAULTS)
        if fault or choose.rarely(_LENIENT):
            return self._draw(choose.pick(possible), choose, actor, fault)
        for _ in range(_OPERATIONS):
            operation = choose.pick(possible if choose.rarely(2) else fresh)
            draft = self._accepted(operation, choose, actor)
            if draft is not None:
                return draft
        return self._draw(operation, choose, actor, "")

    def _accepted(self, operation: Operation, choose: Chooser, actor: int) -> Draft | None:
        """Return a request that is carried out, if one is found: single values are drawn again."""
        draft = self._draw(operation, choose, actor, "")
        if operation.kind is OperationKind.LIST:
            return draft
        for _ in range(_TRIES):
            if self._scene.accepts(draft):
                return draft
            draft = self._changed(operation, draft, choose, actor)
        return None

    def _changed(self, operation: Operation, draft: Draft, choose: Chooser, actor: int) -> Draft:
        specs = [s for s in self._specs(operation.id) if draft.body and s.wire in draft.body]
        place = choose.below(len(specs) + 1)
        if place == len(specs):
            path = self._path(operation, choose, actor, "")
            return msgspec.structs.replace(draft, path=path)
        spec = specs[place]
        value = self._value(operation.entity, spec, choose, actor, draft.body)
        return msgspec.structs.replace(draft, body={**draft.body, spec.wire: value})

    # --- which operation ---

    def _possible(self) -> list[Operation]:
        """Return the operations whose rows are there, those that make rows of full tables last."""
        here = [o for o in self._index.operations.values() if self._has_rows(o)]
        return here or list(self._index.operations.values())

    def _has_rows(self, operation: Operation) -> bool:
        needed = {r.entity for r in operation.rows} | self._referred(operation)
        if operation.kind is OperationKind.CREATE and len(self._scene.rows(operation.entity)) >= _ENOUGH:
            return False
        return all(self._scene.rows(entity) for entity in needed)

    def _referred(self, operation: Operation) -> set[str]:
        """Return the entities of which a row has to be named in the body."""
        specs: list[Field] | tuple[Input, ...] = ()
        if operation.kind is OperationKind.CREATE:
            specs = client_fields(self._index.entities[operation.entity])
        elif operation.kind is OperationKind.FLOW:
            specs = self._index.flows[operation.flow].inputs
        return {s.type.of for s in specs if s.type.name == "row" and not s.type.nullable}

    # --- what it is sent with ---

    def _draw(self, operation: Operation, choose: Chooser, actor: int, fault: Fault) -> Draft:
        path = self._path(operation, choose, actor, fault)
        if operation.kind is OperationKind.LIST:
            entity = self._index.entities[operation.entity]
            rows = self._scene.rows(entity.name)
            return Draft(operation.id, path, query=self._queries.draw(entity, rows, choose, bad=fault != ""))
        if operation.kind in (OperationKind.READ, OperationKind.DELETE):
            return Draft(operation.id, path)
        if operation.kind is OperationKind.FLOW and not self._specs(operation.id):
            return Draft(operation.id, path)
        body = self._body(operation, choose, actor)
        return self._spoilt(Draft(operation.id, path, body=body, has_body=True), choose, fault)

    def _path(self, operation: Operation, choose: Chooser, actor: int, fault: Fault) -> tuple[Any, ...]:
        if not operation.rows:
            return ()
        row = self._row(operation.rows[-1].entity, choose, actor)
        if isinstance(row, dict):  # a missing one: nothing owns it
            owners = (self._row(r.entity, choose, actor) for r in operation.rows[:-1])
            return (*(ref(o) for o in owners), row)
        path = list(self._requests.path(operation, row))
        if fault == "path":
            place = choose.below(len(path))
            other = self._row(operation.rows[place].entity, choose, actor)
            path[place] = choose.pick([ref(other), missing(_MISSING), "not-a-uuid"])
        return tuple(path)

    def _row(self, entity: str, choose: Chooser, actor: int) -> Any:
        """Return the id of a row, rather one that the actor has made; or a missing one."""
        rows = list(self._scene.rows(entity))
        own = [r for r in rows if self._scene.actor_of.get(r, 0) == actor]
        others = choose.rarely(3)
        known = rows if others or not own else own
        if not known or choose.rarely(40):
            return missing(_MISSING)
        return choose.pick(known)

    def _body(self, operation: Operation, choose: Chooser, actor: int) -> dict[str, Any]:
        entity = self._index.entities[operation.entity]
        match operation.kind:
            case OperationKind.CREATE:
                specs: list[Any] = [
                    f for f in client_fields(entity) if not _optional(f) or not choose.rarely(3)
                ]
                links = [c for c in _linked(entity) if not choose.rarely(3)]
            case OperationKind.UPDATE:
                specs = [f for f in updatable_fields(entity) if choose.rarely(_UPDATE_ODDS)]
                links = [c for c in _linked(entity) if choose.rarely(_UPDATE_ODDS)]
            case _:
                flow: Flow = self._index.flows[operation.flow]
                specs = [i for i in flow.inputs if not _optional(i) or not choose.rarely(3)]
                links = []
        body: dict[str, Any] = {}
        for spec in specs:
            body[spec.wire] = self._value(operation.entity, spec, choose, actor, body)
        return body | {c.wire: self._ids(c, choose, actor) for c in links}

    def _value(
        self, entity: str, spec: Field | Input, choose: Chooser, actor: int, beside: Mapping[str, Any]
    ) -> Any:
        """Return a value; a time is often a little before or after another one of the same body."""
        if spec.type.nullable and choose.rarely(5):
            return None
        if spec.type.name == "row":
            return ref(self._row(spec.type.of, choose, actor))
        near = neighbours(spec, beside)
        if near and choose.rarely(2):
            return choose.pick(near)
        unique = isinstance(spec, Field) and (entity, spec.name) in self._unique
        return choose.pick(self._pools.good(spec, unique=unique))

    def _ids(self, collection: Collection, choose: Chooser, actor: int) -> list[Any]:
        return [ref(self._row(collection.entity, choose, actor)) for _ in range(choose.below(4))]

    # --- what is wrong with it ---

    def _spoilt(self, draft: Draft, choose: Chooser, fault: Fault) -> Draft:
        body: dict[str, Any] = dict(draft.body)
        match fault:
            case "value":
                specs = self._specs(draft.operation)
                if specs:
                    spec = choose.pick(specs)
                    body[spec.wire] = choose.pick(self._pools.odd(spec) or [[]])
            case "lacks":
                if body:
                    del body[choose.pick(list(body))]
            case "member":
                name, value = choose.pick(self._strange(draft.operation))
                body[name] = value
            case "shape":
                replaced = msgspec.structs.replace
                return choose.pick(
                    [
                        replaced(draft, body=[], loose=True),
                        replaced(draft, body=None, loose=True),
                        replaced(draft, body=None, has_body=False, loose=True),
                        replaced(draft, body=None, has_body=False, raw='{"a": ', loose=True),
                    ]
                )
            case _:
                pass
        return msgspec.structs.replace(draft, body=body)

    def _specs(self, operation_id: str) -> list[Any]:
        operation = self._index.operations[operation_id]
        entity = self._index.entities[operation.entity]
        match operation.kind:
            case OperationKind.CREATE:
                return list(client_fields(entity))
            case OperationKind.UPDATE:
                return list(updatable_fields(entity))
            case OperationKind.FLOW:
                return list(self._index.flows[operation.flow].inputs)
            case _:
                return []

    def _strange(self, operation_id: str) -> list[tuple[str, Any]]:
        """Return members that nobody may send."""
        operation = self._index.operations[operation_id]
        known = {s.wire for s in self._specs(operation_id)}
        fields = self._index.entities[operation.entity].fields
        managed = [(f.wire, 1) for f in fields if f.wire not in known and f.managed is not Managed.CLIENT]
        return [("no_such_member", 1), *managed]


def _optional(spec: Field | Input) -> bool:
    return spec.type.nullable or spec.default is not None


def _linked(entity: Entity) -> list[Collection]:
    return [c for c in entity.collections if c.kind == "links"]


def _unique_fields(entity: Entity) -> set[str]:
    single = {f.name for f in entity.fields if f.unique}
    return single.union(*(u.fields for u in entity.uniques)) if entity.uniques else single
