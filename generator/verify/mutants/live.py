"""Scenarios against a mutant: those that concern it first, until one fails."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from generator.verify.model import TestsModelIR
from generator.verify.program.client import open_client, sender
from generator.verify.program.database import open_emptier
from generator.verify.program.plan import Scenario
from generator.verify.program.run import Row, on_empty, run_scenario

_PARALLEL = 4
_SECONDS = 20.0
_FIRST = 24
_ELSEWHERE = 4


def first_failure(
    scenarios: Sequence[Scenario],
    base_url: str,
    database: str,
    page: int,
    base: int = 1,
    parallel: int = _PARALLEL,
) -> Row | None:
    """Run scenarios until one fails: first those that need to be alone, last those on an empty database."""
    return asyncio.run(_first_failure(scenarios, base_url, database, page, base, parallel))


async def _first_failure(
    scenarios: Sequence[Scenario], base_url: str, database: str, page: int, base: int, parallel: int
) -> Row | None:
    async with open_client(base_url, _SECONDS, parallel) as client, open_emptier(database) as empty:
        plain = sender(client)

        async def one(scenario: Scenario) -> Row:
            send = on_empty(plain, empty) if scenario.fresh else plain
            return await run_scenario(scenario, send, base_url=base_url, base=base, page=page)

        for scenario in scenarios:
            if scenario.alone and not (row := await one(scenario)).ok:
                return row
        waiting = [s for s in reversed(scenarios) if not s.alone and not s.fresh]
        running = {asyncio.create_task(one(waiting.pop())) for _ in range(min(parallel, len(waiting)))}
        while running:
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            failed = sorted((t.result() for t in done if not t.result().ok), key=lambda r: r.scenario)
            if failed:
                await _cancel(running)
                return failed[0]
            running |= {asyncio.create_task(one(waiting.pop())) for _ in range(min(len(done), len(waiting)))}
        for scenario in scenarios:
            if scenario.fresh and not (row := await one(scenario)).ok:
                return row
        return None


async def _cancel(running: set[asyncio.Task[Row]]) -> None:
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


class Order:
    """Which scenarios concern an IR node, the nearest first."""

    def __init__(self, plan: TestsModelIR, scenarios: Sequence[Scenario]) -> None:
        self._scenarios = list(scenarios)
        self._covers = {s.name: (s.node, *s.covers) for s in plan.scenarios()}

    def first(self, node: str) -> list[Scenario]:
        """Return the scenarios to begin with."""
        ranked = [(self._rank(s, node), number) for number, s in enumerate(self._scenarios)]
        return [self._scenarios[n] for rank, n in sorted(ranked) if rank < _ELSEWHERE][:_FIRST]

    def _rank(self, scenario: Scenario, node: str) -> int:
        if not node:
            return _ELSEWHERE
        operation, entity = _operation(node), _entity(node)
        if any(node in cover for cover in self._covers[scenario.name]):
            return 0
        target = next((s for s in scenario.steps if s.id == scenario.target), scenario.steps[-1])
        if target.operation == operation:
            return 1
        if any(s.operation == operation for s in scenario.steps):
            return 2
        return 3 if _entity(scenario.node) == entity or _entity(target.operation) == entity else _ELSEWHERE


def _operation(node: str) -> str:
    """Return the operation that a guard's or effect's id names."""
    return f"operation:{node.split(':')[1]}" if node.count(":") >= 1 else ""


def _entity(node: str) -> str:
    return node.split(":")[1].partition(".")[0] if ":" in node else ""
