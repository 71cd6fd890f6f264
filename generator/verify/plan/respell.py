"""Scenarios with values of which there are only few: each gets its own, or gives them back when it ends."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec

from generator.ir.index import Index
from generator.ir.model import OperationKind
from generator.verify.interpreter.store import State
from generator.verify.interpreter.values import to_json
from generator.verify.plan.claims import Claim, Claims
from generator.verify.plan.conditions import all_uniques, find_operation
from generator.verify.plan.maker import is_narrow
from generator.verify.plan.requests import Draft, ref
from generator.verify.plan.session import Exchange, Session

TRIES = 40


class Story(msgspec.Struct, frozen=True):
    """The requests of a scenario, which of them it is about, and whether nothing may run beside it."""

    exchanges: list[Exchange]
    target: int
    alone: bool = False


class Respeller:
    """Keeps the rows of scenarios apart where too few values are left to draw them freely."""

    def __init__(self, index: Index, session: Session) -> None:
        self._index = index
        self._session = session
        self._claims = Claims(index)
        self._taken: set[Claim] = set()
        self._shift = 0
        self._fields = {
            u.id: tuple(index.field(e.name, n).type for n in u.fields)
            for e in index.entities.values()
            for u in all_uniques(e)
        }

    def apart(self, story: Story) -> Story:
        """Return the story with values that no story before it has taken, if there are any."""
        claims = self._narrow()
        if not claims or self._taken.isdisjoint(claims):
            self._taken |= claims
            return story
        for _ in range(TRIES):
            self._shift += 1
            told = self._again(story, self._shift)
            claims = self._narrow()
            if told is not None and self._taken.isdisjoint(claims):
                self._taken |= claims
                return told
        return self._cleaned(story) or self._as_it_was(story)

    def _narrow(self) -> set[Claim]:
        """Return what rows have taken on the way of the values of which there are few."""
        return set[Claim]().union(*(self._few(*pair) for pair in pairwise(self._session.states)))

    def _few(self, before: State, after: State) -> set[Claim]:
        found = self._claims.taken(before, after)
        return {c for c in found if not any(self._is_wide(v) for v in self._spelled(c))}

    def _spelled(self, claim: Claim) -> list[Any]:
        name, values = claim
        return [to_json(v, t) for v, t in zip(values, self._fields[name], strict=True)]

    def _is_wide(self, value: Any) -> bool:
        symbol = self._session.names.sent.get(value) if isinstance(value, str | int | float) else None
        return isinstance(symbol, dict) and "$unique" in symbol and not is_narrow(symbol)

    def _again(self, story: Story, shift: int) -> Story | None:
        """Tell it with other values; None if it comes out otherwise."""
        self._session.reset()
        told = []
        for exchange in story.exchanges:
            sent = self._session.send(_shifted(exchange.draft, shift))
            if (sent.status, sent.code, sent.constraint) != (
                exchange.status,
                exchange.code,
                exchange.constraint,
            ):
                return None
            told.append(sent)
        return Story(told, story.target, story.alone)

    def _as_it_was(self, story: Story) -> Story:
        return self._again(story, 0) or story

    def _cleaned(self, story: Story) -> Story | None:
        """Tell it and delete its rows, so that the next one may have the same values."""
        told = self._again(story, 0)
        if told is None:
            return None
        for row_id, entity in reversed(list(self._session.entity_of.items())):
            self._delete(entity, row_id)
        exchanges = [*told.exchanges, *self._session.exchanges[len(told.exchanges) :]]
        left = self._few(self._session.states[0], self._session.states[-1])
        if not self._taken.isdisjoint(left):
            return None
        self._taken |= left
        return Story(exchanges, told.target, alone=True)

    def _delete(self, entity: str, row_id: str) -> None:
        operation = find_operation(self._index, entity, OperationKind.DELETE)
        if operation is None or self._session.row(entity, row_id) is None:
            return
        path = self._session.requests.path(operation, row_id)
        self._session.send(Draft(operation.id, path, about="gives its values back"))


def _shifted(draft: Draft, shift: int) -> Draft:
    if not shift:
        return draft
    return msgspec.structs.replace(draft, body=_moved(draft.body, shift), query=_moved(draft.query, shift))


def _moved(value: Any, shift: int) -> Any:
    match value:
        case {"$unique": number} if is_narrow(value):
            return value | {"$unique": number + shift}
        case {"$ref": row_id}:
            return ref(row_id)
        case dict():
            return {k: _moved(v, shift) for k, v in value.items()}
        case list() | tuple():
            return [_moved(v, shift) for v in value]
        case _:
            return value
