"""Rows that can't be deleted, because another row refers to them."""

from __future__ import annotations

from collections.abc import Iterator

from generator.expr.model import EntityRef
from generator.ir.model import Assign, Field, Operation, OperationKind
from generator.verify.plan.builder import Unreachable
from generator.verify.plan.conditions import Writer
from generator.verify.plan.context import Context, heading
from generator.verify.plan.goals import Goal
from generator.verify.plan.realize import Run
from generator.verify.plan.wants import Move, Program

BUDGET = 20
MAX_WRITERS = 3
Used = tuple[Program, int]  # a program, and the row that is in use after it


def plan_in_use(context: Context, operation: Operation) -> None:
    """Add, for a delete, a scenario for each reference that keeps the row."""
    if operation.kind is not OperationKind.DELETE:
        return
    for entity in context.index.entities.values():
        for field in entity.fields:
            refers = field.type.name == "row" and field.type.of == operation.entity
            if refers and field.name != entity.owner_field:
                _used(context, operation, entity.name, field)


def _used(context: Context, operation: Operation, entity: str, field: Field) -> None:
    node = f"{operation.id}:in_use:{entity}.{field.name}"
    best: Run | None = None
    for program, key in _ways(context, operation.entity, entity, field):
        start = program.aim(Move(operation.id, {"self": key}))
        run = context.searcher.find([start], Goal(code="in_use"), BUDGET)
        best = best or run
        if run is not None and _alone(context, operation.entity, run, entity, field):
            best = run
            break
    if best is None:
        context.miss(node, "no row that refers to it was found")
        return
    run = context.searcher.run(best.program)
    if run.answer is None or run.program.target is None:
        return
    seen = context.looker.at(operation.entity, run.ids[run.program.target.rows["self"]])
    named = heading(operation, f"in use by {entity}.{field.name}", "error", node, f"{operation.id}:409")
    context.write(named, run.answer, asserts_effects=seen)


def _ways(context: Context, target: str, entity: str, field: Field) -> Iterator[Used]:
    """Yield programs that end with a row of `entity` that refers to one of `target`."""
    try:
        program, key = context.builder.row(Program(), target)
        yield context.builder.row(program, entity, **{field.name: key})[0], key
    except Unreachable:
        pass
    for writer in context.makers.writers.get((entity, field.name), ())[:MAX_WRITERS]:
        yield from _written(context, entity, writer)
    yield from context.harvest.used(entity, field.name)


def _written(context: Context, entity: str, writer: Writer) -> Iterator[Used]:
    """Yield a program in which a flow sets the reference."""
    effect = writer.effect
    if not isinstance(effect, Assign) or not isinstance(effect.value, EntityRef):
        return
    try:
        program, row = context.builder.row(Program(), entity)
    except Unreachable:
        return
    bound = context.turner.bind(program, row, writer)
    if bound is None:
        return
    program, move = bound
    key = _followed(program, move, effect.value)
    if key is not None:
        yield program.with_late(move), key


def _followed(program: Program, move: Move, ref: EntityRef) -> int | None:
    """Return the wanted row that a reference leads to."""
    key = move.rows.get(ref.root)
    for hop in (*ref.via, *([ref.field] if ref.field else [])):
        key = None if key is None else program.wants[key].refs.get(hop)
    return key


def _alone(context: Context, target: str, run: Run, entity: str, field: Field) -> bool:
    """Whether no other reference keeps the row that a run has tried to delete."""
    if run.program.target is None:
        return False
    row_id = run.ids[run.program.target.rows["self"]]
    users = {
        (e.name, f.name)
        for e in context.index.entities.values()
        for f in e.fields
        if f.type.name == "row" and f.type.of == target
        for row in context.session.rows(e.name).values()
        if row.get(f.name) == row_id
    }
    return users == {(entity, field.name)}
