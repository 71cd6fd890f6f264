"""Folds told apart from others: rows of which some meet the condition, rows that nearly do."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace

from generator.expr.model import (
    BOOL,
    AggregateExpr,
    BooleanExpr,
    ComparisonExpr,
    Expr,
    Literal,
    NotExpr,
)
from generator.expr.rewrite import replace_parts
from generator.expr.walk import children
from generator.guards.model import GuardIR
from generator.ir.model import Each, Managed, Operation, OperationKind, When
from generator.ir.reads import conjuncts
from generator.ir.writes import effects_of
from generator.verify.plan.conditions import Cause
from generator.verify.plan.context import Context
from generator.verify.plan.goals import Goal
from generator.verify.plan.imagine import World
from generator.verify.plan.suites.guards import causes_of, label, write_refusal
from generator.verify.plan.suites.success import record
from generator.verify.plan.suites.worlds import TARGET, Scopes, brought_about, holds, of_target
from generator.verify.plan.tweaks import NEGATED
from generator.verify.plan.wants import Program

YES = Literal(value=True, type=BOOL)
MOST = 2  # programs that are changed
TRIES = 20


class Fold(NamedTuple):
    """An `any` or `all` in a condition; `demands` must be true for the condition to hang on it."""

    aggregate: AggregateExpr
    positive: bool
    demands: tuple[Expr, ...] = ()


class NearMiss(NamedTuple):
    """A row that meets all parts of a fold's condition but one, and the condition without that part."""

    there: Expr  # such a row is there
    without: Expr
    part: int


def plan_folds(context: Context, operation: Operation, guards: GuardIR | None) -> None:
    """Add successes that would be none, or others, with `all` for an `any`, or the other way round."""
    if context.good(operation) is None:
        return
    for cause in causes_of(context, operation, guards):
        if cause.expr is not None and cause.source in {"requires", "rule"}:
            _of_cause(context, operation, cause, cause.expr)
            for miss in near_misses(cause.expr):
                _nearly(context, operation, cause, cause.expr, miss)
    for expr, what in _others(context, operation):
        for fold in folds_of(expr):
            starts = _starts(context, operation)
            _told_apart(context, operation, starts, fold, f"{what}: some of several", of_target)


def _others(context: Context, operation: Operation) -> Iterator[tuple[Expr, str]]:
    """Yield the conditions inside of a flow's effects, and the derived values that a read shows."""
    flow = context.index.flows.get(operation.flow)
    for effect in () if flow is None else effects_of(flow.effects):
        if isinstance(effect, When):
            yield effect.condition, f"branch {effect.id.rpartition(':')[2]}"
        elif isinstance(effect, Each) and effect.where is not None:
            yield (
                AggregateExpr("any", effect.source, effect.binding, YES, effect.where),
                (f"branch {effect.id.rpartition(':')[2]}"),
            )
    if operation.kind is OperationKind.READ:
        for field in context.index.entities[operation.entity].fields:
            if field.value is not None and field.managed is Managed.DERIVED:
                yield field.value, field.wire


def _of_cause(context: Context, operation: Operation, cause: Cause, expr: Expr) -> None:
    for fold in folds_of(expr):
        if fold.positive is (fold.aggregate.op == "any"):
            starts = asking(context, operation, cause)
            what = f"{label(context, cause)}: one of several"
            _told_apart(context, operation, starts, fold, what, partial(context.searcher.written, cause))


def _starts(context: Context, operation: Operation) -> list[Program]:
    good = context.good(operation)
    return [p for p in (good, *context.variants(operation)) if p is not None]


def asking(context: Context, operation: Operation, cause: Cause) -> list[Program]:
    """Return the programs that work and for which a condition is asked."""
    return [p for p in _starts(context, operation) if _is_asked(context, operation, cause, p)]


def _is_asked(context: Context, operation: Operation, cause: Cause, program: Program) -> bool:
    """Whether the target asks for the condition: an update asks for rules that read what it sets."""
    target = program.target
    if operation.kind is not OperationKind.UPDATE or cause.source != "rule" or target is None:
        return True
    rule = next(r for r in context.index.entities[cause.entity].rules if r.id == cause.id)
    return any(name in target.values or f"field:{name}" in target.rows for name in rule.fields)


def _told_apart(
    context: Context,
    operation: Operation,
    starts: list[Program],
    fold: Fold,
    what: str,
    scopes: Scopes,
) -> None:
    """Carry the operation out where the other word would come out otherwise, unless it has been."""
    wanted = _mixed(fold)
    if any(holds(context, program, wanted, scopes) for program in starts):
        return
    for program in starts[:MOST]:
        found = brought_about(context, program, wanted, wanted=True, scopes=scopes)
        if found is not None:
            context.note_variant(operation, found)
            record(context, operation, found, what)
            return


