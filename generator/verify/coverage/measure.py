"""Measures how far a plan reaches, from what its steps do on the reference interpreter.

What there is to try comes from the IR, the guard IR and the declared statuses;
the plan's own opinion of what it covers is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from generator.core.digest import digest
from generator.guards.model import GuardIR
from generator.ir.model import ApplicationIR
from generator.verify.coverage.case import Case
from generator.verify.coverage.dimensions.derived import derived
from generator.verify.coverage.dimensions.effects import effects
from generator.verify.coverage.dimensions.endpoints import endpoints, statuses
from generator.verify.coverage.dimensions.guards import guards, uniques
from generator.verify.coverage.dimensions.references import references
from generator.verify.coverage.dimensions.touched import touched
from generator.verify.coverage.dimensions.transitions import transitions
from generator.verify.coverage.dimensions.values import bounds, constraints
from generator.verify.coverage.model import Coverage, Item
from generator.verify.coverage.proofs.prove import prove
from generator.verify.coverage.replay import play
from generator.verify.model import TestsModelIR
from generator.verify.plan.wide import wide_decimals

_DIMENSIONS = (
    endpoints,
    statuses,
    constraints,
    references,
    uniques,
    guards,
    transitions,
    effects,
    touched,
    derived,
    bounds,
)


@wide_decimals
def measure(ir: ApplicationIR, guards: GuardIR, plan: TestsModelIR) -> Coverage:
    """Return every item of every dimension with what became of it."""
    moments, strange = play(ir, plan)
    case = Case(ir, guards, moments)
    return Coverage(digest(plan.suites), _reasoned(prove(case, _items(case)), plan), tuple(strange))


def _reasoned(items: tuple[Item, ...], plan: TestsModelIR) -> tuple[Item, ...]:
    """Say of what is missing why, with the planner's words where it has any."""
    told = {u.node: u.reason for u in plan.uncovered}
    return tuple(i if i.state != "missing" else replace(i, reason=_reason(i, told)) for i in items)


def _reason(item: Item, told: dict[str, str]) -> str:
    operation = ":".join(item.id.split(":")[:2])
    for node, reason in told.items():
        if node.startswith(item.id) or node == operation:
            return reason
    return "no scenario of the plan does it"


def _items(case: Case) -> Iterator[Item]:
    for dimension in _DIMENSIONS:
        yield from dimension(case)
