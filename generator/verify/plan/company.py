"""Scenarios that are played beside another one, where an application can see rows of others."""

from __future__ import annotations

from generator.core.structs import structs
from generator.expr.model import RowsOf
from generator.ir.index import Index
from generator.ir.model import ApplicationIR
from generator.ir.writes import writes_of
from generator.verify.model import Scenario, Step

_MOST = 6


def companions(ir: ApplicationIR, scenarios: list[Scenario]) -> list[Scenario]:
    """Return short scenarios that make, change and delete rows of entities that are read as a whole."""
    seen = read_whole(ir)
    index = Index(ir)
    found: dict[str, Scenario] = {}
    for scenario in sorted(scenarios, key=lambda s: len(s.steps)) if seen else ():
        for step in scenario.steps:
            if not scenario.alone and _writes(index, step, seen):
                found.setdefault(step.operation, scenario)
    return list({s.name: s for s in found.values()}.values())[:_MOST]


def _writes(index: Index, step: Step, entities: set[str]) -> bool:
    if step.expect.status >= 300:
        return False
    writes = writes_of(index, index.operations[step.operation])
    return not entities.isdisjoint(
        {*writes.creates, *writes.deletes, *(entity for entity, _ in writes.fields)}
    )


def read_whole(ir: ApplicationIR) -> set[str]:
    """Return the entities of which some expression reads all rows."""
    return {node.entity.removeprefix("entity:") for node in structs(ir) if isinstance(node, RowsOf)}
