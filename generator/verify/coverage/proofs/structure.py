"""What can't happen by the way rows are made and moved: read off the flows, without solving."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from generator.expr.model import EntityRef, Expr, Literal
from generator.ir.index import Index, updatable_fields
from generator.ir.model import (
    Assign,
    Create,
    Entity,
    Field,
    Flow,
    Managed,
    OperationKind,
    StateMachine,
    Transition,
    Unique,
)
from generator.ir.writes import effects_of, row_entity


class Structure:
    """Questions about the whole application."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._flows = list(index.flows.values())

    # --- states --------------------------------------------------------------------

    def moves(self, entity: str, field: str) -> nx.DiGraph[str]:
        """Return the moves of a state field that some flow makes."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        for flow in self._flows:
            for effect in effects_of(flow.effects):
                match effect:
                    case Transition(target=target) if self._is(target, entity, field):
                        graph.add_edges_from((origin, effect.to) for origin in effect.allowed_from)
                    case Assign(target=target) if self._is(target, entity, field):
                        raise TypeError(f"{effect.id} sets a state without a transition")
                    case _:
                        pass
        return graph

    def _is(self, target: EntityRef, entity: str, field: str) -> bool:
        return target.field == field and row_entity(self._index, target) == entity

    def reached(self, entity: str, machine: StateMachine) -> set[str]:
        """Return the states that some row may come to."""
        graph = self.moves(entity, machine.field)
        graph.add_node(machine.initial)
        return {machine.initial, *nx.descendants(graph, machine.initial)}

    def state(self, entity: str, field: str, state: str) -> str:
        """Return why no row is ever in a state."""
        machine = next(m for m in self._index.entities[entity].machines if m.field == field)
        return "" if state in self.reached(entity, machine) else f"no flow brings a row to the state {state}"

    def move(self, entity: str, machine: StateMachine, move: tuple[str, str]) -> str:
        """Return why a move of the table is never made."""
        if not self.moves(entity, machine.field).has_edge(*move):
            return "no flow makes this move"
        return self.state(entity, machine.field, move[0])

    # --- uniques -------------------------------------------------------------------

    def unique(self, entity: str, unique: Unique) -> str:
        """Return why no two rows can agree on the fields of a unique."""
        fields = {n: self._index.field(entity, n) for n in unique.fields}
        for field in fields.values():
            if field.managed is Managed.COUNTER and (not field.counter_per or field.counter_per in fields):
                scope = fields.get(field.counter_per)
                if scope is None or not self._changes(entity, scope):
                    return f"{field.name} is a counter, which gives no number twice"
            if field.type.name == "row" and self._made_once(entity, field):
                return f"{field.name} is a row that its flow can't take twice"
            if field.type.name == "row" and self._made_of_new(entity, field):
                return f"{field.name} is a row made by the same request"
        return ""

    def _changes(self, entity: str, field: Field) -> bool:
        """Whether a field of a stored row may be changed."""
        of = self._index.entities[entity]
        updates = any(o.kind is OperationKind.UPDATE for o in self._index.operations_of(entity))
        if updates and field.name in {f.name for f in updatable_fields(of)}:
            return True
        return any(
            isinstance(e, Assign) and self._is(e.target, entity, field.name)
            for flow in self._flows
            for e in effects_of(flow.effects)
        )

    def makers(self, entity: str) -> Iterator[tuple[Flow, Create]]:
        """Yield the effects that make rows of an entity."""
        for flow in self._flows:
            for effect in effects_of(flow.effects):
                if isinstance(effect, Create) and effect.entity == entity:
                    yield flow, effect

    def _only_by_flows(self, entity: str, field: Field) -> bool:
        creates = any(o.kind is OperationKind.CREATE for o in self._index.operations_of(entity))
        return not creates and not self._changes(entity, field) and any(self.makers(entity))

    def _made_once(self, entity: str, field: Field) -> bool:
        """Whether each row is referred to at most once: its flow moves it where it never comes back from."""
        if not self._only_by_flows(entity, field):
            return False
        return all(self._uses_up(flow, given(made, field.name)) for flow, made in self.makers(entity)) and (
            len(list(self.makers(entity))) == 1
        )

    def _uses_up(self, flow: Flow, value: Expr | None) -> bool:
        for effect in flow.effects:
            if (
                isinstance(effect, Transition)
                and not effect.target.via
                and _is_row(value, effect.target.root)
            ):
                entity = row_entity(self._index, effect.target)
                graph = self.moves(entity, effect.target.field)
                onward = nx.descendants(graph, effect.to) | {effect.to}
                return onward.isdisjoint(effect.allowed_from)
        return False

    def _made_of_new(self, entity: str, field: Field) -> bool:
        """Whether each row refers to one made by the same flow, outside of any loop."""
        if not self._only_by_flows(entity, field):
            return False
        for flow, made in self.makers(entity):
            value = given(made, field.name)
            new = {e.binding for e in flow.effects if isinstance(e, Create)}
            if (
                made not in flow.effects
                or not isinstance(value, EntityRef)
                or value.field
                or value.root not in new
            ):
                return False
        return True

    # --- rows in use -----------------------------------------------------------------

    def in_use(self, target: str, entity: Entity, field: Field) -> str:
        """Return why a field never refers to a row alone, or never to one at all."""
        never = self._never_set(entity, field)
        if never:
            return never
        for other in entity.fields:
            if other.type.name == "row" and self._goes_along(entity, field, other, target):
                return (
                    f"{entity.name}.{field.name} is that of its {other.name}, which refers to the row as well"
                )
        return ""

    def _never_set(self, entity: Entity, field: Field) -> str:
        if field.managed is Managed.CLIENT and any(
            o.kind in {OperationKind.CREATE, OperationKind.UPDATE}
            for o in self._index.operations_of(entity.name)
        ):
            return ""
        values = [given(made, field.name) for _, made in self.makers(entity.name)]
        filled = any(v is not None and not (isinstance(v, Literal) and v.value is None) for v in values)
        sets = self._changes(entity.name, field) or field.value is not None or field.default is not None
        return "" if filled or sets else f"nothing sets {entity.name}.{field.name}"

    def _goes_along(self, entity: Entity, field: Field, other: Field, target: str) -> bool:
        """Whether the field is, in every row, what the row behind another reference of it refers to."""
        if other.name == field.name or other.type.nullable or self._changes(entity.name, other):
            return False
        if not self._only_by_flows(entity.name, field):
            return False
        held: set[str] = set()
        for _, made in self.makers(entity.name):
            value, behind = given(made, field.name), given(made, other.name)
            if not isinstance(value, EntityRef) or not isinstance(behind, EntityRef) or behind.field:
                return False
            if value.root != behind.root or value.via:
                return False
            held.add(value.field)
        if len(held) != 1:
            return False
        source = self._index.field(other.type.of, held.pop())
        return source.type.of == target and not self._changes(other.type.of, source)


def given(made: Create, field: str) -> Expr | None:
    """Return what an effect sets a field of its new row to."""
    return next((v.value for v in made.values if v.field == field), None)


def _is_row(value: Expr | None, root: str) -> bool:
    return isinstance(value, EntityRef) and not value.field and value.root == root
