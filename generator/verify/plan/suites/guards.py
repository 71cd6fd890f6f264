"""Every guard, rule and transition refused alone, met at its bound, and each state tried."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice

import msgspec

from generator.expr.model import BooleanExpr, EntityRef, Expr
from generator.expr.walk import walk
from generator.guards.model import GuardIR
from generator.ir.index import updatable_fields
from generator.ir.model import Create, Managed, Operation, OperationKind, Transition
from generator.ir.reads import reads_clock
from generator.ir.writes import effects_of, writes_of
from generator.verify.plan.builder import Unreachable
from generator.verify.plan.conditions import Cause, all_uniques, operation_causes
from generator.verify.plan.context import FIRST_BUDGET, GOAL_BUDGET, Context, heading
from generator.verify.plan.edges import hardly
from generator.verify.plan.goals import Goal
from generator.verify.plan.realize import Run
from generator.verify.plan.suites.success import record
from generator.verify.plan.suites.worlds import holds
from generator.verify.plan.wants import Program

EDGE_TRIES = 15
NEVER = "it never fails"
PART_BUDGET = 40
STATE_BUDGET = 40


def causes_of(context: Context, operation: Operation, guards: GuardIR | None) -> list[Cause]:
    """Return everything that can refuse an operation after its body was read, uniques left out."""
    found = {c.id: c for c in operation_causes(context.index, operation)}
    found |= {c.id: c for c in _rules(context, operation)}
    if guards is not None:
        for guard in guards.get(operation.entity, operation.name):
            cause = context.causes.get(guard.source_constraint_id)
            if cause is not None:
                found.setdefault(cause.id, cause)
    return list(found.values())


def _rules(context: Context, operation: Operation) -> Iterator[Cause]:
    writes = writes_of(context.index, operation)
    for entity in context.index.entities.values():
        for rule in entity.rules:
            if writes.may_break(entity.name, rule):
                yield Cause(rule.id, "rule", entity.name, rule.condition.expr)


def plan_guards(context: Context, operation: Operation, guards: GuardIR | None) -> None:
    """Add the scenarios about an operation's guards, rules and transitions."""
    program = context.good(operation)
    if program is None:
        return
    made = _made(context, operation)
    for cause in causes_of(context, operation, guards):
        if cause.transition is not None and cause.transition.target.root in made:
            continue  # the row has but one state when it comes to its transition
        if cause.transition is not None:
            _states(context, operation, program, cause, cause.transition)
        else:
            _refused(context, operation, program, cause)
            _edge(context, operation, program, cause)


def _made(context: Context, operation: Operation) -> set[str]:
    """Return the bindings of the rows that a flow makes."""
    if operation.kind is not OperationKind.FLOW:
        return set()
    effects = effects_of(context.index.flows[operation.flow].effects)
    return {e.binding for e in effects if isinstance(e, Create)}


def _refused(context: Context, operation: Operation, program: Program, cause: Cause) -> None:
    goal = Goal(cause, alone=True)
    run = context.searcher.find([program], goal, FIRST_BUDGET)
    proved = "" if run is not None else context.never_alone(operation, cause.id)
    others = _starts(context, operation, program, cause) if run is None else []
    if run is None and not proved:
        run = context.searcher.find([program], goal, GOAL_BUDGET)
        run = run or (context.searcher.find(others, goal, GOAL_BUDGET) if others else None)
    if run is None and proved != NEVER:
        run = context.searcher.find([program, *others], Goal(cause), GOAL_BUDGET)
    node = f"{operation.id}:{cause.id}:refused"
    if run is not None and _doubtful(context, run, cause):
        run = None
    if run is None:
        context.miss(node, _reason(context, cause))
        return
    write_refusal(context, operation, run, f"refused by {label(context, cause)}", node, cause.id)
    _parts(context, operation, cause, run, [program, *others])


def _doubtful(context: Context, run: Run, cause: Cause) -> bool:
    """Whether a unique refuses it too: a flow that writes as it goes comes upon that first."""
    if run.answer is None or cause.source != "rule" or not context.session.operation(run.answer.draft).flow:
        return False
    return context.alone.otherwise(run.answer, cause).code == "conflict"


