"""Constraints and flow conditions to guard IR."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from generator.expr.model import (
    BooleanExpr,
    ComparisonExpr,
    EntityRef,
    Expr,
    Literal,
    MembershipExpr,
)
from generator.graph.model import ConstraintGraph
from generator.guards.model import FlowGuards, FlowKey, GuardEntry, GuardIR, GuardSpec, Phase
from generator.ir.index import Index
from generator.ir.model import (
    ApplicationIR,
    Assign,
    Condition,
    Create,
    Delete,
    Each,
    Effect,
    Flow,
    Link,
    Operation,
    OperationKind,
    Transition,
    When,
)
from generator.ir.writes import beneath_new, row_entity, writes_of


class UnguardedConstraintError(ValueError):
    """A constraint is routed to a guard, but no operation got one."""


class FlowLogicSynthesizer:
    """Makes the guards of every operation; each belongs to exactly one."""

    def __init__(self, graph: ConstraintGraph) -> None:
        self._graph = graph

    def synthesize_for_app(self, ir: ApplicationIR) -> GuardIR:
        """Return the guards of all operations; raises UnguardedConstraintError."""
        index = Index(ir)
        entries = []
        for operation in ir.api.operations:
            guards = self.synthesize(index, operation)
            if guards != FlowGuards():
                entries.append(GuardEntry(FlowKey(operation.entity, operation.name), guards))
        result = GuardIR(tuple(entries))
        self._require_complete(result)
        return result

    def synthesize(self, index: Index, operation: Operation) -> FlowGuards:
        """Return the guards of one operation."""
        if operation.kind is not OperationKind.FLOW:
            return FlowGuards(
                pre=tuple(_guard(c, Phase.PRE) for c in operation.requires),
                invariants=tuple(_crud_invariants(index, operation)),
            )
        flow = index.flows[operation.flow]
        requires = tuple(_guard(c, Phase.PRE) for c in flow.requires)
        return FlowGuards(
            pre=(*requires, *_transition_guards(flow)),
            post=tuple(_guard(c, Phase.POST) for c in flow.ensures),
            invariants=tuple(_flow_invariants(index, flow)),
        )

    def _require_complete(self, guards: GuardIR) -> None:
        made = {g.source_constraint_id for entry in guards.entries for g in entry.guards}
        for constraint in missing_guards(self._graph, made):
            raise UnguardedConstraintError(f"{constraint} is routed to a guard, but no operation checks it")


def missing_guards(graph: ConstraintGraph, made: set[str]) -> list[str]:
    """Return the sources of workflow constraints for which no guard was made."""
    return [
        routed.constraint.source
        for routed in graph.routed
        if routed.constraint.type == "workflow_constraint" and routed.constraint.source not in made
    ]


def _guard(condition: Condition, phase: Phase, scope: str = "") -> GuardSpec:
    return GuardSpec(condition.expr, condition.status, condition.message, condition.id, phase, scope)


# --- invariants -------------------------------------------------------------


def _crud_invariants(index: Index, operation: Operation) -> Iterator[GuardSpec]:
    writes = writes_of(index, operation)
    for rule in index.entities[operation.entity].rules:
        if writes.may_break(operation.entity, rule):
            yield _guard(rule.condition, Phase.INVARIANT, "self")


def _flow_invariants(index: Index, flow: Flow) -> Iterator[GuardSpec]:
    beneath = beneath_new(index, flow)
    for scope, (entity, fields) in sorted(_written_rows(index, flow.effects).items()):
        for rule in index.entities[entity].rules:
            if rule.holder and scope in beneath:
                continue  # it is checked on the new owner, once
            if fields is None or fields.intersection(rule.fields):
                yield _guard(rule.condition, Phase.INVARIANT, scope)


_Written = dict[str, tuple[str, set[str] | None]]


def _written_rows(index: Index, effects: tuple[Effect, ...]) -> _Written:
    """Return row path -> (entity, fields set), with None for a row that is created."""
    written: _Written = {}
    _collect_writes(index, effects, written)
    return written


def _collect_writes(index: Index, effects: tuple[Effect, ...], written: _Written) -> None:
    for effect in effects:
        match effect:
            case Create(entity=entity, binding=binding):
                written[binding] = (entity, None)
            case Assign(target=target) | Transition(target=target):
                _add_field(written, target, row_entity(index, target))
            case Link(collection=collection):
                _add_field(written, collection, row_entity(index, collection))
            case Each(body=body):
                _collect_writes(index, body, written)
            case When(then=then, otherwise=otherwise):
                _collect_writes(index, (*then, *otherwise), written)
            case Delete():
                pass
            case _:
                assert_never(effect)


def _add_field(written: _Written, target: EntityRef, entity: str) -> None:
    scope = ".".join((target.root, *target.via))
    _, fields = written.setdefault(scope, (entity, set()))
    if fields is not None:
        fields.add(target.field)


# --- implied transitions ----------------------------------------------------


def _transition_guards(flow: Flow) -> Iterator[GuardSpec]:
    """Yield a guard for each transition whose starting state nothing else guarantees.

    On a row that is there from the start it is checked up front, unless a
    `requires` says as much or an earlier transition has set the state; in a
    nested block, or on a row made by the flow, right before the effect.
    """
    known = [c.expr for c in flow.requires]
    made = {e.binding for e in flow.effects if isinstance(e, Create)}
    state: dict[EntityRef, str] = {}
    for effect in flow.effects:
        if isinstance(effect, Transition):
            late = effect.target.root in made or effect.target in state
            sure = state.get(effect.target) in effect.allowed_from or any(_implies(e, effect) for e in known)
            if not sure:
                yield _transition_guard(effect, effect.id if late else "")
            state[effect.target] = effect.to
        else:
            yield from _nested_guards(effect)


def _nested_guards(effect: Effect) -> Iterator[GuardSpec]:
    match effect:
        case Transition():
            yield _transition_guard(effect, effect.id)
        case Each(body=body):
            for inner in body:
                yield from _nested_guards(inner)
        case When(then=then, otherwise=otherwise):
            for inner in (*then, *otherwise):
                yield from _nested_guards(inner)
        case Assign() | Create() | Delete() | Link():
            pass
        case _:
            assert_never(effect)


def _transition_guard(effect: Transition, scope: str) -> GuardSpec:
    expr = _state_is(effect.target, effect.allowed_from)
    return GuardSpec(expr, effect.status, effect.message, effect.id, Phase.PRE, scope)


def _state_is(target: EntityRef, states: tuple[str, ...]) -> Expr:
    literals = tuple(Literal(state, target.type) for state in states)
    if len(literals) == 1:
        return ComparisonExpr("==", target, literals[0])
    return MembershipExpr(target, literals)


def _implies(expr: Expr, effect: Transition) -> bool:
    match expr:
        case BooleanExpr(op="and", operands=operands):
            return any(_implies(o, effect) for o in operands)
        case ComparisonExpr(op="==", left=EntityRef() as ref, right=Literal(value=value)):
            return ref == effect.target and value in effect.allowed_from
        case MembershipExpr(needle=EntityRef() as ref, options=options, negated=False):
            values = [o.value for o in options if isinstance(o, Literal)]
            complete = len(values) == len(options)
            return complete and ref == effect.target and set(values) <= set(effect.allowed_from)
        case _:
            return False
