"""The least that can be asked of an operation that nothing has been asked of yet."""

from __future__ import annotations

from generator.ir.model import Operation, OperationKind
from generator.verify.model import Step
from generator.verify.plan.builder import Unreachable
from generator.verify.plan.context import Context, heading
from generator.verify.plan.requests import Draft, missing
from generator.verify.plan.suites.paths import UNKNOWN_MEMBER, base, has_body


def plan_least(context: Context, operation: Operation) -> None:
    """Send one request whose answer hangs on no row of others, if no scenario holds one."""
    if operation.id in {s.operation for found in context.scenarios for s in found.steps if _is_asked(s)}:
        return
    draft = base(context, operation)
    if operation.kind is OperationKind.LIST and draft is not None:
        _send(context, operation, Draft(operation.id, draft.path, walk=True), "works, page by page")
    elif operation.rows:
        _send(context, operation, _nowhere(context, operation), "a row of the path is not there")
    elif has_body(context, operation):
        body = dict(UNKNOWN_MEMBER)
        _send(context, operation, Draft(operation.id, body=body, has_body=True), "an unknown member")
    else:
        _as_guessed(context, operation)


def _is_asked(step: Step) -> bool:
    """Whether more is asked of an operation than that it refuses a query."""
    return not step.query or step.expect.status < 400


def _nowhere(context: Context, operation: Operation) -> Draft:
    context.session.reset()
    path = tuple(missing(number) for number, _ in enumerate(operation.rows, 1))
    body = has_body(context, operation)
    return Draft(operation.id, path, body=dict(UNKNOWN_MEMBER) if body else None, has_body=body)


def _as_guessed(context: Context, operation: Operation) -> None:
    """Send a request that takes nothing, whatever it is answered."""
    try:
        run = context.searcher.run(context.builder.target(operation))
    except Unreachable:
        return
    if run.ready and run.answer is not None:
        what = "works" if run.answer.ok else "refused among no other rows"
        context.write(heading(operation, what, "edge", f"{operation.id}:{run.answer.status}"), run.answer)


def _send(context: Context, operation: Operation, draft: Draft, what: str) -> None:
    sent = context.session.send(draft)
    context.write(heading(operation, what, "edge", f"{operation.id}:{sent.status}"), sent)