def _parts(context: Context, operation: Operation, cause: Cause, known: Run, starts: list[Program]) -> None:
    """Refuse by each part of `A and B` alone, so that a condition that is half understood shows."""
    expr = cause.expr
    parts = expr.operands if isinstance(expr, BooleanExpr) and expr.op == "and" else ()
    seen = {known.program.key()}
    for number, part in enumerate(parts, 1):
        goal = Goal(msgspec.structs.replace(cause, expr=part), alone=True)
        run = context.searcher.find(starts, goal, PART_BUDGET)
        if run is not None and run.program.key() not in seen:
            seen.add(run.program.key())
            what = f"refused by {label(context, cause)}, part {number}"
            write_refusal(context, operation, run, what, f"{operation.id}:{cause.id}:refused", cause.id)


def _starts(context: Context, operation: Operation, program: Program, cause: Cause) -> list[Program]:
    """Return what else to vary: programs that work; an update must set a field that the rule reads."""
    starts = context.variants(operation)
    target = program.target
    if operation.kind is not OperationKind.UPDATE or cause.source != "rule" or target is None:
        return starts
    key = target.rows["self"]
    want = program.wants[key]
    rule = next(r for r in context.index.entities[cause.entity].rules if r.id == cause.id)
    for field in updatable_fields(context.index.entities[operation.entity]):
        if field.name not in rule.fields:
            continue
        row = want.refs.get(field.name)
        if row is not None:
            target = target.with_row(f"field:{field.name}", row)
        elif field.type.name != "row":
            value = want.values.get(field.name, context.maker.usual(field))
            target = target.with_value(field.name, value)
    return [*starts, program.aim(target)]


def _reason(context: Context, cause: Cause) -> str:
    if cause.expr is not None and reads_clock(cause.expr) and _only_waiting(context, cause.expr):
        return "only time that passes breaks it: what it compares are times of the server's own clock"
    if cause.source == "ensures":
        return "the effects seem to make it true: it held after every sequence of requests that was tried"
    return f"no sequence of requests in which it alone refuses was found in {GOAL_BUDGET} tries"


def _only_waiting(context: Context, expr: Expr) -> bool:
    """Whether all times that are compared with the clock are such as the server has made."""
    index = context.index
    refs = [e for e in walk(expr) if isinstance(e, EntityRef) and e.field and e.type.name == "datetime"]
    fields = [index.field(index.hop(r.entity.removeprefix("entity:"), r.via), r.field) for r in refs]
    return bool(fields) and all(f.managed in {Managed.SERVER, Managed.TOUCHED} for f in fields)


def label(context: Context, cause: Cause) -> str:
    """Return a short name of a cause: its kind and as written."""
    for operation in context.index.operations.values():
        for condition in operation.requires:
            if condition.id == cause.id:
                return f"{cause.source} {condition.text}"
    for flow in context.index.flows.values():
        for condition in (*flow.requires, *flow.ensures):
            if condition.id == cause.id:
                return f"{cause.source} {condition.text}"
    for entity in context.index.entities.values():
        for rule in entity.rules:
            if rule.id == cause.id:
                return f"rule {rule.condition.text}"
        for unique in all_uniques(entity):
            if unique.id == cause.id:
                return f"unique {', '.join(unique.fields)}"
    return cause.id


def write_refusal(context: Context, operation: Operation, run: Run, what: str, node: str, cause: str) -> None:
    """Write down a refused run, and that the subject stayed as it was."""
    if run.answer is None:
        return
    target = run.program.target
    context.refusals.setdefault((operation.id, cause), []).append(run.program)
    subject = run.ids.get(target.rows.get("self", 0)) if target is not None else None
    kept = operation.kind is not OperationKind.CREATE and subject is not None
    seen = kept and context.looker.at(operation.entity, str(subject))
    named = heading(operation, what, "error", node, f"{operation.id}:{run.answer.status}", node=cause)
    context.write(named, run.answer, asserts_effects=bool(seen))


def _edge(context: Context, operation: Operation, program: Program, cause: Cause) -> None:
    """Find a world in which a bound of the condition is met exactly and the operation succeeds."""
    first = context.searcher.prepare(program)
    for changed in list(islice(context.searcher.edges(first, cause), EDGE_TRIES)):
        run = context.searcher.run(changed)
        if run.ready and run.answer is not None and run.answer.ok:
            what = f"at the bound of {label(context, cause)}"
            record(context, operation, changed, what, f"{operation.id}:{cause.id}:bound")
            return
    _in_time(context, operation, program, cause)


