"""Rows that can't be deleted, because another row refers to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from generator.expr.model import EntityRef
from generator.ir.index import updatable_fields
from generator.ir.model import Assign, Field, Operation, OperationKind
from generator.verify.plan.builder import Unreachable
from generator.verify.plan.conditions import Writer
from generator.verify.plan.context import Context, heading
from generator.verify.plan.goals import Goal
from generator.verify.plan.realize import Run
from generator.verify.plan.wants import Move, Program

BUDGET = 20
MAX_WRITERS = 3
MAX_FREED = 3  # other rows that are led elsewhere
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
    for owned in _owned(context, operation.entity):
        _used_below(context, operation, owned)


def _owned(context: Context, entity: str) -> Iterator[str]:
    """Yield the entities whose rows are deleted with a row."""
    for collection in context.index.entities[entity].collections:
        if collection.kind == "owned":
            yield collection.entity
            yield from _owned(context, collection.entity)


def _used_below(context: Context, operation: Operation, owned: str) -> None:
    """Delete a row that owns one which another row refers to."""
    inside = {operation.entity, *_owned(context, operation.entity)}
    for entity in context.index.entities.values():
        for field in entity.fields:
            if field.type.name != "row" or field.type.of != owned or entity.name in inside:
                continue
            for program, key in _ways(context, owned, entity.name, field):
                owners = (k for k in program.owners(key) if program.wants[k].entity == operation.entity)
                starts = [program.aim(Move(operation.id, {"self": k})) for k in owners]
                run = context.searcher.find(starts, Goal(code="in_use"), BUDGET) if starts else None
                if run is not None:
                    _write(context, operation, run, f"a row below is in use by {entity.name}.{field.name}")
                    return


def _write(context: Context, operation: Operation, found: Run, what: str, node: str = "") -> None:
    run = context.searcher.run(found.program)
    if run.answer is None or run.program.target is None:
        return
    seen = context.looker.at(operation.entity, run.ids[run.program.target.rows["self"]])
    covers = (*([node] if node else []), f"{operation.id}:409")
    context.write(heading(operation, what, "error", *covers), run.answer, asserts_effects=seen)


def _used(context: Context, operation: Operation, entity: str, field: Field) -> None:
    node = f"{operation.id}:in_use:{entity}.{field.name}"
    best: Run | None = None
    for program, key in _ways(context, operation.entity, entity, field):
        start = program.aim(Move(operation.id, {"self": key}))
        run = context.searcher.find([start], Goal(code="in_use"), BUDGET)
        best = best or run
        freed = None if run is None else _freed(context, operation.entity, run, entity, field)
        if freed is not None:
            best = freed
            break
    if best is None:
        context.miss(node, "no row that refers to it was found")
        return
    _write(context, operation, best, f"in use by {entity}.{field.name}", node)


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


def _freed(context: Context, target: str, run: Run, entity: str, field: Field) -> Run | None:
    """Return a run in which no other reference keeps the row: other rows are led elsewhere, or deleted."""
    for _ in range(MAX_FREED):
        if _alone(context, target, run, entity, field):
            return run
        starts = list(_without_one(context, target, run, entity, field))
        found = context.searcher.find(starts, Goal(code="in_use"), 2 * len(starts)) if starts else None
        if found is None:
            return None
        run = context.searcher.run(found.program)
    return None


def _without_one(context: Context, target: str, run: Run, entity: str, field: Field) -> Iterator[Program]:
    """Yield programs in which one row of another kind no longer refers to the row that is to be deleted."""
    aimed = run.program.target
    if aimed is None or run.ids.get(aimed.rows["self"]) is None:
        return
    row_id = run.ids[aimed.rows["self"]]
    for key, want in run.program.wants.items():
        row = context.session.row(want.entity, run.ids.get(key, ""))
        for other in context.index.entities[want.entity].fields if row is not None else ():
            if other.type.name != "row" or (row or {}).get(other.name) != row_id:
                continue
            if (want.entity, other.name) != (entity, field.name):
                yield from _released(context, run.program, key, other, target)
                return


def _released(context: Context, program: Program, key: int, field: Field, target: str) -> Iterator[Program]:
    entity = program.wants[key].entity
    for kind in (OperationKind.UPDATE, OperationKind.DELETE):
        operation = context.crud(entity, kind)
        if operation is None:
            continue
        if kind is OperationKind.DELETE:
            yield program.with_late(Move(operation.id, {"self": key}))
        elif field in updatable_fields(context.index.entities[entity]):
            with suppress(Unreachable):
                grown, other = context.builder.row(program, target)
                yield grown.with_late(Move(operation.id, {"self": key, f"field:{field.name}": other}))


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
