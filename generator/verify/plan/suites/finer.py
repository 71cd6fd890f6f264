"""Refusals told apart: every state that a condition refuses, and one bad row among good ones."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from generator.expr.model import (
    AggregateExpr,
    ComparisonExpr,
    EntityRef,
    Expr,
    Literal,
    MembershipExpr,
)
from generator.expr.walk import walk
from generator.guards.model import GuardIR
from generator.ir.model import Operation
from generator.ir.reads import conjuncts
from generator.verify.plan.conditions import Cause
from generator.verify.plan.context import Context
from generator.verify.plan.goals import Goal
from generator.verify.plan.suites.guards import causes_of, label, write_refusal

_STATE_TRIES = 40
_MIXED_TRIES = 30
_ORDER_TRIES = 20


def plan_finer(context: Context, operation: Operation, guards: GuardIR | None) -> None:
    """Add refusals that a condition which is only nearly right would not give."""
    if context.good(operation) is None:
        return
    causes = causes_of(context, operation, guards)
    for cause in causes:
        if cause.expr is not None and cause.source in ("requires", "rule"):
            _states(context, operation, cause, cause.expr)
            _mixed(context, operation, cause, cause.expr)
    rules = [c for c in causes if c.source == "rule"]
    for number, rule in enumerate(rules):
        _first(context, operation, rule, rules[number + 1 :])


def _first(context: Context, operation: Operation, cause: Cause, later: list[Cause]) -> None:
    """Break two rules at once: the first is named, also where a database would see it only afterwards."""
    program = context.good(operation)
    starts = [p for p in (program, *context.variants(operation)) if p is not None]
    known = context.searcher.find(starts, Goal(cause), _ORDER_TRIES) if later else None
    if known is None:
        return
    for other in later:
        run = context.searcher.find([known.program], Goal(cause, before=other), _ORDER_TRIES)
        if run is not None:
            what = f"refused by {label(context, cause)} before {label(context, other)}"
            write_refusal(context, operation, run, what, f"{operation.id}:{cause.id}:refused", cause.id)
            return


def _states(context: Context, operation: Operation, cause: Cause, expr: Expr) -> None:
    """Be refused in each state that the condition does not name; those that no flow brings about are left."""
    program = context.good(operation)
    seen = {program.key()} if program is not None else set()
    starts = [p for p in (program, *context.variants(operation)) if p is not None]
    for ref, state in _others(context, expr):
        apart = msgspec.structs.replace(cause, expr=ComparisonExpr("!=", ref, Literal(state, ref.type)))
        run = context.searcher.find(starts, Goal(apart, alone=True), _STATE_TRIES)
        if run is not None and run.program.key() not in seen:
            seen.add(run.program.key())
            what = f"refused by {label(context, cause)}, {ref.field} {state}"
            write_refusal(context, operation, run, what, f"{operation.id}:{cause.id}:refused", cause.id)


def _others(context: Context, expr: Expr) -> Iterator[tuple[EntityRef, str]]:
    """Yield each state field that must be one of some states, with each state that it must not be."""
    for part in conjuncts(expr):
        match part:
            case ComparisonExpr(op="==", left=EntityRef() as ref, right=Literal() as only):
                allowed = {only.value}
            case MembershipExpr(needle=EntityRef() as ref, options=options, negated=False):
                allowed = {o.value for o in options if isinstance(o, Literal)}
            case _:
                continue
        enum = context.index.enums.get(ref.type.of) if ref.type.name == "enum" else None
        if enum is not None and enum.machine:
            yield from ((ref, state) for state in enum.values if state not in allowed)


def _mixed(context: Context, operation: Operation, cause: Cause, expr: Expr) -> None:
    """Break a demand on all rows by one of several, which a demand on any of them would let through."""
    if not any(isinstance(e, AggregateExpr) and e.op == "all" for e in walk(expr)):
        return
    starts = context.variants(operation)
    run = context.searcher.find(starts, Goal(cause, alone=True), _MIXED_TRIES)
    run = run or context.searcher.find(starts, Goal(cause), _MIXED_TRIES)
    if run is not None:
        what = f"refused by {label(context, cause)}, for one of several"
        write_refusal(context, operation, run, what, f"{operation.id}:{cause.id}:refused", cause.id)
