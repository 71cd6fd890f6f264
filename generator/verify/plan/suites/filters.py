"""What a list can be filtered by: own rows that differ in it, numbers at the bounds of their type."""

from __future__ import annotations

from generator.ir.index import client_fields
from generator.ir.model import Field, Operation
from generator.verify.plan.builder import Unreachable
from generator.verify.plan.context import Context
from generator.verify.plan.goals import Goal
from generator.verify.plan.wants import Program

BUDGET = 6
INT_BOUNDS = (2**31 - 1, 2**31, -(2**31), -(2**31) - 1)


def with_references(
    context: Context, operation: Operation, program: Program, keys: tuple[int, ...]
) -> Program:
    """Let two of the rows refer to different rows wherever they are filtered by what they refer to."""
    entity = context.index.entities[operation.entity]
    for field in client_fields(entity):
        filtered = field.type.name == "row" and field.name in entity.listing.filters
        if filtered and all(program.wants[k].refs.get(field.name) is None for k in keys):
            program = _referring(context, program, keys, field)
    return program


def _referring(context: Context, program: Program, keys: tuple[int, ...], field: Field) -> Program:
    grown = program
    for key in keys[:2]:
        if not grown.wants[key].made_by_create:
            return program
        try:
            grown, other = context.builder.row(grown, field.type.of)
        except Unreachable:
            return program
        grown = grown.put(key, grown.wants[key].with_ref(field.name, other))
    run = context.searcher.find([grown], Goal(rows=keys), BUDGET)
    return program if run is None else run.program


def beyond(field: Field) -> list[dict[str, str]]:
    """Return queries with the first and last number of the type, and those next to them."""
    if field.type.name != "int":
        return []
    names = (field.wire, f"{field.wire}_min", f"{field.wire}_max")
    return [{name: str(number)} for name in names for number in INT_BOUNDS]
