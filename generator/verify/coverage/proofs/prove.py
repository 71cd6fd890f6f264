"""Asks, of everything that is not covered, whether it can happen at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from generator.ir.model import Each, Entity, Field, Operation, OperationKind, Transition, Unique, When
from generator.ir.writes import effects_of, row_entity, writes_of
from generator.verify.coverage.case import Case
from generator.verify.coverage.dimensions.endpoints import STATUSES
from generator.verify.coverage.dimensions.guards import conditions, uniques_of
from generator.verify.coverage.dimensions.references import users
from generator.verify.coverage.dimensions.transitions import moves_of
from generator.verify.coverage.model import Item
from generator.verify.coverage.proofs.lengths import lengths_of
from generator.verify.coverage.proofs.referring import asked_first, kept_anyway
from generator.verify.coverage.proofs.structure import Structure

if TYPE_CHECKING:
    from generator.verify.coverage.proofs.conditions import Conditions


def prove(case: Case, items: Iterable[Item]) -> tuple[Item, ...]:
    """Return the items, those that can't happen proved."""
    listed = list(items)
    reasons = _Reasons(case)
    first = [_told(i, reasons.of(i.id) if i.state == "missing" else "") for i in listed]
    by_id = {i.id: i for i in first}
    return tuple(
        _told(i, _status(case, i, by_id)) if i.dimension == STATUSES and i.state == "missing" else i
        for i in first
    )


def _told(item: Item, reason: str) -> Item:
    return replace(item, state="proved", reason=reason) if reason else item


Question = Callable[[], str]


class _Reasons:
    """Proofs by the id of the item, made when they are asked for."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._structure = Structure(case.index)
        self._questions = {name: ask for o in case.ir.api.operations for name, ask in self._of(o)}
        self._questions |= dict(self._machines())

    def of(self, item: str) -> str:
        """Return why the thing can't happen; "" if that isn't known."""
        question = self._questions.get(item)
        return "" if question is None else question()

    def _machines(self) -> Iterator[tuple[str, Question]]:
        for entity in self._case.index.entities.values():
            for machine in entity.machines:
                for move in machine.transitions:
                    name = f"{machine.id}:{move[0]}:{move[1]}"
                    yield name, partial(self._structure.move, entity.name, machine, move)

    def _of(self, operation: Operation) -> Iterator[tuple[str, Question]]:
        asked = _Asked(self._case, self._structure, operation)
        for node in conditions(self._case, operation):
            yield f"{operation.id}:{node}", partial(asked.guard, node)
        for entity, unique in uniques_of(self._case, operation):
            yield f"{operation.id}:{unique.id}:unique", partial(asked.unique, entity, unique)
        for effect in moves_of(self._case, operation):
            for state in self._case.index.enums[effect.target.type.of].values:
                for what in ("allowed", "refused"):
                    yield f"{operation.id}:{effect.id}:{what}:{state}", partial(asked.state, effect, state)
        flow = self._case.index.flows.get(operation.flow)
        for inner in () if flow is None else effects_of(flow.effects):
            if isinstance(inner, When | Each):
                yield f"{operation.id}:{inner.id}:not-taken", partial(asked.branch, inner, taken=False)
                yield f"{operation.id}:{inner.id}", partial(asked.branch, inner, taken=True)
        if operation.kind is OperationKind.DELETE:
            for other, field in users(self._case, operation.entity):
                name = f"{operation.id}:{field.id}:in_use"
                yield name, partial(asked.in_use, other, field)
        for member in self._case.members(operation):
            yield from lengths_of(operation, member)


class _Asked:
    """Questions about one operation; its formulas are made when they are needed."""

    def __init__(self, case: Case, structure: Structure, operation: Operation) -> None:
        self._case = case
        self._structure = structure
        self._operation = operation

    @cached_property
    def _conditions(self) -> Conditions:
        from generator.verify.coverage.proofs.conditions import Conditions  # noqa: PLC0415  (z3: 0.25 s)

        return Conditions(self._case.index, self._case.guards, self._operation)

    def guard(self, node: str) -> str:
        """Return why a condition is not broken alone."""
        kept: dict[str, set[str]] = {}
        others = (u for u in users(self._case, self._operation.entity) if u[0].name != self._operation.entity)
        for other, field in others:
            kept.setdefault(other.name, set()).add(field.name)
        return kept_anyway(self._operation, node, kept) or self._conditions.guard(node)

    def in_use(self, other: Entity, field: Field) -> str:
        """Return why a reference does not keep the row."""
        first = asked_first(self._operation, other, field)
        return first or self._structure.in_use(self._operation.entity, other, field)

    def unique(self, entity: str, unique: Unique) -> str:
        """Return why a unique is not run into."""
        return self._structure.unique(entity, unique) or self._conditions.unique(entity, unique)

    def state(self, effect: Transition, state: str) -> str:
        """Return why a transition is not tried from a state."""
        entity = row_entity(self._case.index, effect.target)
        ruled_out = self._structure.state(entity, effect.target.field, state)
        return ruled_out or self._conditions.state(effect, state)

    def branch(self, effect: When | Each, *, taken: bool) -> str:
        """Return why a condition does not come out so."""
        return self._conditions.branch(effect, taken=taken)


# --- statuses -----------------------------------------------------------------------


def _status(case: Case, item: Item, by_id: Mapping[str, Item]) -> str:
    """Return why an operation never answers a status: all that may cause it can't happen."""
    operation = case.index.operations[item.node]
    status = int(item.id.rpartition(":")[2])
    causes = list(_causes(case, operation, status))
    if any(by_id[c].state != "proved" for c in causes if c in by_id) or any(c not in by_id for c in causes):
        return ""
    if status in _OF_THE_REQUEST and _has_request(operation):
        return ""
    return "; ".join(dict.fromkeys(by_id[c].reason for c in causes)) or "nothing can cause it"


_OF_THE_REQUEST = {404, 422}


def _has_request(operation: Operation) -> bool:
    """Whether a request of the operation can be wrong in itself."""
    return bool(operation.rows) or operation.kind is not OperationKind.FLOW


def _causes(case: Case, operation: Operation, status: int) -> Iterator[str]:
    """Yield the items that make an operation answer with a status."""
    for node, code in _statuses(case, operation).items():
        if code == status:
            yield f"{operation.id}:{node}"
    creates = operation.kind is OperationKind.CREATE
    for _, unique in uniques_of(case, operation):
        if unique.status == status and not (creates and unique.on_conflict != "reject"):
            yield f"{operation.id}:{unique.id}:unique"
    writes = writes_of(case.index, operation)
    if status == 409:
        for name in sorted(writes.deletes):
            yield from (f"{operation.id}:{f.id}:in_use" for f in _in_use(case, name))


def _in_use(case: Case, entity: str) -> Iterator[Field]:
    """Yield the fields of others that refer to rows of an entity or of what it owns."""
    yield from (field for _, field in users(case, entity))
    for collection in case.index.entities[entity].collections:
        if collection.kind == "owned":
            yield from _in_use(case, collection.entity)


def _statuses(case: Case, operation: Operation) -> dict[str, int]:
    found = {c.id: c.status for c in operation.requires}
    flow = case.index.flows.get(operation.flow)
    if flow is not None:
        found |= {c.id: c.status for c in (*flow.requires, *flow.ensures)}
    for guard in case.guards.get(operation.entity, operation.name).invariants:
        found[guard.source_constraint_id] = guard.error_code
    return found
