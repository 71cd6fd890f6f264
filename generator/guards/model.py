"""The guard IR: `FlowKey -> FlowGuards`, each guard tied to the constraint that it enforces."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from generator.expr.model import (
    NULL,
    AggregateExpr,
    ArithmeticExpr,
    BooleanExpr,
    CallExpr,
    ComparisonExpr,
    ContextRef,
    EntityRef,
    ExistsExpr,
    Literal,
    MembershipExpr,
    NotExpr,
    OldExpr,
    Type,
)
from generator.expr.model import Expr as GuardExpr

__all__ = [
    "AggregateExpr",
    "ArithmeticExpr",
    "BooleanExpr",
    "CallExpr",
    "ComparisonExpr",
    "ContextRef",
    "EntityRef",
    "ExistsExpr",
    "FlowGuards",
    "FlowKey",
    "GuardEntry",
    "GuardExpr",
    "GuardIR",
    "GuardSpec",
    "Literal",
    "MembershipExpr",
    "NotExpr",
    "OldExpr",
    "Phase",
    "make_entity_ref",
    "make_input_ref",
]


class Phase(StrEnum):
    """When a guard is evaluated."""

    PRE = "pre"  # on the locked rows, before any effect
    POST = "post"  # after all effects; a failure undoes them
    INVARIANT = "invariant"  # on a row that the operation created or wrote


class GuardSpec(msgspec.Struct, frozen=True):
    """One check: `expr` must be true (an invariant: not false).

    `scope` says what it belongs to. Pre: "" = before any effect; a transition
    effect's id = right before that effect (nested in each/when, or on a row
    made by the flow). Post: "" = after all effects. Invariant: the written row
    as a dotted path, binding first ("self", "item", "item.holder"); `expr` is
    then rooted at "self", meaning that row, and is checked after all effects
    if, and only if, the row was created or one of the rule's fields was written.
    """

    expr: GuardExpr
    error_code: int
    message: str
    source_constraint_id: str
    phase: Phase = Phase.PRE
    scope: str = ""


class FlowGuards(msgspec.Struct, frozen=True):
    """The guards of one operation, in order of evaluation; never shared with another operation."""

    pre: tuple[GuardSpec, ...] = ()
    post: tuple[GuardSpec, ...] = ()
    invariants: tuple[GuardSpec, ...] = ()

    def __iter__(self) -> Iterator[GuardSpec]:
        yield from self.pre
        yield from self.invariants
        yield from self.post


class FlowKey(msgspec.Struct, frozen=True, order=True):
    """An operation of an entity: ("Account", "transfer"), ("Account", "create")."""

    entity: str
    operation: str


class GuardEntry(msgspec.Struct, frozen=True):
    """One row of the guard IR."""

    key: FlowKey
    guards: FlowGuards


class GuardIR(msgspec.Struct, frozen=True):
    """Guards of every operation that has any, in order of the operation table."""

    entries: tuple[GuardEntry, ...]

    def get(self, entity: str, operation: str) -> FlowGuards:
        """Return the guards of an operation; empty when it has none."""
        for entry in self.entries:
            if entry.key.entity == entity and entry.key.operation == operation:
                return entry.guards
        return FlowGuards()

    def as_dict(self) -> dict[FlowKey, FlowGuards]:
        """Return the mapping that the entries spell out."""
        return {entry.key: entry.guards for entry in self.entries}


def make_entity_ref(entity: str, field: str, type_: Type = NULL, root: str = "self") -> EntityRef:
    """Return a reference to a field of a row: ("Account", "balance") or ("entity:Account", "balance")."""
    name = entity if entity.startswith("entity:") else f"entity:{entity}"
    return EntityRef(name, field, root=root, type=type_)


def make_input_ref(name: str, type_: Type = NULL) -> ContextRef:
    """Return a reference to a value of the request body."""
    return ContextRef("input", name, type_)
