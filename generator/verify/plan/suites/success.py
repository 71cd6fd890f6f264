"""What must work: each operation once, with all its members, and with every value at its bounds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from generator.ir.index import client_fields
from generator.ir.model import Field, Operation, OperationKind
from generator.verify.plan.builder import Unreachable, stored_in_unique
from generator.verify.plan.conditions import is_shared
from generator.verify.plan.context import Context, heading
from generator.verify.plan.goals import Goal
from generator.verify.plan.maker import wire_of
from generator.verify.plan.realize import Run
from generator.verify.plan.suites.members import Member, members_of
from generator.verify.plan.values import Value
from generator.verify.plan.wants import Program

SMALL_BUDGET = 20
UNKNOWN = "no_such_member"


def plan_success(context: Context, operation: Operation) -> None:
    """Add the scenarios in which an operation succeeds."""
    program = context.good(operation)
    if program is None:
        return
    record(context, operation, program, "works", f"{operation.id}:happy")
    if operation.kind in {OperationKind.CREATE, OperationKind.FLOW}:
        _complete(context, operation, program)
    if operation.kind in {OperationKind.CREATE, OperationKind.UPDATE, OperationKind.FLOW}:
        for member in members_of(context, operation):
            _bounds(context, operation, program, member)
    if operation.kind in {OperationKind.DELETE, OperationKind.FLOW}:
        _twice(context, operation, program)


def record(
    context: Context,
    operation: Operation,
    program: Program,
    what: str,
    *covers: str,
    also: Iterable[int] = (),
) -> Run:
    """Run a program, look at what it changed and at `also`, rows that it must leave alone; write it down."""
    run = context.searcher.run(program)
    if run.answer is not None and run.ready:
        context.note_run(run)
        seen = context.looker.after(run.answer)
        for key in also:
            context.looker.at(program.wants[key].entity, run.ids[key])
        changes = operation.kind not in {OperationKind.READ, OperationKind.LIST}
        status = f"{operation.id}:{run.answer.status}"
        named = heading(operation, what, "happy" if "works" in what else "edge", *covers, status)
        context.write(named, run.answer, asserts_effects=seen and changes)
    return run


# --- every member sent ---------------------------------------------------------


def _complete(context: Context, operation: Operation, program: Program) -> None:
    """Send what may be left out as well."""
    full = _with_all(context, operation, program)
    if full.key() == program.key():
        return
    run = context.searcher.find([full], Goal(), SMALL_BUDGET)
    found = _one_by_one(context, operation, program) if run is None else run.program
    if found is not None:
        context.note_variant(operation, found)
        record(context, operation, found, "with every member")


def _one_by_one(context: Context, operation: Operation, program: Program) -> Program | None:
    """Add what may be left out, one after the other, as far as the operation still succeeds."""
    best: Program | None = None
    for member in members_of(context, operation):
        start = best or program
        grown = _with_all(context, operation, start, member.name)
        if grown.key() != start.key():
            run = context.searcher.find([grown], Goal(), 1 if member.type.name != "row" else SMALL_BUDGET)
            best = best if run is None else run.program
    return best


def _with_all(context: Context, operation: Operation, program: Program, only: str = "") -> Program:
    """Return the program with every member sent, or with one more."""
    if operation.kind is OperationKind.FLOW:
        return _all_inputs(context, operation, program, only)
    return _all_fields(context, operation, program, only)


def _all_fields(context: Context, operation: Operation, program: Program, only: str) -> Program:
    if program.target is None:
        return program
    key = program.target.rows["self"]
    entity = context.index.entities[operation.entity]
    for field in client_fields(entity):
        want = program.wants[key]
        if field.name in want.values or field.name in want.refs or only not in {"", field.name}:
            continue
        if field.type.name == "row":
            found = _row(context, program, field.type.of)
            if found is not None:
                program = found[0].put(key, want.with_ref(field.name, found[1]))
        else:
            program = program.put(key, want.with_value(field.name, context.builder.value(entity, field, 1)))
    for collection in entity.collections:
        if collection.kind == "links" and not only:
            program = _linked(context, program, key, collection.name, collection.entity)
    return program


def _row(context: Context, program: Program, entity: str) -> tuple[Program, int] | None:
    try:
        return context.builder.row(program, entity)
    except Unreachable:
        return None


def _linked(context: Context, program: Program, key: int, name: str, entity: str) -> Program:
    keys: tuple[int, ...] = ()
    for _ in range(2):
        found = _row(context, program, entity)
        if found is not None:
            program, linked = found
            keys = (*keys, linked)
    want = program.wants[key]
    return program.put(key, msgspec.structs.replace(want, links={**want.links, name: keys}))


def _all_inputs(context: Context, operation: Operation, program: Program, only: str) -> Program:
    flow = context.index.flows[operation.flow]
    for item in flow.inputs:
        target = program.target if only in {"", item.name} else None
        if target is None or item.name in target.values or f"input:{item.name}" in target.rows:
            continue
        if item.type.name == "row" and item.name != flow.subject_input:
            found = _row(context, program, item.type.of)
            if found is not None:
                program = found[0].aim(target.with_row(f"input:{item.name}", found[1]))
        elif item.type.name != "row":
            program = program.aim(target.with_value(item.name, context.maker.usual(item, 1)))
    return program


# --- bounds -----------------------------------------------------------------------


def _bounds(context: Context, operation: Operation, program: Program, member: Member) -> None:
    """Send every value at the member's bounds; each must be accepted."""
    values = _edges(context, operation, member)
    known = {label for label, _ in values}
    _tolerated(
        context, operation, program, member, [v for v in context.maker.bounds(member) if v[0] not in known]
    )
    if not values:
        return
    left = _together(context, operation, program, member, values)
    _tolerated(
        context,
        operation,
        program,
        member,
        [v for v in left if not _alone(context, operation, program, member, *v)],
    )


