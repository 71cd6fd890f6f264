"""What rows of other scenarios decide: conditions over all rows of an entity that no own row narrows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from generator.expr.model import (
    AggregateExpr,
    BooleanExpr,
    ComparisonExpr,
    EntityRef,
    Expr,
    Literal,
    RowsOf,
)
from generator.expr.walk import refs, walk
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Assign, Create, Each, Flow, Managed, Operation, When
from generator.ir.reads import conjuncts
from generator.ir.writes import effects_of, writes_of
from generator.verify.model import Scenario, Step

_BEFORE = frozenset({"validation_error", "not_found"})  # codes of answers that come before any condition


def decided_by_others(ir: ApplicationIR) -> set[str]:
    """Return the ids of operations with a condition, or a value to write, that any row may bear on."""
    index = Index(ir)
    return {o.id for o in ir.api.operations if any(_is_open(index, e) for e in _asked(index, o))}


def meets(scenario: Scenario, operations: set[str]) -> bool:
    """Whether a scenario gets as far as the conditions of one of the operations."""
    return any(step.operation in operations and _gets_there(step) for step in scenario.steps)


def _gets_there(step: Step) -> bool:
    body = step.expect.body
    return not (isinstance(body, dict) and body.get("code") in _BEFORE)


def _asked(index: Index, operation: Operation) -> Iterator[Expr]:
    writes = writes_of(index, operation)
    yield from (condition.expr for condition in operation.requires)
    for entity in index.entities.values():
        yield from (rule.condition.expr for rule in entity.rules if writes.may_break(entity.name, rule))
    if operation.flow:
        yield from _of_flow(index.flows[operation.flow])


def _of_flow(flow: Flow) -> Iterator[Expr]:
    yield from (condition.expr for condition in (*flow.requires, *flow.ensures))
    for effect in effects_of(flow.effects):
        match effect:
            case When(condition=condition):
                yield condition
            case Each(where=where) if where is not None:
                yield where
            case Assign(value=value):
                yield value
            case Create(values=values):
                yield from (v.value for v in values)
            case _:
                pass


def _is_open(index: Index, expr: Expr) -> bool:
    """Whether all rows of an entity bear on a value, by itself or through a derived field."""
    for node in walk(expr):
        if isinstance(node, AggregateExpr) and isinstance(node.source, RowsOf) and not _is_narrowed(node):
            return True
        if isinstance(node, EntityRef) and node.field and node.type.name != "rows" and node.field != "id":
            field = index.field(index.hop(node.entity.removeprefix("entity:"), node.via), node.field)
            derived = field.value if field.managed is Managed.DERIVED else None
            if derived is not None and _is_open(index, derived):
                return True
    return False


def _is_narrowed(fold: AggregateExpr) -> bool:
    """Whether only rows count that belong to a row which the scenario knows: it has made it."""
    wanted = [] if fold.where is None else [conjuncts(fold.where)]
    if fold.value is not None and fold.op == "any":
        wanted.append(conjuncts(fold.value))
    refused = _disjuncts(fold.value) if fold.value is not None and fold.op == "all" else ()
    return any(_ties(part, "==", fold.binding) for part in chain(*wanted)) or any(
        _ties(part, "!=", fold.binding) for part in refused
    )


def _disjuncts(expr: Expr) -> Iterator[Expr]:
    operands = expr.operands if isinstance(expr, BooleanExpr) and expr.op == "or" else ()
    yield from chain.from_iterable(map(_disjuncts, operands)) if operands else (expr,)


def _ties(part: Expr, op: str, binding: str) -> bool:
    """Whether a comparison holds a row's reference against one that the element does not give."""
    if not isinstance(part, ComparisonExpr) or part.op != op:
        return False
    sides = [part.left, part.right]
    if any(isinstance(side, Literal) for side in sides) or not any(map(_is_row, sides)):
        return False
    from_element = [any(ref.root == binding for ref in refs(side)) for side in sides]
    return from_element in ([True, False], [False, True])


def _is_row(expr: Expr) -> bool:
    return expr.type.name == "row" or (isinstance(expr, EntityRef) and expr.field in {"", "id"})
