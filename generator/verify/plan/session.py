"""Requests carried out by the reference interpreter, with what each of them changed."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from generator.ir.index import Index
from generator.ir.model import Operation
from generator.verify.plan.oracle import Oracle, Rows
from generator.verify.plan.requests import Draft, Requests
from generator.verify.program.symbols import Bindings

START = datetime(2031, 3, 12, 12, 0, tzinfo=UTC)
BASE = 735_201_000_000
TICK = timedelta(
    milliseconds=1, microseconds=1
)  # odd, so that times of the server's clock are told from sent ones


class Exchange(msgspec.Struct, frozen=True):
    """A request, its answer, and the rows that it made, changed and deleted as (entity, id)."""

    draft: Draft
    status: int
    body: Any
    created: tuple[tuple[str, str], ...] = ()
    changed: tuple[tuple[str, str], ...] = ()
    deleted: tuple[tuple[str, str], ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the request was carried out."""
        return self.status < 400

    @property
    def constraint(self) -> str:
        """The id of the guard, rule or unique that refused it."""
        return str(self.body.get("constraint", "")) if isinstance(self.body, dict) else ""

    @property
    def code(self) -> str:
        """The problem's code."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""


class Names(Bindings):
    """Bindings in which an id is its own name, and which remember what was sent for which symbol."""

    def __init__(self, start: datetime, base: int) -> None:
        super().__init__(start, base)
        self.sent: dict[Any, Any] = {}
        self.literals: set[str] = set()

    def resolve(self, value: Any) -> Any:
        """Return `value` with its symbols replaced."""
        if isinstance(value, dict) and "$ref" in value:
            return value["$ref"]
        resolved = super().resolve(value)
        if isinstance(value, dict) and any(k.startswith("$") for k in value):
            self.sent.setdefault(resolved, value)
        elif isinstance(value, str):
            self.literals.add(value)
        return resolved


class Session:
    """One empty world after another; `exchanges` is what happened in the present one."""

    def __init__(self, index: Index, oracle: Oracle) -> None:
        self._oracle = oracle
        self.index = index
        self.owner_of: dict[str, str] = {}
        self.requests = Requests(index, self.owner_of)
        self.reset()

    def reset(self) -> None:
        """Begin again with no rows."""
        self._oracle.clear()
        self.exchanges: list[Exchange] = []
        self.names = Names(START, BASE)
        self.entity_of: dict[str, str] = {}
        self.owner_of.clear()
        self._steps = 0

    @property
    def now(self) -> datetime:
        """The time of the next request."""
        return START + self._steps * TICK

    def rows(self, entity: str) -> Rows:
        """Return the rows of an entity by id."""
        return self._oracle.rows(entity)

    def row(self, entity: str, row_id: str) -> dict[str, Any] | None:
        """Return one row's stored fields."""
        return self._oracle.rows(entity).get(row_id)

    def operation(self, draft: Draft) -> Operation:
        """Return the operation that a draft is for."""
        return self.index.operations[draft.operation]

    def send(self, draft: Draft, *, look: bool = False) -> Exchange:
        """Carry out a request; with `look` it is known to change nothing."""
        self._steps += 1
        operation = self.operation(draft)
        path = dict(
            zip((r.param for r in operation.rows), (self.names.resolve(v) for v in draft.path), strict=True)
        )
        query = {k: self.names.resolve(v) for k, v in draft.query.items()}
        body = self.names.resolve(draft.body)
        before = {} if look else self._oracle.state()
        status, answer = self._oracle.call(operation.id, path, query, body, self.now)
        after = before if look or status >= 400 else self._oracle.state()
        exchange = Exchange(draft, status, copy.deepcopy(answer), *_difference(before, after))
        self._remember(exchange)
        self.exchanges.append(exchange)
        return exchange

    def _remember(self, exchange: Exchange) -> None:
        for entity, row_id in exchange.created:
            self.entity_of[row_id] = entity
            field = self.index.entities[entity].owner_field
            if field:
                self.owner_of[row_id] = str(self._oracle.rows(entity)[row_id][field])


Found = tuple[tuple[str, str], ...]


def _difference(before: dict[str, Rows], after: dict[str, Rows]) -> tuple[Found, Found, Found]:
    """Return the rows that are new, other and gone, entity by entity, by id."""
    created: list[tuple[str, str]] = []
    changed: list[tuple[str, str]] = []
    deleted: list[tuple[str, str]] = []
    if before is after:
        return (), (), ()
    for entity, rows in after.items():
        old = before[entity]
        if old is rows:
            continue
        created += [(entity, i) for i in sorted(rows) if i not in old]
        changed += [(entity, i) for i in sorted(rows) if i in old and rows[i] != old[i]]
        deleted += [(entity, i) for i in sorted(old) if i not in rows]
    return tuple(created), tuple(changed), tuple(deleted)
