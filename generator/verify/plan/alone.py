"""Whether a condition alone refuses a request: what would come of it if the condition were not there."""

from __future__ import annotations

from generator.guards.model import GuardIR
from generator.ir.model import ApplicationIR, Operation
from generator.verify.plan.conditions import Cause
from generator.verify.plan.oracle import Found, Oracle
from generator.verify.plan.session import Exchange, Session
from generator.verify.without import always, with_states, without_guard, without_unique

MOST = 40  # oracles kept


class Alone:
    """Asks oracles that lack one condition."""

    def __init__(self, ir: ApplicationIR, guards: GuardIR | None, session: Session) -> None:
        self._ir = ir
        self._guards = guards
        self._session = session
        self._oracles: dict[tuple[str, str], Oracle] = {}

    def otherwise(self, answer: Exchange, cause: Cause) -> Exchange:
        """Return what the refused request would be answered without the cause, in the same world."""
        operation = self._session.operation(answer.draft)
        return self._session.ask(self._oracle(operation, cause), answer.draft)

    def _oracle(self, operation: Operation, cause: Cause) -> Oracle:
        key = (operation.id, cause.id)
        if key not in self._oracles:
            if len(self._oracles) > MOST:
                self._oracles.clear()
            self._oracles[key] = Oracle(self._without(operation, cause))
        return self._oracles[key]

    def _without(self, operation: Operation, cause: Cause) -> ApplicationIR:
        if cause.unique is not None:
            return without_unique(self._ir, cause.id)
        if cause.transition is not None:
            enum = next(e for e in self._ir.domain.enums if e.name == cause.transition.target.type.of)
            return with_states(self._ir, cause.id, enum.values)
        return without_guard(self._ir, self._guards, operation, cause.id)

    def spared(self, answer: Exchange, effect: str) -> Found:
        """Return the rows that would be others now if an effect of the last request had had no condition."""
        key = ("always", effect)
        if key not in self._oracles:
            self._oracles[key] = Oracle(always(self._ir, effect))
        before, after = self._session.states[-2:]
        found = self._session.ask_in(self._oracles[key], before, answer.draft)
        _, changed, deleted = self._oracles[key].difference(after, found)
        return (*changed, *deleted)
