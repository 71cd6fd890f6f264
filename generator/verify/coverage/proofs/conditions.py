"""Guards, transitions and partial uniques that can't be broken alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from generator.expr.model import (
    INT,
    AggregateExpr,
    ArithmeticExpr,
    ComparisonExpr,
    EntityRef,
    Expr,
    Literal,
    MembershipExpr,
    RowsOf,
)
from generator.expr.rewrite import replace_root
from generator.expr.walk import walk
from generator.guards.model import GuardIR
from generator.ir.index import Index
from generator.ir.model import (
    Assign,
    Create,
    Each,
    Effect,
    Flow,
    Managed,
    Operation,
    Transition,
    Unique,
    When,
)
from generator.ir.reads import conjuncts
from generator.ir.writes import effects_of, row_entity
from generator.verify.coverage.proofs.claims import Claim, Claims
from generator.verify.coverage.proofs.rewrite import of_row, row_at
from generator.verify.coverage.proofs.solve import Prover
from generator.verify.coverage.proofs.symbolic import Values


class Conditions:
    """Proofs about one operation's conditions."""

    def __init__(self, index: Index, guards: GuardIR, operation: Operation) -> None:
        self._index = index
        self._guards = guards
        self._operation = operation
        self._claims = Claims(index, guards, operation)
        self._all = list(self._claims.all())
        self._prover = Prover(index, self._claims.flow, self._claims.made)

    def _others(self, node: str) -> list[Claim]:
        """Return the other demands, transitions only if they are checked on their own."""
        guards = self._guards.get(self._operation.entity, self._operation.name)
        guarded = {g.source_constraint_id for g in guards}
        return [
            c for c in self._all if c.node != node and (c.node in guarded or not c.node.startswith("effect:"))
        ]

    def guard(self, node: str) -> str:
        """Return why a condition can't be broken alone, "" if that isn't proved."""
        mine = [c for c in self._all if c.node == node and c.field is None]
        found = [self._reason(c, self._others(node)) for c in mine]
        if not found or None in found:
            return self._in_loop(mine)
        return _told("it fails only together with", "it never fails", found)

    def _reason(self, claim: Claim, others: list[Claim]) -> str | None:
        """Return why a demand never fails, or only together with others; None if neither is known."""
        goal = self._prover.fails(claim)
        alone = self._prover.impossible(goal, [claim.expr], [])
        return alone if alone is not None else self._prover.impossible(goal, [claim.expr], others)

    def _in_loop(self, claims: list[Claim]) -> str:
        """Return why a demand on all rows fails only together with the bounds of what a loop does to them."""
        flow = self._claims.flow
        for claim in claims:
            for effect in () if flow is None else flow.effects:
                match claim.expr, effect:
                    case (
                        AggregateExpr(op="all", where=None, value=demand, source=source, binding=element),
                        Each(where=None, binding=binding, body=body, source=rows),
                    ) if source == rows and demand is not None:
                        each = replace_root(demand, element, binding)
                        reason = self._drained(each, body) or self._moved(each, body)
                        if reason:
                            return reason
        return ""

    def _moved(self, demand: Expr, body: tuple[Effect, ...]) -> str:
        """Return the transition that a loop makes of each row, and can't where the demand isn't met."""
        for effect in body:
            if isinstance(effect, Transition) and self._starts_so(effect):
                states = tuple(Literal(s, effect.target.type) for s in effect.allowed_from)
                there = MembershipExpr(effect.target, states)
                goal = self._prover.both(self._prover.fails(Claim("", "", demand)), self._prover.holds(there))
                if self._prover.impossible(goal, [demand, there], []) is not None:
                    return f"it fails only together with `{effect.target.field} -> {effect.to}` in a loop"
        return ""

    def _starts_so(self, effect: Transition) -> bool:
        """Whether a row in no state to start from comes to none meanwhile, nor another in its place."""
        flow, index = self._claims.flow, self._index
        place = (row_entity(index, effect.target), effect.target.field)
        for other in effects_of(() if flow is None else flow.effects):
            if not isinstance(other, Assign | Transition):
                continue
            written = (row_entity(index, other.target), other.target.field)
            into = isinstance(other, Transition) and other.to not in effect.allowed_from
            if written == place and not into:
                return False
            if other.target.field in effect.target.via:
                return False
        return True

    def _drained(self, demand: Expr, body: tuple[Effect, ...]) -> str:
        """Return the bound that a field leaves if an amount is taken off although the demand isn't met."""
        for effect in body:
            match effect:
                case Assign(
                    target=target, value=ArithmeticExpr(op="+" | "-" as op, left=left, right=amount)
                ) if left == target and self._writers(target) == 1:
                    negative = ComparisonExpr("<", amount, Literal(0, INT))
                    last = EntityRef(target.entity, target.field, target.via, f"{target.root}'", target.type)
                    change = ArithmeticExpr(op, target, amount, target.type)
                    passed = ComparisonExpr("<=" if op == "-" else ">=", last, change)
                    goal = self._prover.both(
                        self._prover.fails(Claim("", "", demand)), self._prover.holds(passed)
                    )
                    grows = self._prover.impossible(self._prover.holds(negative), [negative], []) is not None
                    if grows and self._prover.impossible(goal, [demand, passed], []) is not None:
                        return f"it fails only together with the bounds of {target.field}, changed in a loop"
        return ""

    def _writers(self, target: EntityRef) -> int:
        """Return how many effects of the flow set a field."""
        flow, index = self._claims.flow, self._index
        places = [
            (row_entity(index, e.target), e.target.field)
            for e in effects_of(() if flow is None else flow.effects)
            if isinstance(e, Assign | Transition)
        ]
        return places.count((row_entity(index, target), target.field))

    def state(self, effect: Transition, state: str) -> str:
        """Return why a transition can't be tried from a state."""
        flow = self._claims.flow
        if flow is None:
            return ""
        if effect not in flow.effects:
            return self._inside(flow, effect, state)
        if effect.target.root in self._claims.made:
            return ""
        values = Values(self._index, flow)
        values.run(flow.effects[: flow.effects.index(effect)])
        target = values.read(effect.target)
        goal = ComparisonExpr("==", target, Literal(state, target.type))
        earlier = [c for c in self._all if c.node in {r.id for r in flow.requires}]
        found = self._prover.impossible(self._prover.holds(goal), [goal], earlier)
        return "" if found is None else _told("the state is ruled out by", "the row is never in it", [found])

    def _inside(self, flow: Flow, effect: Transition, state: str) -> str:
        """Return why a transition in a loop or branch does not come upon a state.

        They and the state are taken at the same moment: only if nothing else in the flow sets the state.
        """
        around = _around(flow.effects, effect)
        place = (row_entity(self._index, effect.target), effect.target.field)
        if effect.target.root in self._claims.made or place in self._written(effect.target, around):
            return ""
        required = [part for c in flow.requires for part in conjuncts(c.expr)]
        held = [*around.held, *(_of_each(required, around) if around.looped else required)]
        reads = Values(self._index, flow)
        said = [
            Claim("", "the conditions around it", reads.read(c)) for c in held if not self._touched(c, around)
        ]
        target = reads.read(effect.target)
        goal = ComparisonExpr("==", target, Literal(state, target.type))
        prover = Prover(self._index, flow, frozenset(flow.names))
        found = prover.impossible(prover.holds(goal), [goal], said)
        return "" if found is None else _told("the state is ruled out by", "the row is never in it", [found])

    def _written(self, ref: EntityRef, around: _Around) -> set[tuple[str, str]]:
        """Return the fields that may be set by then; other rounds of a loop set those of other rows."""
        own = ref.root in around.bindings and not ref.via
        effects = around.before if own else (*around.before, *around.rounds)
        return {w for e in effects for w in _written(self._index, e)}

    def _touched(self, expr: Expr, around: _Around) -> bool:
        """Whether a condition may have come out otherwise by the time the effect is carried out."""
        busy = bool(around.before or around.rounds)
        for part in walk(expr):
            if isinstance(part, AggregateExpr) and busy:
                return True
            if isinstance(part, EntityRef) and part.field and part.type.name != "rows":
                entity = row_entity(self._index, part)
                derived = self._index.field(entity, part.field).managed is Managed.DERIVED
                if (entity, part.field) in self._written(part, around) or (derived and busy):
                    return True
        return False

    def unique(self, entity: str, unique: Unique) -> str:
        """Return why the rows that an operation writes don't count for a partial unique."""
        if unique.only is None:
            return ""
        found = []
        for row in self._rows(entity):
            expr = self._claims.after.read(of_row(unique.only, row))
            found.append(self._prover.impossible(self._prover.holds(expr), [expr], self._all))
        if not found or None in found:
            return ""
        return _told("the row does not count, by", "the row does not count afterwards", found)

    def _rows(self, entity: str) -> list[EntityRef]:
        flow = self._claims.flow
        if flow is None:
            return [row_at(entity, "self")] if self._operation.entity == entity else []
        return [
            row_at(entity, root, hops) for root, hops in written_rows(self._index, self._operation, entity)
        ]

    def branch(self, effect: When | Each, *, taken: bool) -> str:
        """Return why a condition inside of the effects always comes out the same."""
        flow = self._claims.flow
        if flow is None or effect not in flow.effects or not isinstance(effect, When):
            return ""
        values = Values(self._index, flow)
        values.run(flow.effects[: flow.effects.index(effect)])
        expr: Expr = values.read(effect.condition)
        claim = Claim("", "", expr)
        goal = self._prover.holds(expr) if taken else self._prover.fails(claim)
        found = self._prover.impossible(goal, [expr], self._all)
        said = "is never true" if taken else "is always true"
        return "" if found is None else _told(f"the condition {said}, by", f"the condition {said}", [found])


