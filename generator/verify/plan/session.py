"""Requests carried out by the reference interpreter, with what each of them changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from generator.core.structs import structs
from generator.expr.model import Literal, Type
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Collection, Operation
from generator.verify.plan.oracle import MISSING, Found, Oracle, Rows, State
from generator.verify.plan.requests import Draft, Requests
from generator.verify.program.run import query_text
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
    created: Found = ()
    changed: Found = ()
    deleted: Found = ()

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

    def __init__(self, start: datetime, base: int, constants: Iterable[str] = ()) -> None:
        super().__init__(start, base)
        self.sent: dict[Any, Any] = {}
        self.literals = set(constants)

    def resolve(self, value: Any) -> Any:
        """Return `value` with its symbols replaced."""
        if isinstance(value, dict) and "$ref" in value:
            return value["$ref"]
        if isinstance(value, dict) and "$seen" in value:
            return value["$seen"]
        resolved = super().resolve(value)
        if isinstance(value, dict) and any(k.startswith("$") for k in value):
            self.sent.setdefault(resolved, value)
        elif isinstance(value, str):
            self.literals.add(value)
        return resolved


def _moments(ir: ApplicationIR) -> Iterator[str]:
    """Yield the dates and times that the spec itself names: they stay, whatever day it is."""
    for node in structs(ir):
        match node:
            case Literal(value=str(value), type=Type(name="date" | "datetime")):
                yield value


MAX_KNOWN = 20_000
Past = tuple[Any, str] | None  # the requests of a session so far, the last one outermost


class Session:
    """One empty world after another; `exchanges` is what happened in the present one."""

    def __init__(self, index: Index, oracle: Oracle) -> None:
        self._oracle = oracle
        self.index = index
        self.owner_of: dict[str, str] = {}
        self.requests = Requests(index, self.owner_of)
        self._constants = frozenset(_moments(index.ir))
        self._known: dict[Past, tuple[Exchange, State]] = {}  # what came of the same requests before
        self.reset()

    def reset(self) -> None:
        """Begin again with no rows."""
        self._oracle.clear()
        self.exchanges: list[Exchange] = []
        self.states = [self._oracle.state()]  # before the first request, and after each
        self.names = Names(START, BASE, self._constants)
        self.entity_of: dict[str, str] = {}
        self.owner_of.clear()
        self._steps = 0
        self._past: Past = None

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

    def members(self, row_id: str, collection: Collection) -> list[str]:
        """Return the ids of the rows that a row owns or links to."""
        return self._oracle.members(row_id, collection)

    def operation(self, draft: Draft) -> Operation:
        """Return the operation that a draft is for."""
        return self.index.operations[draft.operation]

    def send(self, draft: Draft) -> Exchange:
        """Carry out a request."""
        self._steps += 1
        operation = self.operation(draft)
        path = dict(
            zip((r.param for r in operation.rows), (self.names.resolve(v) for v in draft.path), strict=True)
        )
        query = {k: query_text(self.names.resolve(v)) for k, v in draft.query.items()}
        body = self.names.resolve(draft.body) if draft.has_body else MISSING
        self._past = (self._past, repr(draft))
        known = self._known.get(self._past)
        if known is None:
            exchange = self._carry_out(draft, path, query, body)
            if len(self._known) > MAX_KNOWN:
                self._known.clear()
            self._known[self._past] = (exchange, self._oracle.state())
        else:
            exchange, state = known
            self._oracle.restore(state)
        self.states.append(self._oracle.state())
        self._remember(exchange)
        self.exchanges.append(exchange)
        return exchange

    def ask(self, oracle: Oracle, draft: Draft) -> Exchange:
        """Return what another oracle answers in the present world; nothing is remembered of it."""
        operation = self.operation(draft)
        path = dict(
            zip((r.param for r in operation.rows), (self.names.resolve(v) for v in draft.path), strict=True)
        )
        body = self.names.resolve(draft.body) if draft.has_body else MISSING
        oracle.restore(self._oracle.state())
        status, answer = oracle.call(draft.operation, path, {}, body, self.now)
        return Exchange(draft, status, answer)

    def ask_in(self, oracle: Oracle, state: State, draft: Draft) -> State:
        """Return what another oracle makes of a state, with the last request; nothing is remembered of it."""
        operation = self.operation(draft)
        path = dict(
            zip((r.param for r in operation.rows), (self.names.resolve(v) for v in draft.path), strict=True)
        )
        body = self.names.resolve(draft.body) if draft.has_body else MISSING
        oracle.restore(state)
        oracle.call(draft.operation, path, {}, body, self.now)
        return oracle.state()

    def _carry_out(self, draft: Draft, path: dict[str, str], query: dict[str, str], body: Any) -> Exchange:
        before = self._oracle.state()
        ask = self._walk if draft.walk else self._oracle.call
        status, answer = ask(draft.operation, path, query, body, self.now)
        found = self._oracle.difference(before, self._oracle.state())
        return Exchange(draft, status, answer, *found)

    def _walk(
        self, operation: str, path: dict[str, str], query: dict[str, str], body: Any, now: datetime
    ) -> tuple[int, Any]:
        """Read a list page by page; the answer holds the items of all."""
        limit, items = self.index.ir.infrastructure.max_page_size, list[Any]()
        while True:
            asked = {**query, "limit": str(limit), "offset": str(len(items))}
            status, page = self._oracle.call(operation, path, asked, body, now)
            if status != 200:
                return status, page
            items += page["items"]
            if not page["has_more"]:
                return status, {"items": items}

    def _remember(self, exchange: Exchange) -> None:
        for entity, row_id in exchange.created:
            self.entity_of[row_id] = entity
            field = self.index.entities[entity].owner_field
            if field:
                self.owner_of[row_id] = str(self._oracle.rows(entity)[row_id][field])
