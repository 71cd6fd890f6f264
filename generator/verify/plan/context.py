"""What every part of the planner shares: the world, known good programs, and where scenarios go."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import TYPE_CHECKING

import msgspec

from generator.guards.model import GuardIR
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Operation, OperationKind
from generator.verify.model import Kind, Scenario, Uncovered
from generator.verify.plan.alone import Alone
from generator.verify.plan.builder import Builder, Unreachable
from generator.verify.plan.conditions import Causes, Makers, find_operation
from generator.verify.plan.goals import Goal
from generator.verify.plan.harvest import Harvest
from generator.verify.plan.look import Looker
from generator.verify.plan.maker import Maker
from generator.verify.plan.oracle import Oracle
from generator.verify.plan.realize import Run
from generator.verify.plan.requests import Draft
from generator.verify.plan.respell import Respeller, Story
from generator.verify.plan.scribe import Heading, Scribe
from generator.verify.plan.search import Searcher
from generator.verify.plan.session import Exchange, Session
from generator.verify.plan.states import States
from generator.verify.plan.wants import Program
from generator.verify.plan.ways import Known, Ways

if TYPE_CHECKING:
    from generator.verify.coverage.proofs.conditions import Conditions

FIRST_BUDGET = 15  # runs before other states are tried
MORE_BUDGET = 40  # runs once there are ways to the states that were lacking
BUDGET = 150  # runs for an operation's first success
MAX_VARIANTS = 4
CREATED = 201
GOAL_BUDGET = 60  # runs for each further goal


class Context:
    """One planning."""

    def __init__(self, ir: ApplicationIR, guards: GuardIR | None = None) -> None:
        self.ir = ir
        self.guards = guards
        self.index = Index(ir)
        self.maker = Maker(lambda name: self.index.enums[name].values)
        self.makers = Makers(self.index)
        self.causes = Causes(self.index)
        self.session = Session(self.index, Oracle(ir))
        self.builder = Builder(self.index, self.makers, self.maker)
        self.alone = Alone(ir, guards, self.session)
        self.searcher = Searcher(self.session, self.builder, self.causes, self.alone)
        self.turner = self.searcher.turner
        self.harvest = Harvest(self.index)
        self.states = States(self.builder, self.searcher, self.harvest)
        self.turner.ways = Ways(self.builder, self.states.peek)
        self.respeller = Respeller(self.index, self.session)
        self.looker = Looker(self.session)
        self.scenarios: list[Scenario] = []
        self.uncovered: dict[str, str] = {}
        self._conditions: dict[str, Conditions] = {}
        self._good: dict[str, Program | None] = {}
        self._variants: dict[str, list[Program]] = {}
        self.refusals: dict[tuple[str, str], list[Program]] = {}  # by operation and cause
        self._names: set[str] = set()
        self._news = True  # whether a state was seen that no run had shown before
        self._token = count(1)

    # --- programs that work ---

    def solve_rows(self) -> None:
        """Find, for each entity, rows that can be made; what they refer to first."""
        for name in self.ir.tests.seed_order:
            try:
                program, key = self.builder.row(Program(), name)
            except Unreachable as error:
                self.miss(f"entity:{name}", str(error))
                continue
            wished = self.states.wishing()
            found = self._row(program, key) or self._row(self.builder.merged(program, key), key)
            if found is None and self.states.fulfil(wished):
                found = self._row(program, key, MORE_BUDGET)
            found = found or self._among_states(name, program, key)
            if found is None:
                self.miss(f"entity:{name}", "no sequence of requests that makes a row was found")
            else:
                self.builder.solved[name] = (found[0].wants, found[1])

    def _row(self, program: Program, key: int, budget: int = FIRST_BUDGET) -> Known | None:
        run = self.searcher.find([program], Goal(rows=(key,)), budget)
        return None if run is None else (run.program, key)

    def _among_states(self, name: str, program: Program, key: int) -> Known | None:
        """Look again, from guesses in which the row that it depends on stands in other states."""
        for start, row in self.states.made(self.index.entities[name]):
            found = self._row(start, row)
            if found is not None:
                return found
        return self._row(program, key, BUDGET)

    def good(self, operation: Operation) -> Program | None:
        """Return a program in which the operation succeeds."""
        if operation.kind is OperationKind.LIST:
            return None
        if operation.id not in self._good:
            self._good[operation.id] = self._solve(operation)
        return self._good[operation.id]

    def solve_operations(self) -> list[Operation]:
        """Return the operations that are found to succeed now and were not before.

        Those that failed are looked at again as long as others have shown something new meanwhile.
        """
        found: list[Operation] = []
        while self._news:
            self._news = False
            for operation in self.ir.api.operations:
                if self._good.get(operation.id) is None and operation.kind is not OperationKind.LIST:
                    self._good[operation.id] = self._solve(operation)
                    if self._good[operation.id] is not None:
                        self.miss_no_more(operation.id)
                        found.append(operation)
        return found

    def note_run(self, run: Run) -> None:
        """Remember what a run has shown; the session still stands where it ended."""
        self._news |= self.harvest.note(run, self.session)

    def _solve(self, operation: Operation) -> Program | None:
        try:
            start = self.builder.target(operation)
        except Unreachable as error:
            self.miss(operation.id, str(error))
            return None
        wished = self.states.wishing()
        starts = [start, self.builder.alike(start), self.builder.merged(start)]
        run = self.searcher.find(starts, Goal(), FIRST_BUDGET)
        if run is None and self.states.fulfil(wished):
            run = self.searcher.find(starts, Goal(), MORE_BUDGET)
        if run is None and self._may_be_made(operation):
            run = self.searcher.find([*self.states.starts(operation), start], Goal(), BUDGET)
        if run is None:
            self.miss(operation.id, "no sequence of requests in which it succeeds was found")
            return None
        self.note_run(run)
        self._note_row(operation, run)
        return run.program

    def _may_be_made(self, operation: Operation) -> bool:
        """Whether an operation on a row is worth a longer search: such rows can be made, or by itself."""
        made = operation.kind is OperationKind.CREATE or not operation.rows
        return made or operation.entity in self.builder.solved

    def _note_row(self, operation: Operation, run: Run) -> None:
        """Remember a row that was made at last, once all that it needs was done."""
        name, target = operation.entity, run.program.target
        if operation.kind is not OperationKind.CREATE or name in self.builder.solved or target is None:
            return
        if run.program.late or run.answer is None or run.answer.status != CREATED:
            return
        key = target.rows["self"]
        row = run.program.wants[key]
        plain = run.program.aim(None).put(key, msgspec.structs.replace(row, last=row.owner is not None))
        if self._row(plain, key, 1) is not None:
            self.builder.solved[name] = (plain.wants, key)

    def never_alone(self, operation: Operation, condition: str) -> str:
        """Return why a condition can't be the only one to refuse, if that can be proved."""
        if self.guards is None:
            return ""
        # z3 takes 0.25 s to load, and a plan without such a condition does not need it.
        from generator.verify.coverage.proofs.conditions import Conditions  # noqa: PLC0415

        if operation.id not in self._conditions:
            self._conditions[operation.id] = Conditions(self.index, self.guards, operation)
        return str(self._conditions[operation.id].guard(condition))

    def note_variant(self, operation: Operation, program: Program) -> None:
        """Remember another program in which an operation succeeds."""
        known = self._variants.setdefault(operation.id, [])
        if len(known) < MAX_VARIANTS:
            known.append(program)

    def variants(self, operation: Operation) -> list[Program]:
        """Return other programs in which an operation succeeds."""
        return self._variants.get(operation.id, [])

    def crud(self, entity: str, kind: OperationKind) -> Operation | None:
        """Return an entity's CRUD operation, if it has it."""
        return find_operation(self.index, entity, kind)

    # --- scenarios ---

    def number(self) -> int:
        """Return the number of the plan's next unique value."""
        return next(self._token)

    def send_all(self, drafts: Iterable[Draft]) -> list[Exchange]:
        """Send requests one after the other."""
        return [self.session.send(d) for d in drafts]

    def write(
        self,
        heading: Heading,
        target: Exchange,
        exchanges: list[Exchange] | None = None,
        *,
        asserts_effects: bool = False,
    ) -> None:
        """Write the session down as a scenario."""
        chosen = list(self.session.exchanges if exchanges is None else exchanges)
        position = next(n for n, e in enumerate(chosen) if e is target)
        story = self.respeller.apart(Story(chosen, position))
        scribe = Scribe(self.index, self.session.names, self.session.entity_of, self.number)
        named = msgspec.structs.replace(heading, name=self._unique(heading.name))
        told = story.exchanges
        written = scribe.scenario(named, told, told[position], asserts_effects=asserts_effects)
        self.scenarios.append(msgspec.structs.replace(written, alone=story.alone))

    def _unique(self, name: str) -> str:
        wanted, number = name, 2
        while name in self._names:
            name, number = f"{wanted} ({number})", number + 1
        self._names.add(name)
        return name

    def miss(self, node: str, reason: str) -> None:
        """Note that no scenario reaches a node."""
        self.uncovered.setdefault(node, reason)

    def miss_no_more(self, node: str) -> None:
        """Take back that a node is not reached."""
        self.uncovered.pop(node, None)

    def missed(self) -> tuple[Uncovered, ...]:
        """Return what no scenario reaches."""
        return tuple(Uncovered(node, reason) for node, reason in self.uncovered.items())


def heading(operation: Operation, what: str, kind: Kind, *covers: str, node: str = "") -> Heading:
    """Return the heading of a scenario of an operation's suite."""
    name = f"{operation.entity}.{operation.name}: {what}"
    return Heading(name, operation.id, kind, node or operation.id, covers)
