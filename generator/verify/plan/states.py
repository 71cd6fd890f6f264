"""Rows in each of their states, each state reached from the one before it; first guesses built on them."""

from __future__ import annotations

from itertools import islice

from generator.ir.index import Index
from generator.ir.model import Entity, Operation, OperationKind, StateMachine
from generator.verify.plan.builder import Builder, Unreachable
from generator.verify.plan.conditions import find_operation
from generator.verify.plan.goals import Goal
from generator.verify.plan.harvest import Harvest
from generator.verify.plan.search import Searcher
from generator.verify.plan.turning import Turner
from generator.verify.plan.wants import Move, Program, Want
from generator.verify.plan.ways import Known

BUDGET = 60
MAX_WAYS = 4


class States:
    """Known ways to rows in their states."""

    def __init__(self, builder: Builder, searcher: Searcher, harvest: Harvest) -> None:
        self._builder = builder
        self._index: Index = builder.index
        self._searcher = searcher
        self._turner: Turner = searcher.turner
        self._harvest = harvest
        self._known: dict[tuple[str, str, str], Known | None] = {}

    def get(self, entity: str, field: str, state: str) -> Known | None:
        """Return a program that brings a row of an entity to a state."""
        key = (entity, field, state)
        if key not in self._known:
            self._known[key] = None  # not again while it is looked for
            self._known[key] = self._find(entity, field, state)
        return self._known[key] or self._harvest.state(entity, field, state)

    def peek(self, entity: str, field: str, state: str) -> Known | None:
        """Return what is known of a way to a state, without looking for one."""
        return self._known.get((entity, field, state)) or self._harvest.state(entity, field, state)

    def fulfil(self, wished: dict[tuple[str, str, str], None]) -> bool:
        """Look for ways to the states that were asked for in vain; whether there are any now."""
        places = list(wished)
        wished.clear()
        found = [self.get(*place) for place in places]
        return any(known is not None for known in found)

    def _find(self, entity: str, field: str, state: str) -> Known | None:
        machine = next(m for m in self._index.entities[entity].machines if m.field == field)
        if state == machine.initial:
            return self._plain(entity)
        for origin in self._origins(entity, machine, state):
            before = self.get(entity, field, origin)
            found = None if before is None else self._onward(before, entity, machine, origin, state)
            if found is not None:
                return found
        return None

    def _plain(self, entity: str) -> Known | None:
        try:
            return self._builder.row(Program(), entity)
        except Unreachable:
            return None

    def _origins(self, entity: str, machine: StateMachine, state: str) -> list[str]:
        """Return the states that lead to a state, those nearest to the initial one first."""
        distance = {machine.initial: 0}
        queue = [machine.initial]
        for at in queue:
            for origin, to in machine.transitions:
                movable = origin == at and self._turner.movers(entity, machine.field, origin, to)
                if movable and to not in distance:
                    distance[to] = distance[at] + 1
                    queue.append(to)
        found = [o for o, to in machine.transitions if to == state and o in distance]
        return sorted(found, key=lambda o: (distance[o], o))

    def _onward(
        self, before: Known, entity: str, machine: StateMachine, origin: str, state: str
    ) -> Known | None:
        program, key = before
        movers = self._turner.movers(entity, machine.field, origin, state)
        when = "late" if program.late else "moves"
        starts = list(islice(self._turner.walk(program, key, [movers], when), MAX_WAYS))
        goal = Goal(rows=(key,), at=(key, machine.field, state))
        wished = self.wishing()
        run = self._searcher.find(starts, goal, BUDGET)
        if run is None and self.fulfil(wished):
            run = self._searcher.find(starts, goal, BUDGET)
        return None if run is None else (run.program, key)

    def wishing(self) -> dict[tuple[str, str, str], None]:
        """Begin to collect which states are asked for in vain."""
        ways = self._turner.ways
        if ways is None:
            return {}
        ways.wished = {}
        return ways.wished

    # --- first guesses ---

    def starts(self, operation: Operation) -> list[Program]:
        """Return guesses in which the row that an operation works on stands in each of its states."""
        flow = self._index.flows[operation.flow] if operation.flow else None
        if operation.kind is OperationKind.CREATE:
            return self._below_owner(operation)
        if operation.kind is OperationKind.LIST or (flow is not None and flow.subject == "none"):
            return []
        found: list[Program] = []
        for program, key in self.everywhere(operation.entity):
            if flow is None:
                found.append(program.aim(Move(operation.id, {"self": key})))
                continue
            try:
                grown, move = self._builder.flow(program, operation, {"self": key})
            except Unreachable:
                continue
            found.append(grown.aim(move))
        return found

    def everywhere(self, entity: str) -> list[Known]:
        """Return a row in each state that it can come to, the initial one left out."""
        found = []
        for machine in self._index.entities[entity].machines:
            for state in machine.states:
                known = self.get(entity, machine.field, state) if state != machine.initial else None
                if known is not None:
                    found.append(known)
        return found

    def _below_owner(self, operation: Operation) -> list[Program]:
        entity = self._index.entities[operation.entity]
        found = []
        for program, key in self.everywhere(entity.owner) if entity.owner else ():
            try:
                grown, want = self._builder.created(program, entity.name, {entity.owner_field: key})
            except Unreachable:
                continue
            found.append(_aimed(grown, operation, want))
        return found

    def made(self, entity: Entity) -> list[Known]:
        """Return guesses for a row that depends on another one, which stands in each of its states."""
        found: list[Known] = []
        for maker in self._builder.makers.makers.get(entity.name, ()):
            operation = self._index.operations[maker.operation]
            for program in self.starts(operation):
                if program.target is not None:
                    want = Want(entity.name, maker=program.target)
                    found.append(program.aim(None).add(want))
        create = find_operation(self._index, entity.name, OperationKind.CREATE)
        starts = self.starts(create) if create is not None else []
        found += [(p.aim(None), p.target.rows["self"]) for p in starts if p.target is not None]
        return found


def _aimed(program: Program, operation: Operation, want: Want) -> Program:
    grown, key = program.add(want)
    return grown.aim(Move(operation.id, {"self": key}))
