"""What can refuse an operation, by the id that a problem document names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal as OneOf

import msgspec

from generator.expr.model import (
    BOOL,
    AggregateExpr,
    EntityRef,
    Expr,
    Literal,
    NotExpr,
    RowsOf,
)
from generator.ir.index import Index
from generator.ir.model import (
    ApplicationIR,
    Assign,
    Condition,
    Create,
    Delete,
    Each,
    Effect,
    Entity,
    Link,
    Operation,
    OperationKind,
    Transition,
    Unique,
    When,
)
from generator.ir.writes import effects_of

Source = OneOf["requires", "ensures", "rule", "transition", "unique"]


class Cause(msgspec.Struct, frozen=True):
    """One reason for a refusal. `entity` is that of the row the expression is about (rules, uniques)."""

    id: str
    source: Source
    entity: str
    expr: Expr | None = None
    transition: Transition | None = None
    unique: Unique | None = None


class Causes:
    """Every cause of an application by id."""

    def __init__(self, index: Index) -> None:
        self._by_id: dict[str, Cause] = {}
        for entity in index.entities.values():
            for rule in entity.rules:
                cause = Cause(rule.id, "rule", entity.name, rule.condition.expr)
                self._by_id[rule.id] = self._by_id[rule.condition.id] = cause
            for unique in all_uniques(entity):
                self._by_id[unique.id] = Cause(unique.id, "unique", entity.name, unique=unique)
        self._positions: dict[tuple[str, str], int] = {}
        for operation in index.operations.values():
            for number, cause in enumerate(operation_causes(index, operation)):
                self._by_id[cause.id] = cause
                self._positions[operation.id, cause.id] = number
        first = len(self._positions)
        self._shared = {cause: first + number for number, cause in enumerate(_in_order(self._by_id))}

    def get(self, constraint: str) -> Cause | None:
        """Return what stands behind a problem's constraint id."""
        return self._by_id.get(constraint)

    def position(self, operation: str, constraint: str) -> int:
        """Return the place of a cause in the order of evaluation; rules, then uniques, come last."""
        if constraint not in self._by_id:
            return -1
        own = self._positions.get((operation, constraint))
        return self._shared[constraint] if own is None else own


def _in_order(causes: Mapping[str, Cause]) -> list[str]:
    """Return the ids of causes, those of uniques last."""
    return sorted(causes, key=lambda c: causes[c].source == "unique")


def is_shared(entity: Entity, name: str) -> bool:
    """Whether another scenario's row may be in the way of one with the same value of a field."""
    parting = {f.name for f in entity.fields if f.type.name == "row"}
    return any(name in u.fields and parting.isdisjoint(u.fields) for u in all_uniques(entity))


def all_uniques(entity: Entity) -> list[Unique]:
    """Return an entity's uniques, those of single fields first."""
    single = [Unique(f.id, "", (f.name,)) for f in entity.fields if f.unique]
    return [*single, *entity.uniques]


def writes_others(ir: ApplicationIR) -> set[str]:
    """Return the ids of operations that may write rows whoever made them: flows over a whole entity."""
    lonely = {
        f.id
        for f in ir.behavior.flows
        if any(isinstance(e, Each) and isinstance(e.source, RowsOf) for e in effects_of(f.effects))
    }
    return {o.id for o in ir.api.operations if o.flow in lonely}


def operation_causes(index: Index, operation: Operation) -> Iterator[Cause]:
    """Yield an operation's own conditions in order of evaluation; rules and uniques are not among them."""
    for condition in operation.requires:
        yield _cause(condition, "requires", operation.entity)
    if operation.kind is not OperationKind.FLOW:
        return
    flow = index.flows[operation.flow]
    for condition in flow.requires:
        yield _cause(condition, "requires", flow.entity)
    for effect in effects_of(flow.effects):
        if isinstance(effect, Transition):
            yield Cause(effect.id, "transition", flow.entity, transition=effect)
    for condition in flow.ensures:
        yield _cause(condition, "ensures", flow.entity)


def _cause(condition: Condition, source: Source, entity: str) -> Cause:
    return Cause(condition.id, source, entity, condition.expr)


def find_operation(index: Index, entity: str, kind: OperationKind) -> Operation | None:
    """Return an entity's CRUD operation of a kind, if it has one."""
    return next((o for o in index.operations_of(entity) if o.kind is kind), None)


class Writer(msgspec.Struct, frozen=True):
    """A flow's effect that sets a field: on which row, inside which loops and under which conditions."""

    operation: str
    effect: Assign | Transition
    loops: tuple[Each, ...]
    conditions: tuple[Expr, ...] = ()


class Maker(msgspec.Struct, frozen=True):
    """A flow's effect that makes a row, and under which conditions it does."""

    operation: str
    effect: Create
    loops: tuple[Each, ...]
    conditions: tuple[Expr, ...] = ()


class Makers:
    """Which flows set which field and make which rows."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.writers: dict[tuple[str, str], list[Writer]] = {}
        self.makers: dict[str, list[Maker]] = {}
        for operation in index.operations.values():
            if operation.kind is OperationKind.FLOW:
                flow = index.flows[operation.flow]
                self._note(operation.id, flow.effects, ())

    def _note(
        self,
        operation: str,
        effects: tuple[Effect, ...],
        loops: tuple[Each, ...],
        conditions: tuple[Expr, ...] = (),
    ) -> None:
        for effect in effects:
            match effect:
                case Assign(target=target) | Transition(target=target):
                    key = (_holder(self.index, target), target.field)
                    self.writers.setdefault(key, []).append(Writer(operation, effect, loops, conditions))
                case Create(entity=entity):
                    self.makers.setdefault(entity, []).append(Maker(operation, effect, loops, conditions))
                case Each(body=body):
                    self._note(operation, body, (*loops, effect), (*conditions, _some(effect)))
                case When(condition=condition, then=then, otherwise=otherwise):
                    self._note(operation, then, loops, (*conditions, condition))
                    self._note(operation, otherwise, loops, (*conditions, NotExpr(condition)))
                case Delete() | Link():
                    pass


def _some(loop: Each) -> Expr:
    """Return the condition under which a loop runs at all."""
    yes = Literal(value=True, type=BOOL)
    return AggregateExpr("any", loop.source, loop.binding, yes, loop.where)


def _holder(index: Index, ref: EntityRef) -> str:
    return index.hop(ref.entity.removeprefix("entity:"), ref.via)
