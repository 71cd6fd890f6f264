"""Updates that change one member after the other; the others must stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec

from generator.ir.model import Collection, Operation, OperationKind
from generator.verify.plan.builder import Unreachable
from generator.verify.plan.context import Context, heading
from generator.verify.plan.goals import Goal
from generator.verify.plan.maker import wire_of
from generator.verify.plan.realize import Run
from generator.verify.plan.requests import ref
from generator.verify.plan.session import Exchange
from generator.verify.plan.suites.members import Member, members_of
from generator.verify.plan.suites.success import record
from generator.verify.plan.values import At, Day, Token, Value
from generator.verify.plan.wants import Program

BUDGET = 20
FEW = 8


def plan_updates(context: Context, operation: Operation) -> None:
    """Change one member after the other."""
    program = context.good(operation)
    if operation.kind is not OperationKind.UPDATE or program is None or program.target is None:
        return
    grown, rows = _with_rows(context, operation, program)
    key = program.target.rows["self"]
    run, beside = _beside(context, grown, key)
    if not run.ready:
        rows, run = {}, context.searcher.prepare(program)
    if not run.ready or run.draft is None:
        return
    kept = list(context.session.exchanges)
    before, left = len(kept), list[Member]()
    for member in members_of(context, operation):
        bodies = list(_bodies(context, member, run, key, rows))
        changed = _change(context, run, run.ids[key], member, bodies)
        kept += [] if changed is None else [changed]
        left += [member] if changed is None else []
    for collection in context.index.entities[operation.entity].collections:
        if collection.kind == "links" and rows.get(collection.name) in run.ids:
            kept += _relinked(context, run, collection, run.ids[rows[collection.name]])
    if len(kept) > before:
        covers = f"{operation.id}:partial"
        named = heading(operation, "changes what is sent and nothing else", "effect", covers)
        target = kept[-1]
        for row in (key, *beside):
            _look(context, operation, run.ids[row], kept)
        context.write(named, target, kept, asserts_effects=True)
    for member in left:
        if member.type.name == "row":
            _referred(context, operation, program, member)
        else:
            _valued(context, operation, program, member)


def _referred(context: Context, operation: Operation, program: Program, member: Member) -> None:
    """Look for a row that the operation lets the reference be changed to."""
    if program.target is None:
        return
    try:
        grown, key = context.builder.row(program, member.type.of)
    except Unreachable:
        return
    start = grown.aim(program.target.with_row(f"field:{member.name}", key))
    found = context.searcher.find([start], Goal(), BUDGET)
    if found is not None:
        context.note_variant(operation, found.program)
        record(context, operation, found.program, f"{member.wire} names another row")


def _valued(context: Context, operation: Operation, program: Program, member: Member) -> None:
    """Look for another value that the operation lets the member be changed to."""
    if program.target is None:
        return
    key = program.target.rows["self"]
    run = context.searcher.prepare(program)
    before = (context.session.row(operation.entity, run.ids[key]) or {}).get(member.name)
    values = (*_others(context, member, run, key), *(v for _, v in context.maker.bounds(member)))
    for value in values:
        start = program.aim(program.target.with_value(member.name, value))
        found = context.searcher.find([start], Goal(other=((member.wire, before),)), FEW)
        after = None if found is None else context.session.row(operation.entity, found.ids[key])
        if found is not None and after is not None and after.get(member.name) != before:
            record(context, operation, found.program, f"{member.wire} alone is another")
            return


def _with_rows(context: Context, operation: Operation, program: Program) -> tuple[Program, dict[str, int]]:
    """Add a row for each reference that may be changed to it."""
    rows: dict[str, int] = {}
    for member in members_of(context, operation):
        if member.type.name == "row":
            try:
                program, rows[member.name] = context.builder.row(program, member.type.of)
            except Unreachable:
                continue
    for collection in context.index.entities[operation.entity].collections:
        if collection.kind == "links":
            try:
                program, rows[collection.name] = context.builder.row(program, collection.entity)
            except Unreachable:
                continue
    return program, rows


def _beside(context: Context, program: Program, key: int) -> tuple[Run, tuple[int, ...]]:
    """Prepare the update beside another row below the same owner, which it must leave alone."""
    want, builder = program.wants[key], context.builder
    owner = {context.index.entities[want.entity].owner_field: want.owner} if want.owner is not None else {}
    for add in (partial(builder.twin, program, key), partial(builder.row, program, want.entity, **owner)):
        with suppress(Unreachable):
            grown, other = add()
            run = context.searcher.prepare(grown)
            if run.ready and run.ids[other] != run.ids[key]:
                return run, (other,)
    return context.searcher.prepare(program), ()


def _bodies(
    context: Context, member: Member, run: Run, key: int, rows: dict[str, int]
) -> Iterator[dict[str, Any]]:
    """Yield bodies that change a member, the likeliest first."""
    if member.type.name == "row":
        if member.name in rows and rows[member.name] in run.ids:
            yield {member.wire: ref(run.ids[rows[member.name]])}
        if member.type.nullable:
            yield {member.wire: None}
        return
    for value in _others(context, member, run, key):
        yield {member.wire: wire_of(member, value)}


def _others(context: Context, member: Member, run: Run, key: int) -> Iterator[Value]:
    """Yield values other than the row is made with; of times such as lie near."""
    now = run.program.wants[key].values.get(member.name)
    if isinstance(now, Token):
        yield context.maker.renew(now)
        return
    if isinstance(now, At):
        yield from (At(now.delta + timedelta(hours=h)) for h in (1, -1, 24, -24))
    if isinstance(now, Day):
        yield from (Day(now.days + d) for d in (1, -1))
    yield from (context.maker.usual(member, n) for n in (1, 2, 3, 0))
    yield from (value for _, value in context.maker.bounds(member))
    if member.type.nullable:
        yield None


def _change(
    context: Context, run: Run, row_id: str, member: Member, bodies: list[dict[str, Any]]
) -> Exchange | None:
    """Send the first body that changes the member; what does not stays out of the scenario."""
    if run.draft is None:
        return None
    entity = context.session.operation(run.draft).entity
    for body in bodies:
        before = (context.session.row(entity, row_id) or {}).get(member.name)
        about = f"{member.wire} alone"
        sent = context.session.send(msgspec.structs.replace(run.draft, body=body, about=about))
        if sent.ok and (context.session.row(entity, row_id) or {}).get(member.name) != before:
            return sent
    return None


def _relinked(context: Context, run: Run, collection: Collection, linked: str) -> list[Exchange]:
    """Link a row, send nothing, link none: what is not sent stays."""
    if run.draft is None:
        return []
    wire, found = collection.wire, list[Exchange]()
    for body, about in (({wire: [ref(linked)]}, "one"), ({}, "nothing is sent"), ({wire: []}, "none")):
        sent = context.session.send(msgspec.structs.replace(run.draft, body=body, about=f"{wire}: {about}"))
        found += [sent] if sent.ok else []
    return found


def _look(context: Context, operation: Operation, row_id: str, kept: list[Exchange]) -> None:
    seen = len(context.session.exchanges)
    context.looker.at(operation.entity, row_id)
    kept += context.session.exchanges[seen:]
