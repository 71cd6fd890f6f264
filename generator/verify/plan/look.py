"""Looks at what a request changed: reads of every touched row that the API can show."""

from __future__ import annotations

from generator.ir.model import Operation, OperationKind
from generator.verify.plan.conditions import find_operation
from generator.verify.plan.requests import Draft
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
            draft = self.read(entity, row_id)
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

    def listed(self, entity: str, row_id: str) -> Draft | None:
        """Return the list of an owned row's siblings."""
        operation: Operation | None = find_operation(self._session.index, entity, OperationKind.LIST)
        if operation is None or not operation.rows or row_id not in self._session.owner_of:
            return None
        path = self._session.requests.path(operation, self._session.owner_of[row_id])
        return Draft(operation.id, path, about="look")
