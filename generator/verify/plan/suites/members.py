"""Bodies: each constraint of each member broken alone, members that clients don't set, no JSON at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from generator.ir.index import client_fields, updatable_fields
from generator.ir.model import Entity, Field, Input, Managed, Operation, OperationKind
from generator.verify.plan.builder import required
from generator.verify.plan.context import Context, heading
from generator.verify.plan.maker import wire_of
from generator.verify.plan.requests import Draft, missing
from generator.verify.plan.session import Exchange
from generator.verify.plan.suites.paths import base, has_body
from generator.verify.plan.values import wire

Member = Field | Input
Setup = Callable[[], Draft | None]


def plan_members(context: Context, operation: Operation) -> None:
    """Add the scenarios about what an operation's body may not be."""
    if not has_body(context, operation):
        return
    members = members_of(context, operation)
    program = context.good(operation)
    values = _usual(context, operation, members)

    def setup() -> Draft | None:
        if program is not None:
            run = context.searcher.prepare(program)
            if run.ready and run.draft is not None and isinstance(run.draft.body, dict):
                return run.draft
        draft = base(context, operation)
        return None if draft is None else msgspec.structs.replace(draft, body=values)

    for member in members:
        _refused(context, operation, member, setup)
    _unset(context, operation, setup)
    _malformed(context, operation, setup)


def members_of(context: Context, operation: Operation) -> list[Member]:
    """Return what a body may hold."""
    entity = context.index.entities[operation.entity]
    match operation.kind:
        case OperationKind.CREATE:
            return list(client_fields(entity))
        case OperationKind.UPDATE:
            return list(updatable_fields(entity))
        case _:
            return list(context.index.flows[operation.flow].inputs)


def _needed(operation: Operation, member: Member) -> bool:
    if operation.kind is OperationKind.UPDATE:
        return False
    if isinstance(member, Field):
        return required(member)
    return not member.type.nullable and member.default is None


def _usual(context: Context, operation: Operation, members: list[Member]) -> dict[str, Any]:
    """Return a body that is valid in itself; what it refers to need not be there."""
    body: dict[str, Any] = {}
    for number, member in enumerate(members, 100):
        if not _needed(operation, member):
            continue
        if member.type.name == "row":
            body[member.wire] = missing(number)
        else:
            body[member.wire] = wire_of(member, context.maker.usual(member))
    return body


def _refused(context: Context, operation: Operation, member: Member, setup: Setup) -> None:
    draft = setup()
    if draft is None:
        return
    before = len(context.session.exchanges)
    bodies = [
        (label, draft.body | {member.wire: wire(value)}) for label, value in context.maker.refused(member)
    ]
    if _needed(operation, member):
        bodies.append(("missing", {k: v for k, v in draft.body.items() if k != member.wire}))
    kept = context.session.exchanges[:before]
    labels = []
    for label, body in bodies:
        about = f"{member.wire}: {label}"
        exchange = context.session.send(msgspec.structs.replace(draft, body=body, about=about))
        if _blames(exchange, member.wire):
            kept.append(exchange)
            labels.append(f"{member.id}:{label}")
    if len(kept) > before:
        named = heading(operation, f"{member.wire} is checked", "error", *labels, node=member.id)
        context.write(named, kept[-1], kept)


def _blames(exchange: Exchange, name: str) -> bool:
    if exchange.code != "validation_error":
        return False
    return any(name in e["loc"] for e in exchange.body.get("errors", ()))


def _unset(context: Context, operation: Operation, setup: Setup) -> None:
    """Members that the server manages, and one that nobody knows."""
    draft = setup()
    if draft is None:
        return
    before = len(context.session.exchanges)
    kept = context.session.exchanges[:before]
    for name, value in _managed(context, operation):
        body = draft.body | {name: value}
        exchange = context.session.send(msgspec.structs.replace(draft, body=body, about=f"{name} is sent"))
        if _blames(exchange, name):
            kept.append(exchange)
    if len(kept) > before:
        named = heading(
            operation, "members that clients don't set are refused", "error", f"{operation.id}:422"
        )
        context.write(named, kept[-1], kept)


def _managed(context: Context, operation: Operation) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [("no_such_member", 1)]
    if operation.kind is OperationKind.FLOW:
        return found
    entity = context.index.entities[operation.entity]
    allowed = {m.name for m in members_of(context, operation)}
    found += [(f.wire, _plausible(context, entity, f)) for f in entity.fields if f.name not in allowed]
    return found + [(c.wire, []) for c in entity.collections if c.kind == "owned"]


def _plausible(context: Context, entity: Entity, field: Field) -> Any:
    if field.managed is Managed.STATE:
        return next(m.initial for m in entity.machines if m.field == field.name)
    if field.type.name in {"row", "uuid"}:
        return missing(99)
    return wire_of(field, context.maker.usual(field))


def _malformed(context: Context, operation: Operation, setup: Setup) -> None:
    draft = setup()
    if draft is None:
        return
    forms = [
        msgspec.structs.replace(draft, body=[], loose=True, about="a list"),
        msgspec.structs.replace(draft, body=None, has_body=False, loose=True, about="no body"),
        msgspec.structs.replace(
            draft, body=None, has_body=False, raw='{"a": ', loose=True, about="broken JSON"
        ),
    ]
    targets = context.send_all(forms)
    if all(t.code == "validation_error" for t in targets):
        context.write(heading(operation, "the body is no object", "error", f"{operation.id}:422"), targets[0])