def _in_time(context: Context, operation: Operation, program: Program, cause: Cause) -> None:
    """Carry it out when it is nearly too late, or only just late enough: with a margin for clocks."""
    wanted = None if cause.expr is None else hardly(cause.expr)
    if wanted is None:
        return
    starts = list(
        islice(context.searcher.changed(context.searcher.prepare(program), cause, wanted), EDGE_TRIES)
    )
    for changed in starts:
        found = context.searcher.find([changed], Goal(), 3)
        if found is not None and holds(
            context, found.program, wanted, partial(context.searcher.written, cause)
        ):
            what = f"just within {label(context, cause)}"
            record(context, operation, found.program, what, f"{operation.id}:{cause.id}:bound")
            return


# --- transitions --------------------------------------------------------------------


def _states(
    context: Context, operation: Operation, program: Program, cause: Cause, transition: Transition
) -> None:
    """Try the transition from every state."""
    machine = context.index.enums[transition.target.type.of]
    for state in machine.values:
        allowed = state in transition.allowed_from
        what = "allowed" if allowed else "refused"
        node = f"{operation.id}:{cause.id}:{what}:{state}"
        goals = [Goal()] if allowed else [Goal(cause, alone=True), Goal(code="guard_failed")]
        found = (_in_state(context, program, cause, state, goal) for goal in goals)
        run = next((r for r in found if r is not None), None)
        if run is None:
            context.miss(node, _no_state(context, transition, state))
        elif allowed:
            record(context, operation, run.program, f"from {state} to {transition.to}", node)
        else:
            text = f"refused in state {state}" if transition.target.root == "self" else f"refused at {state}"
            write_refusal(context, operation, run, text, node, cause.id)


def _no_state(context: Context, transition: Transition, state: str) -> str:
    ref = transition.target
    entity = context.index.hop(ref.entity.removeprefix("entity:"), ref.via)
    if not context.turner.reachable(entity, ref.field, state):
        return f"no flow brings a row to the state {state}"
    return f"no sequence of requests that tries it in state {state} was found"


def _in_state(context: Context, program: Program, cause: Cause, state: str, goal: Goal) -> Run | None:
    """Return a run that meets the goal while the transition's row is in a state."""
    known = _brought(context, program, cause, state)
    first = context.searcher.prepare(program)
    starts = [*known, *context.searcher.into_state(first, cause, state)]
    for start in starts:
        run = context.searcher.run(start)
        if context.searcher.meets(run, goal):
            return run
    at = _standing(program, cause, state) if goal.alone else None
    found = context.searcher.find(starts, msgspec.structs.replace(goal, at=at), STATE_BUDGET)
    return None if found is None else _checked(context, found, cause, state, goal)


def _standing(program: Program, cause: Cause, state: str) -> tuple[int, str, str] | None:
    """Return which row must still stand in which state after a refusal, if the request names the row."""
    target, transition = program.target, cause.transition
    if target is None or transition is None or transition.target.via:
        return None
    key = target.rows.get(transition.target.root)
    return None if key is None else (key, transition.target.field, state)


def _brought(context: Context, program: Program, cause: Cause, state: str) -> list[Program]:
    """Return the operation on a row that is known to come to the state."""
    target, transition = program.target, cause.transition
    if target is None or transition is None or transition.target.via:
        return []
    if transition.target.root not in target.rows:
        return []
    entity = transition.target.entity.removeprefix("entity:")
    known = context.states.get(entity, transition.target.field, state)
    if known is None:
        return []
    operation = context.index.operations[target.operation]
    try:
        found, move = context.builder.flow(known[0], operation, {transition.target.root: known[1]})
    except Unreachable:
        return []
    return [found.aim(move)]


def _checked(context: Context, run: Run, cause: Cause, state: str, goal: Goal) -> Run | None:
    """Return the run if the row is really in the state when the target comes."""
    before = context.searcher.prepare(run.program)
    if not before.ready or context.searcher.state_before(before, cause) != state:
        return None
    again = context.searcher.run(run.program)
    met = again.ready and again.answer is not None and goal.met(again.answer)
    return again if met else None