class _Around(NamedTuple):
    """The conditions under which an effect in loops and branches is carried out, and what is done before."""

    held: tuple[Expr, ...] = ()
    before: tuple[Effect, ...] = ()
    rounds: tuple[Effect, ...] = ()  # what other rounds of its loops do
    bindings: tuple[str, ...] = ()  # of the rows of its loops
    sources: tuple[EntityRef | RowsOf, ...] = ()  # of its loops

    @property
    def looped(self) -> bool:
        """Whether it stands in a loop."""
        return bool(self.bindings)


def _around(effects: tuple[Effect, ...], wanted: Effect) -> _Around:
    """Return what stands around an effect."""
    for number, effect in enumerate(effects):
        if effect == wanted:
            return _Around(before=tuple(effects_of(effects[:number])))
        if wanted not in effects_of((effect,)):
            continue
        earlier = tuple(effects_of(effects[:number]))
        match effect:
            case Each(body=body, where=where, binding=binding, source=source):
                inner = _around(body, wanted)
                held = (*(() if where is None else (where,)), *inner.held)
                bindings = (binding, *inner.bindings)
                sources = (source, *inner.sources)
                return _Around(held, (*earlier, *inner.before), tuple(effects_of(body)), bindings, sources)
            case When(condition=condition, then=then, otherwise=otherwise):
                first = wanted in effects_of(then)
                inner = _around(then if first else otherwise, wanted)
                held = (*((condition,) if first else ()), *inner.held)
                return inner._replace(held=held, before=(*earlier, *inner.before))
            case _:
                pass
    return _Around()