def _nearly(context: Context, operation: Operation, cause: Cause, expr: Expr, miss: NearMiss) -> None:
    """Let a row be there that only one part of a fold's condition leaves out."""
    scopes = partial(context.searcher.written, cause)
    starts = asking(context, operation, cause)
    refused = context.refusals.get((operation.id, cause.id), [])
    if any(_differ(context, program, expr, miss.without, scopes) for program in (*starts, *refused)):
        return
    what = f"{label(context, cause)}, beside a row that part {miss.part} leaves out"
    there = [p for p in starts if holds(context, p, miss.there, scopes)]
    for program in (there or starts)[:MOST]:
        found = brought_about(context, program, miss.there, wanted=True, scopes=scopes)
        if found is not None and _differ(context, found, expr, miss.without, scopes):
            context.note_variant(operation, found)
            record(context, operation, found, what)
            return
        run = None if found is None else context.searcher.find([found], Goal(cause, alone=True), TRIES)
        if run is not None and _differ(context, run.program, expr, miss.without, scopes):
            again = context.searcher.run(run.program)
            node = f"{operation.id}:{cause.id}:refused"
            write_refusal(context, operation, again, f"refused by {what}", node, cause.id)
            return


def _differ(context: Context, program: Program, expr: Expr, other: Expr, scopes: Scopes) -> bool:
    """Whether two conditions come out differently as the target finds the rows."""
    world = World(context.session, context.searcher.prepare(program), TARGET)
    return any(world.value_of(expr, s) is not world.value_of(other, s) for s in scopes(world))


def _mixed(fold: Fold) -> Expr:
    """Return the condition that some of the rows meet the fold's condition, and some do not."""
    aggregate = fold.aggregate
    value: Expr = aggregate.value if aggregate.value is not None else YES
    where = aggregate.where
    if value == YES and where is not None:
        aggregate, value = replace(aggregate, where=None), where
    met = replace(aggregate, op="any", value=value, type=BOOL)
    unmet = replace(aggregate, op="any", value=NotExpr(value, BOOL), type=BOOL)
    return BooleanExpr("and", (*fold.demands, met, unmet), BOOL)


def near_misses(expr: Expr) -> Iterator[NearMiss]:
    """Yield, for each part of each outermost fold's condition, the row that only this part leaves out."""
    for fold in _outermost(expr):
        valued = fold.where is None and fold.op == "any"
        condition = fold.value if valued else fold.where
        if not isinstance(condition, BooleanExpr | ComparisonExpr):
            continue
        parts = tuple(conjuncts(condition))
        for number, part in enumerate(parts):
            rest = (*parts[:number], *parts[number + 1 :])
            there = _all_of((*rest, negated(part)))
            left = _all_of(rest) if rest else None
            other = replace(fold, value=left or YES) if valued else replace(fold, where=left)
            row = AggregateExpr("any", fold.source, fold.binding, YES, there)
            yield NearMiss(row, _with(expr, fold, other), number + 1)


def _all_of(parts: tuple[Expr, ...]) -> Expr:
    return parts[0] if len(parts) == 1 else BooleanExpr("and", parts, BOOL)


def _outermost(expr: Expr) -> Iterator[AggregateExpr]:
    if isinstance(expr, AggregateExpr):
        yield expr
    else:
        for part in children(expr):
            yield from _outermost(part)


def _with(expr: Expr, old: Expr, new: Expr) -> Expr:
    return new if expr == old else replace_parts(expr, lambda part: _with(part, old, new))


def negated(expr: Expr) -> Expr:
    """Return the opposite of a condition; of a comparison, as a comparison."""
    if isinstance(expr, ComparisonExpr):
        return replace(expr, op=NEGATED[expr.op])
    return NotExpr(expr, BOOL)


def folds_of(expr: Expr, *, positive: bool = True, demands: tuple[Expr, ...] = ()) -> Iterator[Fold]:
    """Yield each `any` and `all` of a condition over rows of the outermost scope."""
    match expr:
        case NotExpr(operand=operand):
            yield from folds_of(operand, positive=not positive, demands=demands)
        case BooleanExpr(op=op, operands=operands):
            for operand in operands:
                rest = tuple(o if op == "and" else NotExpr(o, BOOL) for o in operands if o is not operand)
                yield from folds_of(operand, positive=positive, demands=(*demands, *rest))
        case AggregateExpr(op="any" | "all"):
            if expr.value != YES or expr.where is not None:
                yield Fold(expr, positive, demands)
