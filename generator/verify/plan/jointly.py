"""Values of several fields changed together: a condition and the rules of their rows all come out right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from msgspec.structs import replace

from generator.expr.model import Expr
from generator.ir.index import Index
from generator.verify.plan.distance import distance
from generator.verify.plan.imagine import Scope, World
from generator.verify.plan.wants import Program

DEPTH = 4
WIDTH = 6
TRIES = 24
Demand = tuple[Expr, Scope, bool]  # whether it is to be true; a rule is kept by what is not false
Toward = Callable[[World, Demand], Iterator[Program]]


class Jointly:
    """Changes values one after the other without a request, as long as something is not as wanted."""

    def __init__(self, index: Index, world: World, toward: Toward) -> None:
        self._index = index
        self._world = world
        self._toward = toward

    def toward(self, wanted: Demand) -> Iterator[Program]:
        """Yield a program that differs in values alone, and in which all is as wanted."""
        frontier = [self._world.program]
        seen = {self._world.program.key()}
        for _ in range(DEPTH):
            onward: list[tuple[float, int, Program]] = []
            for program in frontier:
                for changed in self._changes(program, wanted):
                    if changed.key() in seen:
                        continue
                    seen.add(changed.key())
                    missing = self._missing(changed, wanted)
                    far = sum(how_far for how_far, _ in missing)
                    if not missing:
                        yield changed
                        return
                    onward.append((far, len(onward), changed))
            frontier = [program for _, _, program in sorted(onward, key=lambda o: o[:2])[:WIDTH]]

    def _changes(self, program: Program, wanted: Demand) -> Iterator[Program]:
        world = self._world.imagine(program)
        for _, demand in self._missing(program, wanted)[:2]:
            changed = (p for p in self._toward(world, demand) if only_values(program, p))
            yield from islice(changed, TRIES if demand[2] else 3 * TRIES)

    def _missing(self, program: Program, wanted: Demand) -> list[tuple[float, Demand]]:
        """Return what is not as wanted yet, each with how far it is from that."""
        world = self._world.imagine(program)
        found = []
        for demand in (wanted, *self._rules(program, wanted)):
            expr, scope, truth = demand
            value = world.value_of(expr, scope)
            if value is not truth and (demand is wanted or value is not None):
                found.append((max(distance(world, expr, scope, truth=truth), 0.001), demand))
        return found

    def _rules(self, program: Program, wanted: Demand) -> Iterator[Demand]:
        """Yield the rules of the rows whose values are others than before."""
        before = self._world.program
        moved = {m.rows.get("self") for m in program.late[len(before.late) :]}
        for key, want in program.wants.items():
            if key in moved or (key in before.wants and before.wants[key].values != want.values):
                for rule in self._index.entities[want.entity].rules:
                    if rule.condition.expr != wanted[0]:
                        yield rule.condition.expr, {"self": key}, True


def only_values(program: Program, changed: Program) -> bool:
    """Whether two programs differ in values of rows and of the target alone, or by later updates of them."""
    updates = changed.late[len(program.late) :]
    if program.wants.keys() != changed.wants.keys() or program.late != changed.late[: len(program.late)]:
        return False
    if any(not m.operation.endswith(".update") or set(m.rows) != {"self"} for m in updates):
        return False
    if (program.target is None) is not (changed.target is None):
        return False
    if program.target is not None and changed.target is not None:
        same = replace(changed.target, values=program.target.values) == program.target
    else:
        same = True
    pairs = ((want, changed.wants[key]) for key, want in program.wants.items())
    return same and all(one is other or replace(other, values=one.values) == one for one, other in pairs)
