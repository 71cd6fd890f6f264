"""What every dimension looks at: the IR, the moments of the plan, and interpreters with one thing changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from generator.guards.model import GuardIR
from generator.ir.index import Index, client_fields, stored_fields, updatable_fields
from generator.ir.model import ApplicationIR, Field, Input, Operation, OperationKind
from generator.verify.coverage.replay import Moment, Player
from generator.verify.interpreter import Answer
from generator.verify.interpreter.store import State
from generator.verify.interpreter.values import to_json

Member = Field | Input
Change = Callable[[ApplicationIR], ApplicationIR]


class Case:
    """One measurement."""

    def __init__(self, ir: ApplicationIR, guards: GuardIR, moments: Iterable[Moment]) -> None:
        self.ir = ir
        self.index = Index(ir)
        self.guards = guards
        self.player = Player(ir)
        self._of: dict[str, list[Moment]] = {}
        for moment in moments:
            self._of.setdefault(moment.operation.id, []).append(moment)
        self._changed: dict[tuple[str, ...], Player] = {}

    def of(self, operation: str) -> list[Moment]:
        """Return the moments of an operation, in order of the plan."""
        return self._of.get(operation, [])

    def all(self) -> Iterator[Moment]:
        """Yield every moment, operation by operation."""
        for moments in self._of.values():
            yield from moments

    def changed(self, key: tuple[str, ...], change: Change) -> Player:
        """Return a player of the IR with one thing changed; it is made once for each key."""
        if key not in self._changed:
            if len(self._changed) > 64:
                self._changed.clear()
            self._changed[key] = Player(change(self.ir))
        return self._changed[key]

    def refused_by(self, operation: str, constraint: str) -> Iterator[Moment]:
        """Yield the moments in which an operation is refused on account of a constraint."""
        for moment in self.of(operation):
            if not moment.ok and moment.answer.constraint == constraint:
                yield moment

    def members(self, operation: Operation) -> list[Member]:
        """Return what the body of an operation may hold, links left out."""
        entity = self.index.entities[operation.entity]
        match operation.kind:
            case OperationKind.CREATE:
                return list(client_fields(entity))
            case OperationKind.UPDATE:
                return list(updatable_fields(entity))
            case OperationKind.FLOW:
                return list(self.index.flows[operation.flow].inputs)
            case OperationKind.READ | OperationKind.DELETE | OperationKind.LIST:
                return []

    def succeeds_with(self, moment: Moment, wire: str, values: Iterable[Any]) -> bool:
        """Whether a request would be carried out if one member of its body were another."""
        if not isinstance(moment.body, dict):
            return False
        return any(self._works(self.player.again(moment, {**moment.body, wire: value})) for value in values)

    @staticmethod
    def _works(answer: Answer | None) -> bool:
        return answer is not None and answer.status < 400

    def works(self, player: Player, moment: Moment, state: State | None = None) -> bool:
        """Whether a request that was refused is carried out by another player."""
        return self._works(player.again(moment, state=state))

    def stored(self, state: State, member: Member) -> list[Any]:
        """Return the values of a member's type that rows have: it may have to equal one of them."""
        found: dict[str, Any] = {}
        for entity in self.index.entities.values():
            names = [f.name for f in stored_fields(entity) if f.type.name == member.type.name]
            for values in state.tables[entity.name].values() if names else ():
                for name in names:
                    value = to_json(values[name], member.type)
                    found.setdefault(repr(value), value)
        return list(found.values())

    def sent(self, operation: str, wire: str) -> list[Any]:
        """Return the values that successful requests of an operation held for a member."""
        found: dict[str, Any] = {}
        for moment in self.of(operation):
            if moment.ok and isinstance(moment.body, dict) and wire in moment.body:
                found.setdefault(repr(moment.body[wire]), moment.body[wire])
        return list(found.values())


def named(operation: Operation) -> str:
    """Return how an operation is called in a sentence."""
    return f"{operation.entity}.{operation.name}"


def rows_of(state: State, entity: str) -> list[str]:
    """Return the ids of an entity's rows."""
    return [str(i) for i in sorted(state.tables[entity])]
