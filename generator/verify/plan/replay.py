"""Plays scenarios again among the rows of all others and at another time of day.

What comes out otherwise depends on more than the scenario itself: single values
become wildcards, a scenario with another status is taken out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from generator.ir.model import ApplicationIR, Managed, Operation
from generator.verify.interpreter import MISSING, Interpreter
from generator.verify.interpreter.store import State
from generator.verify.model import Scenario
from generator.verify.plan.claims import Claim, Claims
from generator.verify.plan.session import START, TICK
from generator.verify.program.plan import Scenario as Parsed
from generator.verify.program.plan import Step, parse_scenario
from generator.verify.program.run import Reply, Request, check, make_request, pages
from generator.verify.program.symbols import Bindings

MAX_REPAIRS = 40
COMPANY = 25  # scenarios whose rows are there together: neighbours work on the same entities
COMPANIONS = 5  # with companions, after so many scenarios there are rows enough
CROWD = 4  # times that each companion is played before all else
_STRIDE = 10**7 + 123_457  # from one companion's unique values to those of the next
_PART = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[(\d+)\]")


class Router:
    """Finds the operation that a method and path belong to."""

    def __init__(self, operations: tuple[Operation, ...]) -> None:
        ranked = sorted(operations, key=lambda o: len(o.rows))
        self._routes = [(o, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", o.path))) for o in ranked]

    def find(self, method: str, path: str) -> tuple[Operation, Mapping[str, str]]:
        """Return the operation and the ids of its path."""
        for operation, pattern in self._routes:
            found = pattern.fullmatch(path) if operation.method == method else None
            if found is not None:
                return operation, found.groupdict()
        raise KeyError(f"{method} {path}")


class Replayer:
    """Answers requests from one interpreter that keeps the rows of the scenarios before.

    `played` begins the count of scenarios after which their rows are forgotten; None: they never are.
    Requests come at a `pace`. Before the step that matters and the last, one of the `companions` is played.
    `claimed` holds what the rows of each scenario have taken; of one alone, what is left.
    """

    def __init__(
        self,
        ir: ApplicationIR,
        base: int,
        played: int | None = 0,
        companions: Sequence[Scenario] = (),
        pace: timedelta = TICK,
    ) -> None:
        self._interpreter = Interpreter(ir)
        self._blank = _counted_on(self._interpreter)
        self._interpreter.restore(self._blank)
        self._claims = Claims(self._interpreter.index)
        self.claimed: dict[str, frozenset[Claim]] = {}
        self._router = Router(ir.api.operations)
        self._base = base
        self._pace = pace
        self._played = played
        self._page = ir.infrastructure.max_page_size
        self._turn = 0
        self._companions = [c for c in map(_parsed, companions) if self._repeatable(c)]
        for _ in range(CROWD * len(self._companions)):
            self._disturb(START, _Clock(START, self._pace))
        self._blank = self._interpreter.snapshot()

    def settle(self, scenario: Scenario, start: datetime) -> tuple[Scenario | None, str]:
        """Return the scenario with wildcards where it needs them, or None and why it can't stay."""
        self._forget(scenario)
        before = self._interpreter.snapshot()
        for _ in range(MAX_REPAIRS):
            self._interpreter.restore(before)
            step, problem = self._play(scenario, start)
            if not problem:
                after = self._interpreter.snapshot()
                left = self._claims.taken(before, after) if scenario.alone else self._taken
                self.claimed[scenario.name] = left
                return scenario, ""
            changed = _loosen(scenario, step, problem)
            if changed is None:
                return None, problem
            scenario = changed
        return None, "too many of its values depend on other rows or on the time"

    def _forget(self, scenario: Scenario) -> None:
        if scenario.fresh:
            self._interpreter.restore(self._blank)
        elif self._played is not None:
            self._played += 1
            if self._played % (COMPANIONS if self._companions else COMPANY) == 0:
                self._interpreter.restore(self._blank)

    def _play(self, scenario: Scenario, start: datetime) -> tuple[int, str]:
        """Run a scenario; return the position of the step that failed and what was wrong."""
        names = Bindings(start, self._base)
        clock = _Clock(start, self._pace)
        self._taken: frozenset[Claim] = frozenset()
        parsed = _parsed(scenario)
        for position, step in enumerate(parsed.steps):
            if step.id in {parsed.target, parsed.steps[-1].id}:
                self._disturb(start, clock)
            before = self._interpreter.snapshot()
            try:
                problem = self._step(step, names, clock)
            except ValueError as error:
                problem = str(error)
            if problem:
                return position, problem
            self._taken |= self._claims.taken(before, self._interpreter.snapshot())
        return 0, ""

    def _disturb(self, start: datetime, clock: _Clock) -> None:
        """Play the next companion; what comes of it does not matter."""
        if self._companions:
            self._turn += 1
            self._accompany(self._companions[self._turn % len(self._companions)], start, clock)

    def _accompany(self, companion: Parsed, start: datetime, clock: _Clock) -> bool:
        names = Bindings(start, self._base + _STRIDE * self._turn)
        try:
            return not any(self._step(s, names, clock).startswith("expected status") for s in companion.steps)
        except ValueError:
            return False

    def _repeatable(self, companion: Parsed) -> bool:
        """Whether it can be played again and again: its rows are in nobody's way."""
        self._turn += 2
        done = self._accompany(companion, START, _Clock(START, self._pace))
        self._turn -= 1
        again = self._accompany(companion, START, _Clock(START, self._pace))
        self._interpreter.restore(self._blank)
        return done and again

    def _step(self, step: Step, names: Bindings, clock: _Clock) -> str:
        request = make_request(step, names)
        reply = self._walk(request, clock) if step.walk else self._answer(request, clock)
        return check(step, reply, names)

    def _walk(self, request: Request, clock: _Clock) -> Reply:
        items: list[Any] = []
        for asked in pages(request, self._page):
            reply = self._answer(asked, clock)
            if reply.status != 200:
                return reply
            items += reply.body["items"]
            if not reply.body["has_more"]:
                break
        return Reply(200, {"items": items}, "…")

    def _answer(self, request: Request, clock: _Clock) -> Reply:
        operation, path = self._router.find(request.method, request.path)
        body = MISSING if request.content is None else _read(request.content)
        answer = self._interpreter.call(operation.id, path, request.query, body, now=clock.tick())
        text = "" if answer.body is None else "…"
        return Reply(answer.status, answer.body, text)


