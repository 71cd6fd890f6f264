"""What a list can be filtered by: own rows that differ in it, numbers at the bounds of their type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import msgspec

from generator.ir.model import Field, Managed, Operation
from generator.verify.plan.builder import Unreachable
from generator.verify.plan.context import Context
from generator.verify.plan.goals import Goal
from generator.verify.plan.knobs import Knob
from generator.verify.plan.wants import Program

BUDGET = 24
_FILLED = (Managed.CLIENT, Managed.SERVER)
INT_BOUNDS = (2**31 - 1, 2**31, -(2**31), -(2**31) - 1)


class Group(msgspec.Struct, frozen=True):
    """Own rows, and the query that shows them and no others (None: there is no such query)."""

    program: Program
    keys: tuple[int, ...]
    narrow: tuple[str, str] | None = None  # query name or "q" or "path", and the field it is made of


def differing(context: Context, operation: Operation, group: Group, name: str) -> Program:
    """Let own rows differ in what they are filtered by: two refer to different rows, the last may have none.

    Of a value that is null in all of them, one has it. What the list is narrowed to own rows by stays.
    """
    by = "" if group.narrow is None else group.narrow[1]
    if by == name:
        return group.program
    program = _apart(context, operation.entity, group.program, group.keys, name)
    shared = _values(context, operation.entity, program, group.keys, by) if by else {}
    return group.program if len(set(shared.values())) > 1 else program


def _apart(context: Context, entity: str, program: Program, keys: tuple[int, ...], name: str) -> Program:
    field = context.index.field(entity, name)
    reference = field.type.name == "row"
    if field.managed not in _FILLED or not (reference or field.managed is Managed.SERVER):
        return program
    filled: tuple[int, ...] = ()
    for key in keys[: 2 if reference else 1]:
        known = _values(context, entity, program, keys, name)
        if known.get(key) in {None, *(known[k] for k in filled)}:
            found = _filled(context, program, keys, (*filled, key), field)
            if found is None:
                return program
            program = found
        filled = (*filled, key)
    return program


def _values(
    context: Context, entity: str, program: Program, keys: tuple[int, ...], name: str
) -> dict[int, str]:
    """Return the value of a field of each row, nulls left out."""
    run = context.searcher.run(program)
    rows = {k: context.session.row(entity, run.ids[k]) for k in keys if k in run.ids}
    return {k: str(row[name]) for k, row in rows.items() if row is not None and row[name] is not None}


def _filled(
    context: Context, program: Program, keys: tuple[int, ...], filled: tuple[int, ...], field: Field
) -> Program | None:
    """Have the last of `filled` got the field by rows that are there, by a new one, or by a flow."""
    goal = Goal(rows=keys, filled=tuple((key, field.name) for key in filled))
    taken = {program.wants[key].refs.get(field.name) for key in filled[:-1]}
    starts = list(_ways(context, program, filled[-1], field, taken))
    run = context.searcher.find(starts, goal, BUDGET)
    return None if run is None else run.program


def _ways(
    context: Context, program: Program, key: int, field: Field, taken: set[int | None]
) -> Iterator[Program]:
    """Yield programs in which a row gets the field: by a flow, or as a reference to a row not `taken`."""
    sent = field.managed is Managed.CLIENT
    if sent and not program.wants[key].made_by_create:
        return
    if field.type.name != "row":
        yield from context.turner.write(program, Knob("written", field.name, field, key=key))
        return
    knob = Knob("ref" if sent else "written", field.name, field, key=key)
    for other, want in list(program.wants.items()):
        if want.entity == field.type.of and other not in {key, *taken}:
            yield from context.turner.refer(program, knob, other)
    if program.wants[key].entity == field.type.of:
        with suppress(Unreachable):
            grown, other = context.builder.twin(program, key)
            yield from context.turner.refer(grown, knob, other)
    yield from context.turner.refer_new(program, knob, field.type.of)


def beyond(field: Field) -> list[dict[str, str]]:
    """Return queries with the first and last number of the type, and those next to them."""
    if field.type.name != "int":
        return []
    names = (field.wire, f"{field.wire}_min", f"{field.wire}_max")
    return [{name: str(number)} for name in names for number in INT_BOUNDS]