def _of_each(required: list[Expr], around: _Around) -> Iterator[Expr]:
    """Yield what is required of all rows that a loop works through, said of its row."""
    for demand in required:
        match demand:
            case AggregateExpr(op="all", where=None, value=value, source=source, binding=element):
                for binding, rows in zip(around.bindings, around.sources, strict=True):
                    if rows == source and value is not None:
                        yield replace_root(value, element, binding)


def _written(index: Index, effect: Effect) -> list[tuple[str, str]]:
    if not isinstance(effect, Assign | Transition):
        return []
    return [(row_entity(index, effect.target), effect.target.field)]


def _told(because: str, plain: str, found: list[str | None]) -> str:
    parts = sorted({part for part in found if part})
    return f"{because} {'; '.join(parts)}" if parts else plain


def written_rows(index: Index, operation: Operation, entity: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the ways to the rows of an entity that a flow writes."""
    found: dict[tuple[str, tuple[str, ...]], str] = {}
    for effect in effects_of(index.flows[operation.flow].effects):
        match effect:
            case Create(entity=made, binding=binding):
                found[binding, ()] = made
            case Assign(target=target) | Transition(target=target):
                found[target.root, target.via] = row_entity(index, target)
            case _:
                pass
    return [way for way, written in found.items() if written == entity]
