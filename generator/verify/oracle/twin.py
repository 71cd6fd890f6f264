"""The application beside the interpreter: each request goes to both, and all that comes of it is compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Operation
from generator.verify.interpreter import MISSING, Answer, Interpreter
from generator.verify.interpreter.store import State
from generator.verify.oracle.live import Live, Reply, Stored
from generator.verify.oracle.model import Difference, Kind, Sent
from generator.verify.plan.requests import Draft
from generator.verify.plan.session import BASE, Names
from generator.verify.program.run import Request, query_text
from generator.verify.program.symbols import Bindings

_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_FIRST_ID = 0xFFFF0000_0000_7000_8000_000000000000  # after every id that an application makes
_PROBLEM = ("status", "code", "constraint", "detail")


class Differs(AssertionError):  # noqa: N818 - it says what happens
    """Application and interpreter have parted."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.text)
        self.difference = difference


class _Call(msgspec.Struct, frozen=True):
    """A draft with its symbols resolved, as either side takes it."""

    operation: Operation
    path: dict[str, str]
    query: dict[str, str]
    body: Any
    request: Request


class _Ids:
    """Ids of new rows: stand-ins, until it is known what the application has called them."""

    def __init__(self) -> None:
        self.known: dict[UUID, UUID] = {}
        self.given = 0

    def __call__(self) -> UUID:
        self.given += 1
        stand_in = UUID(int=_FIRST_ID + self.given)
        return self.known.get(stand_in, stand_in)


class Twin:
    """One sequence of requests; raises Differs at the first difference.

    The application chooses ids of new rows and the instant of a request; the
    interpreter carries the request out again with what was chosen, so that from
    then on both hold exactly the same.
    """

    def __init__(self, ir: ApplicationIR, live: Live) -> None:
        self.index = Index(ir)
        self._live = live
        self._ids = _Ids()
        self.model = Interpreter(ir, self._ids)
        self.owner_of: dict[str, str] = {}
        self.actor_of: dict[str, int] = {}
        self.begin()

    def begin(self) -> None:
        """Begin with no rows on either side."""
        self._live.clear()
        self.model.clear()
        self.names = Names(datetime.now(UTC).replace(microsecond=0), BASE)
        self.owner_of.clear()
        self.actor_of.clear()
        self.sent: list[Sent] = []
        self._stored = Stored({e: {} for e in self.index.entities}, {})

    def accepts(self, draft: Draft) -> bool:
        """Whether the interpreter would carry a request out."""
        before = self.model.snapshot()
        answer = self._ask(self._call(draft), datetime.now(UTC))
        self.model.restore(before)
        return answer.status < 400

    def send(self, draft: Draft, actor: int = 0) -> Answer:
        """Send a request to both; return the answer on which they agree."""
        call = self._call(draft)
        before = self.model.snapshot()
        early = datetime.now(UTC)
        reply = self._live.send(call.request)
        late = datetime.now(UTC)
        old = self._stored
        if call.operation.method != "GET":
            self._stored = self._live.stored()
        answer = self._ask(call, early)
        known = dict(self._new_ids(old))
        now = self._instant(answer, reply, known, early, late)
        if known or now != early:
            self.model.restore(before)
            answer = self._ask(call, now, known)
        self._note(draft, actor, answer, before, call.request)
        self._compare(answer, reply)
        return answer

    def _call(self, draft: Draft) -> _Call:
        operation = self.index.operations[draft.operation]
        values = [str(self.names.resolve(v)) for v in draft.path]
        path = dict(zip((r.param for r in operation.rows), values, strict=True))
        query = {k: query_text(self.names.resolve(v)) for k, v in draft.query.items()}
        body = self.names.resolve(draft.body) if draft.has_body else MISSING
        content = draft.raw or None
        if draft.has_body:
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        filled = operation.path.format(**path)
        return _Call(operation, path, query, body, Request(operation.method, filled, query, content))

    def _ask(self, call: _Call, now: datetime, known: dict[UUID, UUID] | None = None) -> Answer:
        self._ids.given, self._ids.known = 0, known or {}
        return self.model.call(call.operation.id, call.path, call.query, call.body, now=now)

    # --- what the application has chosen ------------------------------------------

    def _instant(
        self, answer: Answer, reply: Reply, known: dict[UUID, UUID], early: datetime, late: datetime
    ) -> datetime:
        """Return the instant at which the application has carried the request out, if it shows anywhere."""
        pairs = _texts(answer.body, reply.body)
        pairs = [*pairs, *(p for entity in self.index.entities for p in self._pairs(entity, known))]
        for mine, theirs in pairs:
            if mine != theirs and _DATETIME.fullmatch(mine) and _DATETIME.fullmatch(theirs):
                apart = datetime.fromisoformat(theirs) - datetime.fromisoformat(mine)
                if timedelta(0) < apart <= late - early:
                    return early + apart
        return early

    def _new_ids(self, old: Stored) -> Iterator[tuple[UUID, UUID]]:
        """Pair the rows that are new on either side, in order of their ids."""
        for entity in self.index.entities:
            mine = sorted(i for i in self.model.rows(entity) if i not in old.rows[entity])
            theirs = sorted(i for i in self._stored.rows[entity] if i not in old.rows[entity])
            if len(mine) == len(theirs):
                yield from zip(map(UUID, mine), map(UUID, theirs), strict=True)

    def _pairs(self, entity: str, known: dict[UUID, UUID]) -> Iterator[tuple[str, str]]:
        theirs = self._stored.rows[entity]
        for row_id, row in self.model.rows(entity).items():
            other = theirs.get(row_id) or theirs.get(str(known.get(UUID(row_id))))
            if other is not None and other != row:
                yield from _texts(row, other)

    # --- what is kept -------------------------------------------------------------

    def _note(self, draft: Draft, actor: int, answer: Answer, before: State, request: Request) -> None:
        """Remember the request and whose the new rows are."""
        made, rows = self._changes(before)
        for entity, row_id in made:
            self.actor_of[row_id] = actor
            owner = self.index.entities[entity].owner_field
            if owner:
                self.owner_of[row_id] = str(self.model.rows(entity)[row_id][owner])
        self.sent.append(Sent(draft, actor, answer.status, made, rows, request.curl("$BASE_URL")))

    def _changes(self, before: State) -> tuple[tuple[tuple[str, str], ...], tuple[Any, ...]]:
        """Return the rows that were made, and the values of those made and those changed."""
        made, new, changed = [], [], []
        for entity, table in self.model.snapshot().tables.items():
            was = before.tables[entity]
            if was is table:
                continue
            shown = self.model.rows(entity)
            for row_id in sorted(table):
                if row_id not in was:
                    made.append((entity, str(row_id)))
                    new.append(shown[str(row_id)])
                elif was[row_id] != table[row_id]:
                    changed.append(shown[str(row_id)])
        return tuple(made), (*new, *changed)

    # --- comparing ----------------------------------------------------------------

    def _compare(self, answer: Answer, reply: Reply) -> None:
        node = self.sent[-1].draft.operation
        if answer.status != reply.status:
            wanted, got = _brief(answer.status, answer.body), _brief(reply.status, reply.body)
            theirs = reply.body.get("constraint") if isinstance(reply.body, dict) else None
            blamed = answer.constraint or (theirs if isinstance(theirs, str) else "") or node
            self._differ("status", f"expected {wanted}, got {got}", blamed)
        if text := _body_difference(answer, reply, loose=self.sent[-1].draft.loose):
            self._differ("body", text, answer.constraint or node)
        if answer.headers.get("location", "") != reply.location:
            wanted = answer.headers.get("location") or "none"
            self._differ("header", f"Location: expected {wanted}, got {reply.location or 'none'}", node)
        self._compare_state(node)

    def _compare_state(self, node: str) -> None:
        for entity in self.index.entities:
            mine, theirs = self.model.rows(entity), self._stored.rows[entity]
            if mine == theirs:
                continue
            for row_id in sorted({*mine, *theirs}):
                self._compare_row(node, entity, row_id, mine.get(row_id), theirs.get(row_id))
        self._compare_links(node)

    def _compare_row(self, node: str, entity: str, row_id: str, mine: Any, theirs: Any) -> None:
        name = f"stored {entity} {row_id}"
        if mine is None or theirs is None:
            text = f"{name}: {_there(mine)}, but {_there(theirs)} in the database"
            self._differ("state", text, node, entity, row_id)
        for field, value in mine.items():
            text = Bindings(self.names.start, 0).mismatch(value, theirs[field], f"{name}: {field}")
            if text:
                self._differ("state", text, f"field:{entity}.{field}", entity, row_id)

    def _compare_links(self, node: str) -> None:
        mine: dict[str, dict[str, tuple[str, ...]]] = {c: {} for c in self._stored.links}
        for (collection, row_id), linked in self.model.snapshot().links.items():
            if linked:
                mine[collection][str(row_id)] = tuple(sorted(map(str, linked)))
        for collection, theirs in self._stored.links.items():
            if mine[collection] != theirs:
                text = f"stored links of {collection}: expected {mine[collection]}, got {theirs}"
                self._differ("state", text, node)

    def _differ(self, kind: Kind, text: str, node: str, entity: str = "", row: str = "") -> None:
        raise Differs(Difference(kind, text, node, tuple(self.sent), entity, row))


