"""Plays a plan's scenarios on the reference interpreter, each alone in an empty world."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from generator.ir.model import ApplicationIR, Operation
from generator.verify.interpreter import MISSING, Answer, Interpreter
from generator.verify.interpreter.store import State
from generator.verify.model import TestsModelIR
from generator.verify.plan.session import BASE, START, TICK
from generator.verify.program.plan import Scenario, Step, parse_plan
from generator.verify.program.run import Reply, Request, check, make_request, pages
from generator.verify.program.symbols import Bindings

Names = tuple[dict[str, str], dict[str, Any]]


class Moment(msgspec.Struct, frozen=True):
    """One step as it was carried out: what was sent, the world before and after, the answer."""

    scenario: Scenario
    position: int
    operation: Operation
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    now: datetime
    before: State
    after: State
    answer: Answer
    names: Names  # as they are after it
    known: Names = ({}, {})  # as they are before it

    @property
    def step(self) -> Step:
        """The step."""
        return self.scenario.steps[self.position]

    @property
    def ok(self) -> bool:
        """Whether it was carried out."""
        return self.answer.status < 400

    @property
    def blamed(self) -> list[str]:
        """The members of the body that the answer complains of."""
        body = self.answer.body if self.answer.problem_code == "validation_error" else {}
        return [
            str(e["loc"][1]) for e in body.get("errors") or () if len(e["loc"]) > 1 and e["loc"][0] == "body"
        ]


class Player:
    """Plays scenarios on one interpreter."""

    def __init__(self, ir: ApplicationIR) -> None:
        self.interpreter = Interpreter(ir)
        self._page = ir.infrastructure.max_page_size
        self._operations = {o.id: o for o in ir.api.operations}

    def moments(self, scenario: Scenario) -> tuple[list[Moment], str]:
        """Play a scenario; return its moments and what was wrong with the last."""
        self.interpreter.clear()
        names = Bindings(START, BASE)
        found: list[Moment] = []
        for position, step in enumerate(scenario.steps):
            try:
                known = (dict(names.ids), dict(names.seen))
                moment = self._moment(scenario, position, step, names)
                problem = check(step, _reply(step, moment.answer), names)
            except ValueError as error:
                return found, f"{step.id}: {error}"
            if problem:
                return found, f"{step.id}: {problem}"
            after = (dict(names.ids), dict(names.seen))
            found.append(msgspec.structs.replace(moment, names=after, known=known))
        return found, ""

    def _moment(self, scenario: Scenario, position: int, step: Step, names: Bindings) -> Moment:
        before, now = self.interpreter.snapshot(), START + (position + 1) * TICK
        operation = self._operations[step.operation]
        request = make_request(step, names)
        path = _path(operation, step, names)
        body = MISSING if request.content is None else _read(request.content)
        if step.walk:
            answer = self._walk(operation, path, request, now)
        else:
            answer = self.interpreter.call(operation.id, path, request.query, body, now=now)
        after = self.interpreter.snapshot()
        return Moment(
            scenario, position, operation, path, request.query, body, now, before, after, answer, ({}, {})
        )

    def _walk(self, operation: Operation, path: Mapping[str, str], request: Request, now: datetime) -> Answer:
        items: list[Any] = []
        for asked in pages(request, self._page):
            answer = self.interpreter.call(operation.id, path, asked.query, MISSING, now=now)
            if answer.status != 200:
                return answer
            items += answer.body["items"]
            if not answer.body["has_more"]:
                break
        return Answer(200, {"items": items})

    def again(self, moment: Moment, body: Any = None, state: State | None = None) -> Answer | None:
        """Send a moment's request once more, from the same state unless another is given."""
        self.interpreter.restore(moment.before if state is None else state)
        sent = moment.body if body is None else body
        try:
            return self.interpreter.call(moment.operation.id, moment.path, moment.query, sent, now=moment.now)
        except (KeyError, TypeError, ValueError):
            return None  # what was taken out of the IR was needed

    def read_again(self, moment: Moment, state: State) -> str:
        """Send a read once more in another state; return what is wrong with its answer then."""
        names = Bindings(START, BASE, *map(dict, moment.names))
        self.interpreter.restore(state)
        try:
            now = self._moment(moment.scenario, moment.position, moment.step, names)
            return check(moment.step, _reply(moment.step, now.answer), names)
        except (KeyError, TypeError, ValueError) as error:
            return str(error) or "it can't be answered"

    def tells(self, moment: Moment) -> bool:
        """Whether the moment's own answer, or a later read, would show that this player answers it."""
        names = Bindings(START, BASE, *map(dict, moment.known))
        self.interpreter.restore(moment.before)
        try:
            now = self._moment(moment.scenario, moment.position, moment.step, names)
            problem = check(moment.step, _reply(moment.step, now.answer), names)
        except (KeyError, TypeError, ValueError):
            return True
        after = (dict(names.ids), dict(names.seen))
        return bool(problem) or any(self.later_reads(msgspec.structs.replace(now, names=after), now.after))

    def later_reads(self, moment: Moment, state: State) -> Iterator[str]:
        """Go on after a moment from another state; yield what is wrong with each read, "" for nothing."""
        names = Bindings(START, BASE, *map(dict, moment.names))
        self.interpreter.restore(state)
        for position in range(moment.position + 1, len(moment.scenario.steps)):
            step = moment.scenario.steps[position]
            try:
                found = self._moment(moment.scenario, position, step, names)
                problem = check(step, _reply(step, found.answer), names)
            except (KeyError, TypeError, ValueError) as error:
                problem = str(error) or "it can't be answered"
            if step.method == "GET":
                yield problem


def _reply(step: Step, answer: Answer) -> Reply:
    text = "" if answer.body is None else "…"
    del step
    return Reply(answer.status, answer.body, text)


def _path(operation: Operation, step: Step, names: Bindings) -> dict[str, str]:
    values = (str(names.resolve(v)) for v in step.path_values)
    return dict(zip((row.param for row in operation.rows), values, strict=True))


def _read(content: str) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return MISSING


def play(ir: ApplicationIR, plan: TestsModelIR) -> tuple[list[Moment], list[str]]:
    """Play every scenario; return all moments, and which scenarios came out otherwise."""
    player = Player(ir)
    moments: list[Moment] = []
    strange = []
    for scenario in parse_plan(msgspec.to_builtins(plan)).scenarios:
        found, problem = player.moments(scenario)
        moments += found
        if problem:
            strange.append(f"{scenario.name}: {problem}")
    return moments, strange
