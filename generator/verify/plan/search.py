"""Best-first search for a program that brings about a wanted answer."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from itertools import count, islice

import msgspec

from generator.verify.plan.alone import Alone
from generator.verify.plan.builder import Builder
from generator.verify.plan.conditions import Cause, Causes
from generator.verify.plan.distance import distance
from generator.verify.plan.goals import Goal, Lead, Mark, got_farther, is_closer, is_met
from generator.verify.plan.imagine import World
from generator.verify.plan.proposals import Proposer, after_effects
from generator.verify.plan.realize import Run
from generator.verify.plan.session import Session
from generator.verify.plan.wants import Program

RUNS_AT_LEAST, RUNS_PER_OPERATION = 3000, 250  # of one planning; then only first guesses are tried
MAX_TWEAKS = 60  # taken from one failed run
Farther = Callable[[Mark, Mark], bool]  # whether what a run shows is worth being followed first


class Searcher(Proposer):
    """Runs programs and varies those that miss."""

    def __init__(self, session: Session, builder: Builder, causes: Causes, alone: Alone) -> None:
        super().__init__(session, builder, causes, alone)
        self._most = RUNS_AT_LEAST + RUNS_PER_OPERATION * len(builder.index.operations)

    def find(self, starts: Iterable[Program], goal: Goal, budget: int = 120) -> Run | None:
        """Return the first run that meets the goal; without a target, that makes every wanted row.

        Refusals are mostly a change or two away from what works: near programs
        come first there. For a success it is better to follow what gets farther.
        """
        first = list(starts)
        greedy = self.joint = goal.cause is None
        ways: tuple[tuple[Farther, int], ...] = ((got_farther, 1), (_never, 2))
        for farther, part in (*(ways if greedy else ((_never, 1), (got_farther, 2))), (is_closer, 2)):
            if part > 1 and budget // part <= 1:
                break  # that would be the first run once more
            if farther is is_closer and goal.cause is not None and self.runs < self._most:
                first = [*self._together(first, goal.cause), *first]
            run = self._find(first, goal, budget // part, farther)
            if run is not None:
                return run
        return None

    def _together(self, starts: list[Program], cause: Cause) -> list[Program]:
        found: dict[str, Program] = {}
        for start in starts[:2]:
            found |= {p.key(): p for p in islice(self.together(start, cause), 2)}
        return list(found.values())

    def _find(self, starts: list[Program], goal: Goal, budget: int, farther: Farther) -> Run | None:
        queue: list[tuple[int, int, int, Lead]] = []
        numbers = count()
        seen: set[str] = set()
        for program in starts:
            heapq.heappush(queue, (0, 0, next(numbers), Lead(program)))
        while queue and budget > 0 and (self.runs < self._most or not seen):
            lead = heapq.heappop(queue)[-1]
            text = lead.program.key()
            if text in seen:
                continue
            seen.add(text)
            budget -= 1
            run = self.run(lead.program)
            if self.meets(run, goal):
                return run
            mark = self._mark(run, goal)
            missed = goal.cause is not None and run.answer is not None and run.answer.ok
            ahead = lead.mark is not None and farther(mark, lead.mark)
            ahead = ahead and not (missed and farther is got_farther)
            level = lead.level + (0 if ahead else 1)
            depth = lead.depth + (1 if ahead else 0)
            for changed in islice(self._in_time(run, self._propose(run, goal)), MAX_TWEAKS):
                heapq.heappush(queue, (level, -depth, next(numbers), Lead(changed, level, depth, mark)))
        return None

    def meets(self, run: Run, goal: Goal) -> bool:
        """Whether a run that has just been carried out is what is wanted."""
        there = is_met(run, goal) and self._is_at(run, goal)
        return there and self._is_filled(run, goal) and self._is_alone(run, goal)

    def _is_filled(self, run: Run, goal: Goal) -> bool:
        """Whether the fields that rows must have got hold something, each something else."""
        found = set()
        for key, name in goal.filled:
            row = self._session.row(run.program.wants[key].entity, run.ids[key]) if key in run.ids else None
            if row is None or row.get(name) is None:
                return False
            found.add(str(row[name]))
        return len(found) == len(goal.filled)

    def _is_at(self, run: Run, goal: Goal) -> bool:
        """Whether the row that must come to a state stands in it now."""
        if goal.at is None:
            return True
        key, field, state = goal.at
        if key not in run.ids:
            return False
        row = self._session.row(run.program.wants[key].entity, run.ids[key])
        return row is not None and row.get(field) == state

    def _is_alone(self, run: Run, goal: Goal) -> bool:
        """Whether nothing but the goal's cause refuses the target."""
        asked = goal.alone or goal.before is not None
        if not asked or goal.cause is None or run.answer is None or run.answer.ok:
            return True
        otherwise = self._alone.otherwise(run.answer, goal.cause)
        return otherwise.ok if goal.before is None else otherwise.constraint == goal.before.id

    @staticmethod
    def _in_time(run: Run, programs: Iterable[Program]) -> Iterator[Program]:
        """Have new owned rows made before the early move that asks for them."""
        place = run.place
        for program in programs:
            if place is not None and place.kind == "early":
                for key, want in program.wants.items():
                    if key not in run.program.wants and want.owner == place.key:
                        program = program.put(key, msgspec.structs.replace(want, first=True))  # noqa: PLW2901
            yield program

    def _mark(self, run: Run, goal: Goal) -> Mark:
        """Return how far a run came."""
        last = run.answer if run.ready else run.failed
        done = tuple(e.draft.operation for e in run.exchanges if e.ok)
        if last is None or run.place is None:
            return Mark("", -1, done)
        if goal.cause is not None and last.ok:
            return Mark(last.draft.operation, -1, done, self._distance(run, goal.cause, truth=False))
        cause = self._causes.get(last.constraint)
        position = self._causes.position(last.draft.operation, last.constraint)
        far = 0.0 if cause is None else self._distance(run, cause, truth=True)
        return Mark(last.draft.operation, position, done, far)

    def _distance(self, run: Run, cause: Cause, *, truth: bool) -> float:
        """Return how far a condition is from holding, or from not holding, as the run has left the rows."""
        if cause.expr is None or run.place is None:
            return 0.0
        world = World(self._session, run, run.place, after=after_effects(cause))
        scopes = self._scopes(world, run.place, cause)
        found = (distance(world, cause.expr, scope, truth=truth) for scope in scopes)
        return min(found, default=0.0)


def _never(mark: Mark, before: Mark) -> bool:
    """Follow nothing first: near programs come before far ones."""
    del mark, before
    return False
