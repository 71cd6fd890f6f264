"""Looks at what a request changed: reads of every touched row that the API can show."""

from __future__ import annotations

from generator.ir.model import Operation, OperationKind
from generator.verify.plan.conditions import find_operation
from generator.verify.plan.requests import Draft, ref
from generator.verify.plan.session import Exchange, Session

MAX_LOOKS = 10


class Looker:
    """Sends reads after a request."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def after(self, exchange: Exchange) -> bool:
        """Read every row that the request made, changed or deleted; whether any could be read."""
        drafts: dict[str, Draft] = {}
        for entity, row_id in (*exchange.changed, *exchange.created, *exchange.deleted):
            hidden = (entity, row_id) in exchange.created and row_id not in str(exchange.body)
            draft = self._revealing(entity, row_id) if hidden else self.read(entity, row_id)
            if draft is not None:
                drafts.setdefault(repr(draft), draft)
        for draft in list(drafts.values())[:MAX_LOOKS]:
            self._session.send(draft)
        return bool(drafts)

    def at(self, entity: str, row_id: str) -> bool:
        """Read one row; whether that was possible."""
        draft = self.read(entity, row_id)
        if draft is not None:
            self._session.send(draft)
        return draft is not None

    def read(self, entity: str, row_id: str) -> Draft | None:
        """Return the request that shows a row: its own read, or that of the row that owns it."""
        operation = find_operation(self._session.index, entity, OperationKind.READ)
        if operation is not None:
            return Draft(operation.id, self._session.requests.path(operation, row_id), about="look")
        if self.listed(entity, row_id) is not None:
            return self.listed(entity, row_id)
        owner = self._session.index.entities[entity].owner
        return self.read(owner, self._session.owner_of[row_id]) if owner else None

    def reveal(self, entity: str, row_id: str) -> None:
        """Show a row whose id no answer has held yet: in what owns it, or in a list of rows like it."""
        draft = self._revealing(entity, row_id)
        if draft is not None:
            self._session.send(draft)

    def _revealing(self, entity: str, row_id: str) -> Draft | None:
        owner = self._session.owner_of.get(row_id)
        shown = self.read(self._session.index.entities[entity].owner, owner) if owner else None
        return shown or self._filtered(entity, row_id)

    def _filtered(self, entity: str, row_id: str) -> Draft | None:
        """Return the list of the rows that refer to the same row as this one."""
        operation = find_operation(self._session.index, entity, OperationKind.LIST)
        row = self._session.row(entity, row_id)
        if operation is None or operation.rows or row is None:
            return None
        for name in self._session.index.entities[entity].listing.filters:
            field = self._session.index.field(entity, name)
            if field.type.name == "row" and row.get(name) is not None:
                return Draft(operation.id, query={field.wire: ref(str(row[name]))}, about="look")
        return None

    def listed(self, entity: str, row_id: str) -> Draft | None:
        """Return the list of an owned row's siblings."""
        operation: Operation | None = find_operation(self._session.index, entity, OperationKind.LIST)
        if operation is None or not operation.rows or row_id not in self._session.owner_of:
            return None
        path = self._session.requests.path(operation, self._session.owner_of[row_id])
        return Draft(operation.id, path, about="look")
