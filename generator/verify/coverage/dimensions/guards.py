"""Every guard and every unique broken alone: without it, the same request would be carried out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from generator.ir.model import Operation, OperationKind, Unique
from generator.ir.writes import writes_of
from generator.verify.coverage.case import Case, named
from generator.verify.coverage.dimensions.values import CONSTRAINTS
from generator.verify.coverage.model import Item
from generator.verify.coverage.replay import Player
from generator.verify.without import without_guard, without_unique

GUARDS = "guards"


def guards(case: Case) -> Iterator[Item]:
    """Yield an item for each condition that can refuse each operation."""
    for operation in case.ir.api.operations:
        for condition, what in conditions(case, operation).items():
            without = _ungated(case, operation, condition)
            moments = case.refused_by(operation.id, condition)
            by = next((m.scenario.name for m in moments if case.works(without, m)), "")
            said = f"{named(operation)} is refused by {what} alone"
            item = f"{operation.id}:{condition}"
            yield Item(GUARDS, item, condition, said, "covered" if by else "missing", by)


def _ungated(case: Case, operation: Operation, condition: str) -> Player:
    """Return a player without a condition of an operation."""
    return case.changed(
        ("guard", operation.id, condition), lambda ir: without_guard(ir, case.guards, operation, condition)
    )


def conditions(case: Case, operation: Operation) -> dict[str, str]:
    """Return the conditions of an operation by id, from the IR and from the guard IR, with what they are."""
    flow = case.index.flows.get(operation.flow)
    found = {c.id: f"`{c.text}`" for c in operation.requires}
    if flow is not None:
        found |= {c.id: f"`{c.text}`" for c in (*flow.requires, *flow.ensures)}
    writes = writes_of(case.index, operation)
    for entity in case.index.entities.values():
        for rule in entity.rules:
            if writes.may_break(entity.name, rule):
                found[rule.condition.id] = f"`{rule.condition.text}`"
    for guard in case.guards.get(operation.entity, operation.name):
        if not guard.source_constraint_id.startswith("effect:"):
            found.setdefault(guard.source_constraint_id, "a guard")
    return found


def uniques(case: Case) -> Iterator[Item]:
    """Yield an item for each unique that each operation may run into."""
    for operation in case.ir.api.operations:
        for entity, unique in uniques_of(case, operation):
            merges = operation.kind is OperationKind.CREATE and unique.on_conflict != "reject"
            by = _merged(case, operation, unique) if merges else _refused(case, operation, unique)
            done = unique.on_conflict if merges else "refused"
            fields = ", ".join(unique.fields)
            what = f"{named(operation)}: {fields} of {entity} taken already: {done}"
            item = f"{operation.id}:{unique.id}:unique"
            yield Item(CONSTRAINTS, item, unique.id, what, "covered" if by else "missing", by)


def uniques_of(case: Case, operation: Operation) -> Iterator[tuple[str, Unique]]:
    """Yield the uniques of the rows that an operation writes, with their entity."""
    writes = writes_of(case.index, operation)
    for entity in case.index.entities.values():
        single = (Unique(f.id, "", (f.name,)) for f in entity.fields if f.unique)
        for unique in (*single, *entity.uniques):
            if writes.touches(entity.name, {*unique.fields, *(unique.during or ())}):
                yield entity.name, unique


def _refused(case: Case, operation: Operation, unique: Unique) -> str:
    without = case.changed(("unique", unique.id), partial(without_unique, unique=unique.id))
    moments = case.refused_by(operation.id, unique.id)
    return next((m.scenario.name for m in moments if case.works(without, m)), "")


def _merged(case: Case, operation: Operation, unique: Unique) -> str:
    """Return a scenario in which a create met the row that is there, and makes one if nothing is unique."""
    without = case.changed(("unique", unique.id), partial(without_unique, unique=unique.id))
    for moment in case.of(operation.id):
        if moment.answer.status == 200:
            made = without.again(moment)
            if made is not None and made.status == operation.status:
                return moment.scenario.name
    return ""
