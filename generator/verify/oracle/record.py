"""Writes a difference down as a scenario: what the interpreter answers is what must come."""

from __future__ import annotations

from itertools import count
from typing import Any

import msgspec

from generator.core.digest import short_digest
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Operation, OperationKind
from generator.verify.model import Scenario
from generator.verify.oracle.model import Difference, Sent
from generator.verify.oracle.shorten import renamed
from generator.verify.plan.oracle import Oracle
from generator.verify.plan.regressions import SUITE
from generator.verify.plan.requests import Draft
from generator.verify.plan.scribe import Heading, Scribe
from generator.verify.plan.session import Exchange, Session

_PAGING = frozenset({"limit", "offset", "total"})


def scenario(ir: ApplicationIR, difference: Difference, *, walking: bool) -> Scenario:
    """Return the scenario of a difference; `walking` looks at all pages of lists, as fits anywhere."""
    session = Session(Index(ir), Oracle(ir))
    names: dict[str, str] = {}
    for sent in difference.requests:
        _send(session, sent, names, walking=walking)
    target = session.exchanges[-1]
    look = _look(session, difference, names)
    if look is not None:
        session.send(look)
    scribe = Scribe(session.index, session.names, session.entity_of, count(1).__next__)
    heading = Heading("", SUITE, "error" if target.status >= 400 else "effect", difference.node)
    written = scribe.scenario(heading, session.exchanges, target, asserts_effects=look is not None)
    if look is not None:  # what is wrong shows when it is read
        written = msgspec.structs.replace(written, target=written.steps[-1].id)
    steps = msgspec.to_builtins(written.steps)
    return msgspec.structs.replace(
        written, name=f"regression {short_digest(steps)}", about=difference.text[:300]
    )


def _send(session: Session, sent: Sent, names: dict[str, str], *, walking: bool) -> None:
    draft = renamed(sent.draft, names)
    if walking and sent.status < 400 and _kind(session, draft) is OperationKind.LIST:
        query = {k: v for k, v in draft.query.items() if k not in _PAGING}
        draft = msgspec.structs.replace(draft, query=query, walk=True)
    exchange = session.send(draft)
    names.update({old: new for (_, old), (_, new) in zip(sent.made, exchange.created, strict=False)})
    for was, row in zip(sent.rows, _rows(session, exchange), strict=False):
        names.update(
            {v: row[k] for k, v in was.items() if isinstance(v, str) and isinstance(row.get(k), str)}
        )


def _kind(session: Session, draft: Draft) -> OperationKind:
    return session.operation(draft).kind


def _rows(session: Session, exchange: Exchange) -> list[dict[str, Any]]:
    found = [session.row(entity, row_id) for entity, row_id in (*exchange.created, *exchange.changed)]
    return [row for row in found if row is not None]


def _look(session: Session, difference: Difference, names: dict[str, str]) -> Draft | None:
    """Return a request that shows the row whose stored values differ, if there is one."""
    if difference.kind != "state" or not difference.row:
        return None
    entity, row_id = difference.entity, names.get(difference.row, difference.row)
    while entity:
        operations = {o.kind: o for o in session.index.operations_of(entity)}
        for kind in (OperationKind.READ, OperationKind.LIST):
            if kind in operations:
                return _reading(session, operations[kind], row_id)
        owner = session.index.entities[entity].owner
        entity, row_id = owner, session.owner_of.get(row_id, "")
    return None


def _reading(session: Session, operation: Operation, row_id: str) -> Draft | None:
    if operation.kind is OperationKind.READ:
        return Draft(operation.id, session.requests.path(operation, row_id))
    path = _owners(session, operation, row_id)
    return Draft(operation.id, path, walk=True)


def _owners(session: Session, operation: Operation, row_id: str) -> tuple[Any, ...]:
    """Return the path of the list that a row stands in."""
    ids = []
    for _ in operation.rows:
        row_id = session.owner_of[row_id]
        ids.append({"$ref": row_id})
    return tuple(reversed(ids))


def curl_lines(difference: Difference) -> list[str]:
    """Return the sequence as shell lines that keep the ids that the application makes."""
    names = {row_id: f"ID{n}" for n, row_id in enumerate(_used(difference), 1)}
    lines = []
    for sent in difference.requests:
        line = sent.curl
        for row_id, name in names.items():
            line = line.replace(row_id, f"${name}")
        made = ", ".join(f"{names[i]}={entity}" for entity, i in sent.made if i in names)
        lines.append(line + (f"   # {made}" if made else ""))
    return lines


def _used(difference: Difference) -> list[str]:
    """Return the ids that later requests name."""
    made = [(n, i) for n, sent in enumerate(difference.requests) for _, i in sent.made]
    return [i for n, i in made if any(i in later.curl for later in difference.requests[n + 1 :])]
