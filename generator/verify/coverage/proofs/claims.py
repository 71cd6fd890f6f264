"""What an operation demands, as formulas over the rows before it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from generator.expr.model import BooleanExpr, ComparisonExpr, EntityRef, Expr, Literal, MembershipExpr
from generator.guards.model import GuardIR
from generator.ir.index import Index, updatable_fields
from generator.ir.model import (
    Assign,
    Create,
    Field,
    Flow,
    Operation,
    OperationKind,
    Rule,
    Transition,
    When,
)
from generator.ir.writes import row_entity, writes_of
from generator.verify.coverage.proofs.rewrite import of_row, row_at
from generator.verify.coverage.proofs.symbolic import Values


class Claim(msgspec.Struct, frozen=True):
    """One demand: `expr` must be true, or with `weak` not false; `node` is what states it."""

    node: str
    text: str
    expr: Expr
    weak: bool = False
    field: Field | None = None  # `expr` must be within its bounds


class Claims:
    """The demands of one operation, and what it finds and leaves behind."""

    def __init__(self, index: Index, guards: GuardIR, operation: Operation) -> None:
        self.index = index
        self.operation = operation
        self.flow = index.flows.get(operation.flow)
        self._guards = guards
        self.before = Values(index, self.flow)
        self.made: frozenset[str] = frozenset()
        self.after = self._after()

    def _after(self) -> Values:
        match self.operation.kind:
            case OperationKind.CREATE:
                self.made = frozenset({"self"})
                self.before.make(self.index.entities[self.operation.entity], "self", {}, free=True)
                return self.before
            case OperationKind.UPDATE:
                entity = self.index.entities[self.operation.entity]
                after = Values(self.index)
                after.free(entity.name, "self", [f.name for f in updatable_fields(entity)])
                return after
            case OperationKind.FLOW if self.flow is not None:
                self.made = frozenset(e.binding for e in self.flow.effects if isinstance(e, Create))
                after = Values(self.index, self.flow, _apart(self.flow))
                after.run(self.flow.effects)
                return after
            case _:
                return self.before

    def all(self) -> Iterator[Claim]:
        """Yield every demand."""
        for condition in self.operation.requires:
            yield Claim(condition.id, f"`{condition.text}`", self.before.read(condition.expr))
        yield from self.rules()
        if self.flow is None:
            return
        for condition in self.flow.requires:
            yield Claim(condition.id, f"`{condition.text}`", self.before.read(condition.expr))
        yield from self._moves(self.flow)
        for condition in self.flow.ensures:
            yield Claim(condition.id, f"`{condition.text}`", self.after.read(condition.expr))
        yield from self._bounds(self.flow)

    def _moves(self, flow: Flow) -> Iterator[Claim]:
        """Yield what the transitions that are checked before all effects start from."""
        moved: set[EntityRef] = set()
        for effect in flow.effects:
            if (
                isinstance(effect, Transition)
                and effect.target not in moved
                and effect.target.root not in self.made
            ):
                text = f"{effect.target.field} -> {effect.to}"
                yield Claim(
                    effect.id, f"`{text}`", _is_in(self.before.read(effect.target), effect.allowed_from)
                )
            if isinstance(effect, When):
                yield from self._either(effect, moved)
            if isinstance(effect, Transition):
                moved.add(effect.target)

    def _either(self, effect: When, moved: set[EntityRef]) -> Iterator[Claim]:
        """Yield what a move starts from that is made in one way or another, whatever the condition."""
        ways = [[e for e in way if isinstance(e, Transition)] for way in (effect.then, effect.otherwise)]
        for one in ways[0]:
            for other in ways[1]:
                if (
                    one.target == other.target
                    and one.target not in moved
                    and one.target.root not in self.made
                ):
                    states = (*one.allowed_from, *other.allowed_from)
                    text = f"{one.target.field} -> {one.to} or {other.to}"
                    yield Claim(one.id, f"`{text}`", _is_in(self.before.read(one.target), states))

    def rules(self) -> Iterator[Claim]:
        """Yield the rules of the rows that the operation writes, once for each way that leads to one."""
        if self.flow is not None:
            yield from self._rules_of(self.flow)
            return
        entity = self.index.entities[self.operation.entity]
        writes = writes_of(self.index, self.operation)
        for rule in entity.rules:
            if writes.may_break(entity.name, rule):
                yield self._rule(rule, self.after.read(rule.condition.expr))

    def _rules_of(self, flow: Flow) -> Iterator[Claim]:
        rules = {r.condition.id: r for e in self.index.entities.values() for r in e.rules}
        for guard in self._guards.get(self.operation.entity, self.operation.name).invariants:
            root, *hops = guard.scope.split(".")
            row = row_at(flow.names.get(root, flow.entity), root, tuple(hops))
            rule = rules[guard.source_constraint_id]
            yield self._rule(rule, self.after.read(of_row(rule.condition.expr, row)))

    @staticmethod
    def _rule(rule: Rule, expr: Expr) -> Claim:
        return Claim(rule.condition.id, f"the rule `{rule.condition.text}`", expr, weak=True)

    def _bounds(self, flow: Flow) -> Iterator[Claim]:
        """Yield the bounds of what the flow stores outside of loops and branches."""
        for effect in flow.effects:
            if isinstance(effect, Assign):
                entity = row_entity(self.index, effect.target)
                field = self.index.field(entity, effect.target.field)
                yield self._bound(entity, field, self.after.read(effect.target))
            elif isinstance(effect, Create):
                for value in effect.values:
                    field = self.index.field(effect.entity, value.field)
                    ref = EntityRef(
                        f"entity:{effect.entity}", field.name, root=effect.binding, type=field.type
                    )
                    yield self._bound(effect.entity, field, self.after.read(ref))

    @staticmethod
    def _bound(entity: str, field: Field, value: Expr) -> Claim:
        return Claim(field.id, f"the bounds of {entity}.{field.name}", value, field=field)


def _is_in(target: Expr, states: tuple[str, ...]) -> Expr:
    return MembershipExpr(target, tuple(Literal(state, target.type) for state in states))


def _apart(flow: Flow) -> frozenset[frozenset[str]]:
    """Return the pairs of rows that the flow requires to be different."""
    found = set()
    for condition in flow.requires:
        expr = condition.expr
        parts = expr.operands if isinstance(expr, BooleanExpr) and expr.op == "and" else (expr,)
        for part in parts:
            match part:
                case ComparisonExpr(op="!=", left=EntityRef() as left, right=EntityRef() as right) if (
                    left.type.name == right.type.name == "row"
                ):
                    found.add(frozenset((_way(left), _way(right))))
    return frozenset(found)


def _way(row: EntityRef) -> str:
    return ".".join((row.root, *row.via, *([row.field] if row.field else [])))
