"""What expressions see: rows of a transaction, the request's inputs, one instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from generator.expr.evaluate import Row as Handle
from generator.expr.evaluate import Value, evaluate
from generator.ir.index import Index
from generator.ir.model import Collection, Field, Managed
from generator.verify.interpreter.store import Row, Transaction
from generator.verify.interpreter.values import stored_value


class World:
    """Implements generator.expr.evaluate.Environment over a transaction."""

    def __init__(
        self, index: Index, tx: Transaction, now: datetime, inputs: Mapping[str, Any] | None = None
    ) -> None:
        self.index = index
        self.tx = tx
        self.now = now
        self.inputs: dict[str, Any] = dict(inputs or {})
        self._past: World | None = None

    def field(self, row: Handle, name: str) -> Value:
        """Return a field's value; a reference gives the row, a derived field is computed."""
        return self._read(_row(row), name)

    def _read(self, row: Row, name: str) -> Value:
        field = self.index.field(row.entity, name)
        if field.managed is Managed.DERIVED:
            return self._derived(row, field)
        value = self.tx.values(row)[name]
        return Row(field.type.of, value) if field.type.name == "row" and value is not None else value

    def _derived(self, row: Row, field: Field) -> Value:
        if field.value is None:
            raise ValueError(f"{field.id} has nothing to be derived from")
        return stored_value(evaluate(field.value, self, {"self": row}), field.type)

    def before(self, row: Handle, name: str) -> Value:
        """Return a field's value as the operation began; None if the row was not there."""
        target = _row(row)
        past = self._then()
        return past.field(target, name) if past.tx.has(target) else None

    def _then(self) -> World:
        if self._past is None:
            self._past = World(self.index, Transaction(self.tx.before), self.now, self.inputs)
        return self._past

    def members(self, row: Handle, collection: str) -> Sequence[Row]:
        """Return the rows of a collection in order of id."""
        owner = _row(row)
        return self.elements(owner, self.index.collection(owner.entity, collection))

    def elements(self, owner: Row, collection: Collection) -> list[Row]:
        """Return the rows of a collection in order of id."""
        if collection.kind == "links":
            linked: Sequence[UUID] = sorted(self.tx.linked(collection.id, owner.id))
        else:
            table = self.tx.table(collection.entity)
            linked = sorted(i for i, values in table.items() if values[collection.inverse] == owner.id)
        return [Row(collection.entity, i) for i in linked]

    def rows(self, entity: str) -> Sequence[Row]:
        """Return all rows of an entity in order of id."""
        return self.tx.rows(entity)

    def value(self, source: str, name: str) -> Value:
        """Return an input."""
        if source != "input":
            raise ValueError(f"there is no {source} in a request")
        return self.inputs[name]


def _row(handle: Handle) -> Row:
    if not isinstance(handle, Row):
        raise TypeError(f"not a row: {handle!r}")
    return handle
