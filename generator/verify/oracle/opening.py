"""How a sequence may begin: as a planned scenario does, so that deep states are reached at once."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import datetime
from typing import Any

import msgspec

from generator.verify.model import Scenario, Step
from generator.verify.oracle.choosing import Chooser
from generator.verify.plan.requests import Draft
from generator.verify.plan.session import BASE
from generator.verify.program.symbols import Bindings

_KINDS = frozenset({"happy", "edge", "effect", "flow"})
_LONGEST = 20


class Openings:
    """The scenarios that may be played, by the operation that they are about."""

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        self._by_operation: dict[str, list[Scenario]] = {}
        for scenario in scenarios:
            if scenario.kind in _KINDS and len(scenario.steps) <= _LONGEST:
                target = next((s for s in scenario.steps if s.id == scenario.target), scenario.steps[-1])
                self._by_operation.setdefault(target.operation, []).append(scenario)

    def draw(self, choose: Chooser, done: Container[str] = ()) -> Scenario | None:
        """Draw a scenario, for each operation that is not yet done as often as for any other; or none."""
        fresh = [o for o in self._by_operation if o not in done]
        operation = choose.pick(("", *(fresh or self._by_operation)))
        return choose.pick(self._by_operation[operation]) if operation else None


class Opening:
    """A scenario while it is played; `draft` gives its next request."""

    def __init__(self, scenario: Scenario | None, start: datetime) -> None:
        self._steps = [] if scenario is None else list(scenario.steps)
        self._names = Bindings(start, BASE)
        self._last: Step | None = None

    def draft(self) -> Draft | None:
        """Return the next request, None when there is none (that can be made)."""
        if not self._steps:
            return None
        step = self._last = self._steps.pop(0)
        try:
            path = tuple(self._named(v) for v in step.path_values)
            query = {k: self._named(v) for k, v in step.query.items()}
            body = self._named(step.body)
        except KeyError:
            self._steps.clear()
            return None
        return Draft(step.operation, path, query, body, step.has_body, step.raw, loose=bool(step.raw))

    def answered(self, body: Any) -> None:
        """Take the names from the answer to the last request."""
        if self._last is not None and not self._last.walk:
            self._names.mismatch(msgspec.to_builtins(self._last.expect.body), body)
        self._last = None

    def _named(self, value: Any) -> Any:
        """Return a value of the plan with the ids and times that this sequence has."""
        match value:
            case {"$ref": name}:
                return {"$ref": self._names.ids[name]}
            case {"$seen": name}:
                return {"$seen": self._names.seen[name]}
            case dict() if not any(k.startswith("$") for k in value):
                return {k: self._named(v) for k, v in value.items()}
            case list() | tuple():
                return [self._named(v) for v in value]
            case _:
                return value
