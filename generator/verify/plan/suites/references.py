"""Rows that a body refers to and that are not there, everything else as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from generator.ir.model import Operation, OperationKind
from generator.verify.plan.context import Context, heading
from generator.verify.plan.requests import missing
from generator.verify.plan.suites.members import members_of

FIRST = 200  # ids that no row has, told apart from those of other suites


def plan_references(context: Context, operation: Operation) -> None:
    """Refer to each row in turn that is not there."""
    program = context.good(operation)
    if program is None or operation.kind not in {
        OperationKind.CREATE,
        OperationKind.UPDATE,
        OperationKind.FLOW,
    }:
        return
    run = context.searcher.prepare(program)
    if not run.ready or run.draft is None or not isinstance(run.draft.body, dict):
        return
    kept, targets = list(context.session.exchanges), []
    for wire, value in _absent(context, operation):
        body = run.draft.body | {wire: value}
        about = f"{wire}: no such row"
        exchange = context.session.send(msgspec.structs.replace(run.draft, body=body, about=about))
        if exchange.status == 404:
            targets.append(exchange)
    if targets:
        covers = (f"{operation.id}:404",)
        named = heading(operation, "a row that the body refers to is not there", "error", *covers)
        context.write(named, targets[0], [*kept, *targets])


def _absent(context: Context, operation: Operation) -> Iterator[tuple[str, Any]]:
    for number, member in enumerate(members_of(context, operation), FIRST):
        if member.type.name == "row":
            yield member.wire, missing(number)
    if operation.kind is OperationKind.FLOW:
        return
    for number, collection in enumerate(context.index.entities[operation.entity].collections, 2 * FIRST):
        if collection.kind == "links":
            yield collection.wire, [missing(number)]
