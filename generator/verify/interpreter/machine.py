"""The interpreter: one call per request, each a transaction over the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

import msgspec

from generator.core.names import kebab
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Operation, OperationKind
from generator.ir.reads import reads_all_rows
from generator.verify.interpreter import listing, operations
from generator.verify.interpreter.documents import document
from generator.verify.interpreter.flows import run
from generator.verify.interpreter.problems import Problem, invalid, not_found
from generator.verify.interpreter.store import Row, State, Table, Transaction
from generator.verify.interpreter.validate import MISSING
from generator.verify.interpreter.values import Refused, read_id, to_json
from generator.verify.interpreter.world import World
from generator.verify.interpreter.writing import Writer

__all__ = ["MISSING", "Answer", "Interpreter"]

_FIRST_ID = 0x019B0000_0000_7000_8000_000000000000
_NO_QUERY: Mapping[str, str] = {}


class Answer(msgspec.Struct, frozen=True):
    """What the application answers; `body` is the JSON, a problem document for a refusal."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}
    problem_code: str | None = None
    constraint: str | None = None


Rows = dict[str, dict[str, Any]]


class Interpreter:
    """Carries out an application's operations in memory.

    `new_id` makes the keys of new rows (growing, as UUIDv7 does); without it they
    are numbered, and restoring a state restores the numbering.
    """

    def __init__(self, ir: ApplicationIR, new_id: Callable[[], UUID] | None = None) -> None:
        self.index = Index(ir)
        self._source = new_id
        self._empty = State({e.name: {} for e in ir.domain.entities})
        self._state = self._empty
        self._shown: dict[str, tuple[Table, Rows]] = {}
        rules = (r.condition for e in ir.domain.entities for r in e.rules)
        self._last = frozenset(c.id for c in rules if reads_all_rows(self.index, c.expr))

    def call(
        self,
        operation_id: str,
        path: Mapping[str, str],
        query: Mapping[str, str] = _NO_QUERY,
        body: Any = MISSING,
        *,
        now: datetime,
    ) -> Answer:
        """Carry out one request; a refusal changes nothing."""
        operation = self.index.operations[operation_id]
        tx = Transaction(self._state)
        world = World(self.index, tx, now)
        try:
            answer = self._carry_out(operation, path, query, body, world)
        except Problem as problem:
            found = problem.document()
            return Answer(problem.status, found, {}, problem.code, problem.constraint or None)
        self._state = tx.commit()
        return answer

    # --- state -------------------------------------------------------------------

    def snapshot(self) -> State:
        """Return the present state; it never changes."""
        return self._state

    def restore(self, state: State) -> None:
        """Go back to a state."""
        self._state = state

    def clear(self) -> None:
        """Forget every row."""
        self._state = self._empty

    def rows(self, entity: str) -> Rows:
        """Return an entity's rows: id -> field name -> JSON of the stored value.

        The result is the same object until a row of the entity is written, and
        is never changed.
        """
        table = self._state.tables[entity]
        known = self._shown.get(entity)
        if known is None or known[0] is not table:
            known = (table, self._show(entity, table, known))
            self._shown[entity] = known
        return known[1]

    def _show(self, entity: str, table: Table, known: tuple[Table, Rows] | None) -> Rows:
        """Return the rows by id; what has not been written since they were shown last is not made anew."""
        before, shown = known or ({}, {})
        types = {f.name: f.type for f in self.index.entities[entity].fields}
        found: Rows = {}
        for row_id in sorted(table):
            key, values = str(row_id), table[row_id]
            found[key] = (
                shown[key]
                if before.get(row_id) is values
                else {name: to_json(value, types[name]) for name, value in values.items()}
            )
        return found

    # --- one request -------------------------------------------------------------

    def _carry_out(
        self, operation: Operation, path: Mapping[str, str], query: Mapping[str, str], body: Any, world: World
    ) -> Answer:
        rows = _path_rows(operation, path, world)
        writer = Writer(world, lambda: self._new_id(world.tx), self._last)
        match operation.kind:
            case OperationKind.CREATE:
                status, row = operations.create(operation, rows, body, writer)
                headers = self._location(operation, path, row) if status == 201 else {}
                return Answer(status, document(world, row), headers)
            case OperationKind.READ:
                return Answer(operation.status, operations.read(operation, rows[-1], world))
            case OperationKind.UPDATE:
                operations.update(operation, rows[-1], body, writer)
                return Answer(operation.status, document(world, rows[-1]))
            case OperationKind.DELETE:
                operations.delete(operation, rows[-1], writer)
                return Answer(operation.status)
            case OperationKind.LIST:
                return Answer(operation.status, listing.page(operation, rows, query, world))
            case OperationKind.FLOW:
                returned = run(self.index.flows[operation.flow], rows, body, writer)
                if returned is None:
                    return Answer(operation.status)
                headers = self._location(operation, path, returned) if operation.status == 201 else {}
                return Answer(operation.status, document(world, returned), headers)
            case _:
                assert_never(operation.kind)

    def _location(self, operation: Operation, path: Mapping[str, str], row: Row) -> Mapping[str, str]:
        """Return the header that says where a new row is found, if its owners are known from the path."""
        entity = self.index.entities[row.entity]
        ids = {part.entity: path[part.param] for part in operation.rows} | {row.entity: str(row.id)}
        for other in self.index.operations_of(row.entity):
            if other.kind is OperationKind.READ:
                known = all(part.entity in ids for part in other.rows)
                filled = {part.param: ids[part.entity] for part in other.rows if known}
                return {"location": _filled(other, filled)} if known else {}
        if operation.kind is OperationKind.CREATE:
            return {"location": f"{_filled(operation, path)}/{row.id}"}
        return {} if entity.owner else {"location": f"/{kebab(entity.plural)}/{row.id}"}

    def _new_id(self, tx: Transaction) -> UUID:
        if self._source is not None:
            return self._source()
        tx.made += 1
        return UUID(int=_FIRST_ID + tx.made)


def _path_rows(operation: Operation, path: Mapping[str, str], world: World) -> list[Row]:
    """Return the rows of the path, outermost first; each must belong to the one before."""
    ids = [_path_id(part.param, path[part.param]) for part in operation.rows]
    found: list[Row] = []
    for part, row_id in zip(operation.rows, ids, strict=True):
        row = Row(part.entity, row_id)
        owner = world.index.entities[part.entity].owner_field
        if not world.tx.has(row) or (found and world.field(row, owner) != found[-1]):
            raise not_found(part.entity)
        found.append(row)
    return found


def _path_id(param: str, text: str) -> UUID:
    try:
        result = read_id(text)
    except Refused as problem:
        raise invalid(["path", param], str(problem)) from None
    if not isinstance(result, UUID):
        raise TypeError(param)
    return result


def _filled(operation: Operation, path: Mapping[str, str]) -> str:
    found = operation.path
    for part in operation.rows:
        found = found.replace("{" + part.param + "}", path[part.param])
    return found
