"""Uniqueness and overlap: refused or merged, harmless where it does not count; rows in use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from generator.ir.index import updatable_fields
from generator.ir.model import Entity, Field, Managed, Operation, OperationKind, Unique
from generator.ir.writes import writes_of
from generator.verify.plan.builder import Unreachable
from generator.verify.plan.conditions import Cause, all_uniques
from generator.verify.plan.context import Context
from generator.verify.plan.goals import Goal
from generator.verify.plan.imagine import World
from generator.verify.plan.knobs import Knob
from generator.verify.plan.realize import Run
from generator.verify.plan.suites.guards import label, write_refusal
from generator.verify.plan.suites.success import record
from generator.verify.plan.tweaks import Tweaker
from generator.verify.plan.values import At, Day, Value
from generator.verify.plan.wants import Place, Program

BUDGET = 40


def plan_uniques(context: Context, operation: Operation) -> None:
    """Add the scenarios about what an operation may not make twice."""
    program = context.good(operation)
    if program is None:
        return
    writes = writes_of(context.index, operation)
    for entity in context.index.entities.values():
        for unique in all_uniques(entity):
            if writes.touches(entity.name, {*unique.fields, *(unique.during or ())}):
                _one(context, operation, program, Cause(unique.id, "unique", entity.name, unique=unique))


def _one(context: Context, operation: Operation, program: Program, cause: Cause) -> None:
    if cause.unique is None:
        return
    unique = cause.unique
    creates = operation.kind is OperationKind.CREATE
    merges = creates and unique.on_conflict != "reject"
    goal = Goal(cause, status=200) if merges else Goal(cause)
    node = f"{operation.id}:{cause.id}:{unique.on_conflict if merges else 'refused'}"
    if any(context.index.field(cause.entity, n).managed is Managed.COUNTER for n in unique.fields):
        context.miss(node, "a counter never gives a number twice")
        return
    starts = [
        _spanning(start, cause.entity, unique) for start in _starts(context, operation, program, unique)
    ]
    run = context.searcher.find(starts, goal, BUDGET)
    if run is None:
        context.miss(node, f"no sequence of requests in which it refuses was found in {BUDGET} tries")
        return
    if merges:
        record(context, operation, run.program, f"{unique.on_conflict} by {label(context, cause)}", node)
        _elsewhere(context, operation, run, cause, unique)
    else:
        write_refusal(context, operation, run, f"refused by {label(context, cause)}", node, cause.id)
    if creates:
        _harmless(context, operation, run, cause, unique)
    if creates and unique.during is not None:
        _touching(context, operation, run, unique)


def _elsewhere(context: Context, operation: Operation, run: Run, cause: Cause, unique: Unique) -> None:
    """Let the other row differ in one field of the unique after the other: then it is in nobody's way."""
    program = run.program
    new = program.target.rows["self"] if program.target is not None else 0
    rivals = [k for k, w in program.wants.items() if w.entity == cause.entity and k != new]
    for name in unique.fields if rivals else ():
        field = context.index.field(cause.entity, name)
        knob = Knob("ref" if field.type.name == "row" else "field", name, field, key=rivals[-1])
        if knob.kind == "ref":
            starts = list(context.turner.refer_new(program, knob, field.type.of))
        else:
            other = program.wants[knob.key].with_value(name, _other_value(context, field))
            starts = [program.put(knob.key, other)]
        found = context.searcher.find(starts, Goal(status=201), BUDGET // 2)
        if found is not None:
            record(context, operation, found.program, f"another row with another {field.wire} is left alone")


def _other_value(context: Context, field: Field) -> Value:
    own = context.maker.can_be_unique(field)
    return context.maker.unique(field) if own else context.maker.usual(field, 1)


def _starts(context: Context, operation: Operation, program: Program, unique: Unique) -> list[Program]:
    """Return the first guesses; an update must set the fields for them to matter."""
    target = program.target
    if operation.kind is OperationKind.CREATE and target is not None:
        return [_without_nulls(context, program, target.rows["self"], unique), program]
    if operation.kind is not OperationKind.UPDATE or target is None:
        return [program]
    entity = context.index.entities[operation.entity]
    for name in (*unique.fields, *(unique.during or ())):
        field = context.index.field(entity.name, name)
        if field.managed.value != "client" or field.immutable or field.type.name == "row":
            continue
        target = target.with_value(name, _another(context, field, program, target.rows["self"]))
    return [*_referring(context, program.aim(target), entity, unique), program.aim(target)]


def _without_nulls(context: Context, program: Program, key: int, unique: Unique) -> Program:
    """Fill in what the new row may leave out of the unique: null is in nobody's way."""
    want = program.wants[key]
    for name in unique.fields:
        field = context.index.field(want.entity, name)
        if not field.type.nullable or field.managed is not Managed.CLIENT:
            continue
        if field.type.name != "row" and want.values.get(name) is None:
            program = program.put(key, program.wants[key].with_value(name, context.maker.usual(field)))
        elif field.type.name == "row" and want.refs.get(name) is None:
            try:
                program, row = context.builder.row(program, field.type.of)
            except Unreachable:
                continue
            program = program.put(key, program.wants[key].with_ref(name, row))
    return program


def _spanning(program: Program, entity: str, unique: Unique) -> Program:
    """Let each range be one of two days at least: an empty one is in nobody's way."""
    if unique.during is None:
        return program
    start, end = unique.during
    for key, want in program.wants.items():
        if want.entity == entity and (last := _past(want.values.get(start), want.values.get(end))):
            program = program.put(key, want.with_value(end, last))
    target = program.target
    if target is not None and (last := _past(target.values.get(start), target.values.get(end))):
        program = program.aim(target.with_value(end, last))
    return program


def _past(first: Value, last: Value) -> Value:
    """Return a later end for a range that is empty, else None."""
    match first, last:
        case At(delta=a), At(delta=b) if a >= b:
            return At(a + timedelta(days=2))
        case Day(days=a), Day(days=b) if a >= b:
            return Day(a + 2)
        case date(), date() if first >= last:
            return first + timedelta(days=2)
    return None


def _referring(context: Context, program: Program, entity: Entity, unique: Unique) -> Iterator[Program]:
    """Yield programs in which the update sets a reference of the unique to a row of its own."""
    for field in updatable_fields(entity):
        if field.name in unique.fields and field.type.name == "row" and program.target is not None:
            try:
                grown, key = context.builder.row(program, field.type.of)
            except Unreachable:
                continue
            yield grown.aim(program.target.with_row(f"field:{field.name}", key))


def _another(context: Context, field: Field, program: Program, key: int) -> Value:
    """Return a value other than the row is made with; at a time in the same distance from the others."""
    now = program.wants[key].values.get(field.name)
    if isinstance(now, At):
        return At(now.delta + timedelta(days=3))
    if isinstance(now, Day):
        return Day(now.days + 3)
    if context.maker.can_be_unique(field):
        return context.maker.unique(field)
    return context.maker.usual(field, 1)


def _harmless(context: Context, operation: Operation, run: Run, cause: Cause, unique: Unique) -> None:
    """Take the row that is in the way out of what `while` counts: both may be there."""
    if unique.only is None:
        return
    again = context.searcher.run(run.program)
    world = World(context.session, again, Place("target"))
    tweaker = Tweaker(context.builder, context.turner, world, late_first=True)
    rivals = [k for k in again.ids if again.program.wants[k].entity == cause.entity and not _new(again, k)]
    starts = [
        changed
        for key in rivals
        for changed in islice(tweaker.toward(unique.only, {"self": key}, truth=False), 10)
    ]
    found = context.searcher.find(starts, Goal(status=201), BUDGET)
    node = f"{operation.id}:{cause.id}:harmless"
    if found is None:
        context.miss(node, "no world in which the other row does not count was found")
        return
    record(context, operation, found.program, f"{label(context, cause)}: the other row does not count", node)


def _new(run: Run, key: int) -> bool:
    target = run.program.target
    return target is not None and target.rows.get("self") == key


# --- ranges -------------------------------------------------------------------------


def _touching(context: Context, operation: Operation, run: Run, unique: Unique) -> None:
    """Let the new range begin where the other ends, then a little before that."""
    target = run.program.target
    if target is None or unique.during is None:
        return
    start, end = unique.during
    key = target.rows["self"]
    new = run.program.wants[key]
    rival = next(
        (
            w
            for k, w in run.program.wants.items()
            if w.entity == new.entity and k != key and {start, end} <= w.values.keys()
        ),
        None,
    )
    if rival is None:
        return
    first, last = rival.values[start], rival.values[end]
    for inside, what in ((False, "ranges that touch are allowed"), (True, "ranges that overlap a little")):
        begin, finish = _shifted(first, last, inside=inside)
        changed = run.program.put(key, new.with_value(start, begin).with_value(end, finish))
        again = context.searcher.run(changed)
        if again.answer is None or not again.ready:
            continue
        if again.answer.ok and not inside:
            record(context, operation, changed, what, f"{unique.id}:touching")
        elif again.answer.constraint == unique.id and inside:
            write_refusal(context, operation, again, f"{what} are refused", f"{unique.id}:overlap", unique.id)


def _shifted(first: Value, last: Value, *, inside: bool) -> tuple[Value, Value]:
    """Return a range as long as the other, from its end on."""
    if isinstance(first, At) and isinstance(last, At):
        begin = last.delta - (timedelta(seconds=1) if inside else timedelta(0))
        return At(begin), At(begin + (last.delta - first.delta))
    if isinstance(first, Day) and isinstance(last, Day):
        begin_day = last.days - (1 if inside else 0)
        return Day(begin_day), Day(begin_day + (last.days - first.days))
    return first, last
