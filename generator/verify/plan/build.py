"""The planner's entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from generator.core.digest import digest
from generator.guards.model import GuardIR
from generator.ir.model import ApplicationIR
from generator.verify.model import Scenario, Suite, TestsModelIR, Uncovered
from generator.verify.plan.claims import Claim
from generator.verify.plan.company import companions
from generator.verify.plan.conditions import writes_others
from generator.verify.plan.context import Context
from generator.verify.plan.others import decided_by_others, meets
from generator.verify.plan.regressions import SUITE as REGRESSIONS
from generator.verify.plan.regressions import regressions
from generator.verify.plan.replay import COMPANY, Replayer
from generator.verify.plan.session import BASE, START, TICK
from generator.verify.plan.suites.branches import plan_branches
from generator.verify.plan.suites.chains import plan_chains
from generator.verify.plan.suites.finer import plan_finer
from generator.verify.plan.suites.folds import plan_folds
from generator.verify.plan.suites.guards import plan_guards
from generator.verify.plan.suites.in_use import plan_in_use
from generator.verify.plan.suites.least import plan_least
from generator.verify.plan.suites.links import plan_links
from generator.verify.plan.suites.lists import plan_lists
from generator.verify.plan.suites.members import plan_members
from generator.verify.plan.suites.paths import plan_paths
from generator.verify.plan.suites.references import plan_references
from generator.verify.plan.suites.success import plan_success
from generator.verify.plan.suites.uniques import plan_uniques
from generator.verify.plan.suites.updates import plan_updates
from generator.verify.plan.suites.ways import plan_ways
from generator.verify.plan.wide import wide_decimals

UNTRIED = "no sequence of requests that comes out the same in any company was found"

# Late in the evening of a leap day, and just after midnight: other dates, weekdays and months.
# The second one takes its time: what is counted from the clock comes out otherwise.
_REPLAYS = (
    (START + timedelta(days=353, hours=11, minutes=40), BASE + 10**9 + 7, TICK),
    (START - timedelta(days=70, hours=11, minutes=50), BASE + 2 * 10**9 + 13, 1234 * TICK),
)


@wide_decimals
def make_plan(
    ir: ApplicationIR, guards: GuardIR | None = None, stored: Sequence[tuple[str, str]] = ()
) -> TestsModelIR:
    """Plan every scenario of an application; `guards` adds conditions that are its alone.

    `stored` are name and text of scenarios that were found by the oracle.
    """
    context = Context(ir, guards)
    context.solve_rows()
    _plan_what_works(context)
    for operation in ir.api.operations:
        plan_paths(context, operation)
        plan_members(context, operation)
        plan_references(context, operation)
        plan_guards(context, operation, guards)
        plan_finer(context, operation, guards)
        plan_uniques(context, operation)
        plan_lists(context, operation)
    for operation in ir.api.operations:
        plan_in_use(context, operation)
        plan_folds(context, operation, guards)
        plan_ways(context, operation, guards)
        plan_least(context, operation)
    plan_chains(context)
    context.scenarios += regressions(stored, context.number)
    scenarios = _settled(context)
    return TestsModelIR(
        app=ir.name,
        ir_digest=digest(ir),
        suites=_suites(scenarios),
        uncovered=context.missed(),
        untried=_untried(context, scenarios),
        max_page_size=ir.infrastructure.max_page_size,
    )


def _plan_what_works(context: Context) -> None:
    """Plan successes; what they have shown may be what an operation lacked that was asked before."""
    solved = context.solve_operations()
    while solved:
        for operation in solved:
            plan_success(context, operation)
            plan_updates(context, operation)
            plan_links(context, operation)
            plan_branches(context, operation)
        solved = context.solve_operations()


def _settled(context: Context) -> list[Scenario]:
    """Keep what comes out the same among other rows, or at least without any, and at other times.

    What must be alone comes first, what needs an empty database last.
    """
    lonely, decided = writes_others(context.ir), decided_by_others(context.ir)
    named = [
        replace(s, alone=s.alone or any(step.operation in lonely for step in s.steps))
        for s in context.scenarios
    ]
    alone, taken = _keep_lonely(context, _in_order([s for s in named if s.alone]))
    social = [s for s in named if not s.alone and not meets(s, decided)]
    social = _keep_social(context, social, taken)
    kept = {s.name for s in (*alone, *social)}
    return [*alone, *social, *_keep_fresh(context, [s for s in named if s.name not in kept])]


def _keep_lonely(context: Context, scenarios: list[Scenario]) -> tuple[list[Scenario], list[set[Claim]]]:
    """Replay them exactly as they will be run: one after the other, with every row that was left.

    Returns what stays of them, and what they have taken in each replay.
    """
    taken: list[set[Claim]] = [set() for _ in _REPLAYS]
    for claims, (start, base, pace) in zip(taken, _REPLAYS if scenarios else (), strict=False):
        replayer = Replayer(context.ir, base, None, pace=pace)
        kept = [_settle(context, replayer, s, start) for s in scenarios]
        scenarios = [s for s in kept if s is not None]
        claims.update(*replayer.claimed.values())
    return scenarios, taken


def _keep_social(context: Context, scenarios: list[Scenario], taken: list[set[Claim]]) -> list[Scenario]:
    """Replay each among others, later ones before earlier ones, so that not only rows of before are there."""
    others = companions(context.ir, scenarios)
    for number, (start, base, pace) in enumerate(_REPLAYS):
        replayer = Replayer(context.ir, base, number * COMPANY // 2, others, pace)
        kept = [_settle(context, replayer, s, start) for s in reversed(scenarios)]
        scenarios = _apart(context, replayer, [s for s in reversed(kept) if s is not None], taken[number])
    return _among_all(context, scenarios) if others else scenarios


def _among_all(context: Context, scenarios: list[Scenario]) -> list[Scenario]:
    """Replay them one after the other, both ways: some expression sees the rows of every other one."""
    for start, base, pace in _REPLAYS:
        replayer = Replayer(context.ir, base, None, pace=pace)
        kept = [_settle(context, replayer, s, start) for s in reversed(scenarios)]
        scenarios = [s for s in kept if s is not None]
    return scenarios


def _keep_fresh(context: Context, scenarios: list[Scenario]) -> list[Scenario]:
    """Replay each in an empty world: other rows would be in its way."""
    scenarios = [replace(s, alone=False, fresh=True) for s in scenarios]
    for start, base, pace in _REPLAYS:
        replayer = Replayer(context.ir, base, pace=pace)
        kept = [_settle(context, replayer, s, start) for s in scenarios]
        scenarios = [s for s in kept if s is not None]
    for scenario in scenarios:
        context.miss_no_more(scenario.name)
    return scenarios


def _apart(
    context: Context, replayer: Replayer, scenarios: list[Scenario], before: set[Claim]
) -> list[Scenario]:
    """Keep, of those whose rows would be in each other's way, the first."""
    taken = set(before)
    kept = []
    for scenario in scenarios:
        claims = replayer.claimed[scenario.name]
        if taken.isdisjoint(claims):
            taken |= claims
            kept.append(scenario)
        else:
            context.miss(scenario.name, "another scenario has rows with the same unique values")
    return kept