def _edges(context: Context, operation: Operation, member: Member) -> list[tuple[str, Value]]:
    """Return accepted values at the bounds; of a unique member only such as each scenario has its own of."""
    if isinstance(member, Field):
        if is_shared(context.index.entities[operation.entity], member.name):
            return context.maker.unique_bounds(member)
    elif stored_in_unique(context.index, context.index.flows[operation.flow], member.name, context.maker):
        return context.maker.unique_bounds(member)
    return context.maker.bounds(member)


def _together(
    context: Context,
    operation: Operation,
    program: Program,
    member: Member,
    values: list[tuple[str, Value]],
) -> list[tuple[str, Value]]:
    """Send the values one after the other in one scenario; return those that need one of their own."""
    if operation.kind is OperationKind.FLOW:
        return values
    run = context.searcher.prepare(program)
    if not run.ready or run.draft is None:
        return values
    kept, left, labels = list(context.session.exchanges), [], []
    before = len(kept)
    for label, value in values:
        body = _renewed(context, run.draft.body) | {member.wire: wire_of(member, value)}
        exchange = context.session.send(
            msgspec.structs.replace(run.draft, body=body, about=f"{member.wire}: {label}")
        )
        if exchange.ok and exchange.status == operation.status:
            kept.append(exchange)
            labels.append(f"{member.id}:{label}")
        else:
            left.append((label, value))
    if len(kept) > before:
        named = heading(operation, f"{member.wire} at its bounds", "edge", *labels, node=member.id)
        context.write(named, kept[-1], kept)
    return left


def _renewed(context: Context, body: dict[str, Any]) -> dict[str, Any]:
    """Return a body whose unique values are new."""
    return {k: context.maker.renew_symbol(v) for k, v in body.items()}


def _alone(
    context: Context, operation: Operation, program: Program, member: Member, label: str, value: Value
) -> bool:
    """Find a world in which the value is accepted; whether there is one."""
    changed = _with(program, operation, member.name, value)
    sent = wire_of(member, value)
    goal = Goal(body=((member.wire, sent),))
    run = context.searcher.find([changed], goal, SMALL_BUDGET)
    if run is None:
        return False
    record(context, operation, run.program, f"{member.wire}: {label}", f"{member.id}:{label}")
    return True


def _tolerated(
    context: Context,
    operation: Operation,
    program: Program,
    member: Member,
    values: list[tuple[str, Value]],
) -> None:
    """Send values that no row can have or keep, beside a member that nobody knows: that alone is blamed."""
    run = context.searcher.prepare(program)
    if not values or not run.ready or run.draft is None or not isinstance(run.draft.body, dict):
        return
    kept, labels = list(context.session.exchanges), []
    for label, value in values:
        body = run.draft.body | {member.wire: wire_of(member, value), UNKNOWN: 1}
        about = f"{member.wire}: {label}, with an unknown member"
        sent = context.session.send(msgspec.structs.replace(run.draft, body=body, exact=True, about=about))
        if [e["loc"][1:] for e in sent.body.get("errors", ())] == [[UNKNOWN]]:
            kept.append(sent)
            labels.append(f"{member.id}:{label}")
    if labels:
        named = heading(operation, f"{member.wire} may be at its bounds", "edge", *labels, node=member.id)
        context.write(named, kept[-1], kept)


def _with(program: Program, operation: Operation, name: str, value: Value) -> Program:
    if program.target is None:
        return program
    if operation.kind is OperationKind.CREATE:
        key = program.target.rows["self"]
        return program.put(key, program.wants[key].with_value(name, value))
    return program.aim(program.target.with_value(name, value))


# --- again ------------------------------------------------------------------------


def _twice(context: Context, operation: Operation, program: Program) -> None:
    """Send the same request a second time."""
    run = context.searcher.run(program)
    if run.answer is None or not run.answer.ok:
        return
    again = context.session.send(run.answer.draft)
    seen = context.looker.after(again)
    subject = program.target.rows.get("self") if program.target is not None else None
    if not again.ok and subject is not None and again.status != 404:
        seen = context.looker.at(operation.entity, run.ids[subject])
    covers = f"{operation.id}:{again.status}"
    named = heading(operation, "a second time", "edge" if again.ok else "error", covers)
    context.write(named, again, asserts_effects=seen)
