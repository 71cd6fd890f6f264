"""What a flow does depends on rows and conditions: several rows in each collection, each branch taken."""

from __future__ import annotations

from collections.abc import Iterator

from generator.expr.model import BOOL, AggregateExpr, EntityRef, Expr, Literal, NotExpr
from generator.expr.walk import walk
from generator.ir.model import Delete, Each, Flow, Operation, OperationKind, When
from generator.ir.writes import effects_of
from generator.verify.plan.context import Context, heading
from generator.verify.plan.goals import Goal
from generator.verify.plan.imagine import World
from generator.verify.plan.knobs import Finder, Knob
from generator.verify.plan.suites.success import record
from generator.verify.plan.suites.worlds import TARGET, brought_about, holds
from generator.verify.plan.wants import Program

BUDGET = 25
YES = Literal(value=True, type=BOOL)


def plan_branches(context: Context, operation: Operation) -> None:
    """Add the scenarios about what a flow's effects depend on."""
    program = context.good(operation)
    if operation.kind is not OperationKind.FLOW or program is None:
        return
    flow = context.index.flows[operation.flow]
    for source in dict.fromkeys(_collections(flow)):
        program = _several(context, operation, program, source)
    for node, condition in _conditions(flow):
        _both(context, operation, program, node, condition)
    for effect in effects_of(flow.effects):
        if isinstance(effect, When):
            _left_out(context, operation, program, effect, NotExpr(effect.condition))
        elif isinstance(effect, Each) and effect.where is not None:
            others = AggregateExpr("any", effect.source, effect.binding, YES, NotExpr(effect.where))
            _left_out(context, operation, program, effect, others)


def _collections(flow: Flow) -> Iterator[EntityRef]:
    """Yield the collections that a flow reads or works through."""
    for effect in effects_of(flow.effects):
        if isinstance(effect, Each) and isinstance(effect.source, EntityRef):
            yield effect.source
        elif isinstance(effect, Delete) and effect.target.type.name == "rows":
            yield effect.target
    for condition in flow.requires:
        for part in walk(condition.expr):
            if isinstance(part, AggregateExpr) and isinstance(part.source, EntityRef):
                yield part.source


def _several(context: Context, operation: Operation, program: Program, source: EntityRef) -> Program:
    """Carry the flow out with two rows in a collection; return the program that does."""
    run = context.searcher.prepare(program)
    world = World(context.session, run, TARGET)
    finder = Finder(context.index, world)
    scope = world.scope(TARGET)
    try:
        handle = finder.row_of(source, scope)
    except (KeyError, TypeError):
        return program
    if not isinstance(handle, int):
        return program
    change = 2 - len(world.members(handle, source.field))
    if change <= 0:
        return program
    starts = list(context.turner.count(program, Knob("count", source.field, key=handle), change))
    found = context.searcher.find(starts, Goal(), BUDGET)
    if found is None:
        context.miss(f"{operation.id}:several:{source.field}", "no world with two such rows was found")
        return program
    context.note_variant(operation, found.program)
    record(context, operation, found.program, f"with several {source.field}")
    return found.program


def _conditions(flow: Flow) -> Iterator[tuple[str, Expr]]:
    """Yield the conditions inside of effects, each with its node."""
    for effect in effects_of(flow.effects):
        if isinstance(effect, When):
            yield effect.id, effect.condition
        elif isinstance(effect, Each) and effect.where is not None:
            yield effect.id, AggregateExpr("any", effect.source, effect.binding, YES, effect.where)


def _both(context: Context, operation: Operation, program: Program, node: str, condition: Expr) -> None:
    """Carry the flow out once with the condition true and once with it not true."""
    seen = {holds(context, program, condition)}
    for wanted in (True, False):
        if wanted in seen:
            continue
        found = brought_about(context, program, condition, wanted=wanted)
        if found is None:
            context.miss(f"{operation.id}:{node}:{wanted}", "no world in which it comes out so was found")
            continue
        what = f"branch {node.rpartition(':')[2]} {'taken' if wanted else 'not taken'}"
        context.note_variant(operation, found)
        record(context, operation, found, what, f"{node}:{wanted}")


def _left_out(
    context: Context, operation: Operation, program: Program, effect: When | Each, unmet: Expr
) -> None:
    """Carry the flow out where a condition leaves rows alone, and look at those rows too."""
    starts = [program, *context.variants(operation)]
    known = next((p for p in starts if holds(context, p, unmet)), None)
    found = known or brought_about(context, program, unmet, wanted=True)
    run = None if found is None else context.searcher.run(found)
    if run is None or not run.ready or run.answer is None or not run.answer.ok:
        return
    rows = context.alone.spared(run.answer, effect.id)
    if not rows:
        return
    context.note_run(run)
    context.looker.after(run.answer)
    for entity, row_id in rows:
        context.looker.at(entity, row_id)
    what = f"what branch {effect.id.rpartition(':')[2]} leaves alone"
    status = f"{operation.id}:{run.answer.status}"
    context.write(heading(operation, what, "edge", status), run.answer, asserts_effects=True)