def _body_difference(answer: Answer, reply: Reply, *, loose: bool) -> str:
    if answer.body is None:
        return "expected no content" if reply.text else ""
    if reply.body is None:
        return "the answer is not JSON"
    refused = answer.status >= 400
    media = "application/problem+json" if refused else "application/json"
    if reply.media != media:
        return f"content-type: expected {media}, got {reply.media}"
    pattern = _problem(answer.body, loose=loose) if refused else answer.body
    return Bindings(datetime.now(UTC), 0).mismatch(pattern, reply.body)


def _problem(body: dict[str, Any], *, loose: bool) -> Any:
    members = {k: body[k] for k in _PROBLEM if k in body}
    if body.get("errors") and not loose:
        members["errors"] = {"$some": [{"$partial": {"loc": e["loc"]}} for e in body["errors"]]}
    return {"$partial": members}


def _there(row: Any) -> str:
    return "not there" if row is None else "there"


def _brief(status: int, body: Any) -> str:
    if status < 400 or not isinstance(body, dict):
        return str(status)
    return " ".join(
        str(p) for p in (status, body.get("code"), body.get("constraint"), body.get("detail")) if p
    )


def _texts(mine: Any, theirs: Any) -> list[tuple[str, str]]:
    """Return the texts that stand in the same places."""
    match mine, theirs:
        case str(), str():
            return [(mine, theirs)]
        case dict(), dict():
            return [p for k, v in mine.items() if k in theirs for p in _texts(v, theirs[k])]
        case list(), list():
            return [p for a, b in zip(mine, theirs, strict=False) for p in _texts(a, b)]
    return []
