"""Programs changed step by step until a condition comes out as wanted, the operation still carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from generator.expr.model import Expr
from generator.verify.plan.context import Context
from generator.verify.plan.goals import Goal
from generator.verify.plan.imagine import Scope, World
from generator.verify.plan.tweaks import Tweaker
from generator.verify.plan.wants import Place, Program

TRIES = 12
DEPTH = 3
WIDTH = 4
TARGET = Place("target")
Scopes = Callable[[World], Iterable[Scope]]


def of_target(world: World) -> Iterator[Scope]:
    """Yield what the bindings of the target stand for."""
    yield world.scope(TARGET)


def holds(context: Context, program: Program, condition: Expr, scopes: Scopes = of_target) -> bool:
    """Whether a condition is true as the target finds the rows."""
    world = World(context.session, context.searcher.prepare(program), TARGET)
    return any(world.value_of(condition, scope) is True for scope in scopes(world))


def brought_about(
    context: Context,
    program: Program,
    condition: Expr,
    *,
    wanted: bool,
    scopes: Scopes = of_target,
    depth: int = DEPTH,
) -> Program | None:
    """Change the program step by step until the condition comes out as wanted; it may do so already."""
    if holds(context, program, condition, scopes) is wanted:
        return program
    frontier = [program]
    for _ in range(depth):
        onward: list[Program] = []
        for base in frontier:
            for start in _changes(context, base, condition, scopes, wanted=wanted):
                found = context.searcher.find([start], Goal(), 3)
                if found is None:
                    continue
                if holds(context, found.program, condition, scopes) is wanted:
                    return found.program
                onward.append(found.program)
        frontier = onward[:WIDTH]
    return None


def _changes(
    context: Context, program: Program, condition: Expr, scopes: Scopes, *, wanted: bool
) -> list[Program]:
    world = World(context.session, context.searcher.prepare(program), TARGET)
    tweaker = Tweaker(context.builder, context.turner, world)
    changed = (p for scope in scopes(world) for p in tweaker.toward(condition, scope, truth=wanted))
    return list({p.key(): p for p in islice(changed, TRIES)}.values())