def _settle(context: Context, replayer: Replayer, scenario: Scenario, start: datetime) -> Scenario | None:
    settled, problem = replayer.settle(scenario, start)
    if settled is None:
        context.miss(scenario.name, f"its answers depend on other rows or on the time: {problem}")
    return settled


def _untried(context: Context, scenarios: list[Scenario]) -> tuple[Uncovered, ...]:
    """Return the operations without a request, each with the reason."""
    tried = {step.operation for scenario in scenarios for step in scenario.steps}
    missing = (o.id for o in context.ir.api.operations if o.id not in tried)
    return tuple(Uncovered(o, context.uncovered.get(o, UNTRIED)) for o in missing)


def _in_order(scenarios: list[Scenario]) -> list[Scenario]:
    """Return the scenarios as they stand in the plan: suite by suite."""
    return [scenario for suite in _suites(scenarios) for scenario in suite.scenarios]


def _suites(scenarios: list[Scenario]) -> tuple[Suite, ...]:
    grouped: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        grouped.setdefault(scenario.suite, []).append(scenario)
    return tuple(Suite(name, _suite_kind(name), tuple(members)) for name, members in grouped.items())


def _suite_kind(name: str) -> Literal["endpoint", "flow", "standalone"]:
    if name == REGRESSIONS:
        return "standalone"
    return "flow" if name.startswith("flow:") else "endpoint"
