"""Rows that the path names but that are not there, ids that are none, rows of another owner."""

from __future__ import annotations

from typing import Any

import msgspec

from generator.ir.index import updatable_fields
from generator.ir.model import Operation, OperationKind
from generator.verify.plan.builder import Unreachable
from generator.verify.plan.context import Context, heading
from generator.verify.plan.maker import wire_of
from generator.verify.plan.realize import Run
from generator.verify.plan.requests import Draft, missing
from generator.verify.plan.wants import Program

UNKNOWN_MEMBER = {"no such member": 0}  # a body that no operation takes, so that it shows who is asked first


def plan_paths(context: Context, operation: Operation) -> None:
    """Add the scenarios about the rows in an operation's path."""
    if not operation.rows:
        return
    _absent(context, operation)
    if len(operation.rows) > 1:
        _foreign(context, operation)


def base(context: Context, operation: Operation) -> Draft | None:
    """Carry out what the path of an operation needs; return a request with that path and a wrong body."""
    entity = operation.rows[-1].entity if operation.rows else ""
    context.session.reset()
    path: tuple[object, ...] = ()
    if entity:
        try:
            program, key = context.builder.row(Program(), entity)
        except Unreachable:
            return None
        run = context.searcher.run(program)
        if not run.ready:
            return None
        path = context.session.requests.path(operation, run.ids[key])
    body = has_body(context, operation)
    return Draft(operation.id, path, body=dict(UNKNOWN_MEMBER) if body else None, has_body=body)


def has_body(context: Context, operation: Operation) -> bool:
    """Whether the operation takes a body."""
    if operation.kind is OperationKind.FLOW:
        return bool(context.index.flows[operation.flow].inputs)
    return operation.kind in {OperationKind.CREATE, OperationKind.UPDATE}


def _absent(context: Context, operation: Operation) -> None:
    """Each row of the path missing, then each id malformed; the wrong body must not matter."""
    draft = base(context, operation)
    if draft is None:
        return
    targets = []
    for position, row in enumerate(operation.rows):
        for value, what in ((missing(position + 1), "no such row"), ("not-a-uuid", "no uuid")):
            path = (*draft.path[:position], value, *draft.path[position + 1 :])
            about = f"{row.param}: {what}"
            targets.append(context.session.send(msgspec.structs.replace(draft, path=path, about=about)))
    covers = tuple(f"{operation.id}:{t.status}" for t in targets[:2])
    context.write(heading(operation, "a row of the path is not there", "error", *covers), targets[0])


def _foreign(context: Context, operation: Operation) -> None:
    """Name a row that is there, below another owner than its own; all else may be right."""
    outer = operation.rows[-2].entity
    try:
        program, key = _innermost(context, operation)
        program, other = context.builder.row(program, outer)
    except Unreachable:
        return
    run = context.searcher.prepare(program)
    if not run.ready:
        return
    last = context.session.requests.path(operation, run.ids[key])[-1]
    path = (*_outer_path(context, operation, run.ids[other]), last)
    right = _right_body(context, operation, run)
    bodies = [dict(UNKNOWN_MEMBER), *([right] if right else [])] if has_body(context, operation) else [None]
    sent = context.send_all(
        Draft(operation.id, path, body=body, has_body=body is not None, about="below another owner")
        for body in bodies
    )
    if all(target.status == 404 for target in sent):
        context.looker.at(operation.rows[-1].entity, run.ids[key])
        named = heading(operation, "the row belongs to another owner", "error", f"{operation.id}:404")
        context.write(named, sent[0])


def _right_body(context: Context, operation: Operation, run: Run) -> dict[str, Any]:
    """Return a body with which the operation would work on the row below its own owner, if that is known."""
    if operation.kind is OperationKind.UPDATE:
        fields = updatable_fields(context.index.entities[operation.entity])
        plain = (f for f in fields if f.type.name != "row")
        return next(({f.wire: wire_of(f, context.maker.usual(f, 1))} for f in plain), {})
    sent = run.draft.body if run.draft is not None and operation.kind is OperationKind.FLOW else None
    return sent if isinstance(sent, dict) else {}


def _innermost(context: Context, operation: Operation) -> tuple[Program, int]:
    """Return a program with the row that a path ends at: one in which the operation works, if known."""
    program = context.good(operation)
    if program is None or program.target is None:
        return context.builder.row(Program(), operation.rows[-1].entity)
    key = program.target.rows["self"]
    owner = program.wants[key].owner if operation.kind is OperationKind.CREATE else key
    return context.builder.row(Program(), operation.rows[-1].entity) if owner is None else (program, owner)


def _outer_path(context: Context, operation: Operation, owner_id: str) -> tuple[object, ...]:
    """Return the path's rows without the last, `owner_id` the innermost of them."""
    shorter = msgspec.structs.replace(operation, rows=operation.rows[:-1])
    return context.session.requests.path(shorter, owner_id)