class _Clock:
    """The time of each request, a little after the one before."""

    def __init__(self, start: datetime, pace: timedelta) -> None:
        self._now = start
        self._pace = pace

    def tick(self) -> datetime:
        """Return the next request's time."""
        self._now += self._pace
        return self._now


def _counted_on(interpreter: Interpreter) -> State:
    """Return a state without rows in which counters of whole entities have given out numbers before."""
    counters = [
        (f.id, None)
        for e in interpreter.index.entities.values()
        for f in e.fields
        if f.managed is Managed.COUNTER and not f.counter_per
    ]
    numbers = {counter: 41 + 17 * n for n, counter in enumerate(counters)}
    return msgspec.structs.replace(interpreter.snapshot(), counters=numbers)


def _parsed(scenario: Scenario) -> Parsed:
    return parse_scenario(msgspec.to_builtins(scenario))


def _read(content: str) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return MISSING


def _loosen(scenario: Scenario, position: int, problem: str) -> Scenario | None:
    """Put a wildcard where the answer was another; None when it is no single value that differs."""
    place, _, _ = problem.partition(": ")
    if not place.startswith("body"):
        return None
    parts: list[str | int] = [name or int(number) for name, number in _PART.findall(place[len("body") :])]
    step = scenario.steps[position]
    changed = None if parts == ["items"] else _put(step.expect.body, parts)
    if changed is None:
        return None
    steps = list(scenario.steps)
    steps[position] = msgspec.structs.replace(step, expect=msgspec.structs.replace(step.expect, body=changed))
    return msgspec.structs.replace(scenario, steps=tuple(steps))


def _put(pattern: Any, parts: list[str | int]) -> Any:
    """Return the pattern with a wildcard at a place; None when there is no such place.

    A list with more elements than the scenario's own becomes one that has at least those.
    """
    if not parts:
        if isinstance(pattern, list):
            return {"$some": pattern}
        if isinstance(pattern, dict):
            return {"$any": True} if not pattern.keys().isdisjoint(("$some", "$number")) else None
        number = isinstance(pattern, int | float) and not isinstance(pattern, bool)
        return {"$number": f"n{pattern}"} if number else {"$any": True}
    if isinstance(pattern, dict) and "$partial" in pattern:
        inner = _put(pattern["$partial"], parts)
        return None if inner is None else {"$partial": inner}
    head, *rest = parts
    if isinstance(pattern, dict) and isinstance(head, str) and head in pattern:
        inner = _put(pattern[head], rest)
        return None if inner is None else pattern | {head: inner}
    if isinstance(pattern, list) and isinstance(head, int) and head < len(pattern):
        inner = _put(pattern[head], rest)
        return None if inner is None else [*pattern[:head], inner, *pattern[head + 1 :]]
    return None
