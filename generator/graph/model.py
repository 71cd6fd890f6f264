"""The constraint graph: constraints, entities, fields, operations and states, and how they touch."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from typing import Literal as OneOf

import msgspec

from generator.graph.routing import ARTEFACTS, GUARD_LAYERS, Layer
from generator.ir.model import Constraint

if TYPE_CHECKING:
    import networkx as nx

Relation = OneOf[
    "bears_on",  # constraint -> field or entity
    "guards",  # constraint -> operation
    "part_of",  # field -> entity
    "refers_to",  # field -> entity
    "owned_by",  # entity -> owner entity
    "writes",  # operation -> field
    "creates",  # operation -> entity
    "deletes",  # operation -> entity
    "reads",  # operation -> field
    "derives_from",  # field -> field
    "moves_to",  # state -> state
]


class Edge(msgspec.Struct, frozen=True, order=True):
    """A directed relation between two node ids."""

    source: str
    relation: Relation
    target: str


class Routed(msgspec.Struct, frozen=True):
    """A constraint and the layers that enforce it."""

    constraint: Constraint
    layers: tuple[Layer, ...]

    @property
    def guarded(self) -> bool:
        """Whether some layer enforces it with a guard in a service."""
        return bool(GUARD_LAYERS.intersection(self.layers))


class ConstraintGraph(msgspec.Struct, frozen=True, dict=True):
    """Routed constraints and typed edges; a networkx view is made on demand."""

    routed: tuple[Routed, ...]
    edges: tuple[Edge, ...]

    @cached_property
    def digraph(self) -> nx.MultiDiGraph[str]:
        """The edges as a networkx graph; edge key = relation."""
        import networkx as nx  # noqa: PLC0415  (0.3 s that `check` does not need)

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        graph.add_nodes_from(r.constraint.id for r in self.routed)
        for edge in self.edges:
            graph.add_edge(edge.source, edge.target, key=edge.relation)
        return graph

    @cached_property
    def _by_operation(self) -> dict[str, list[Constraint]]:
        found: dict[str, list[Constraint]] = {}
        by_id = {r.constraint.id: r.constraint for r in self.routed}
        for edge in self.edges:
            if edge.relation == "guards":
                found.setdefault(edge.target, []).append(by_id[edge.source])
        return found

    def get_constraints_for_flow(self, flow: str) -> list[Constraint]:
        """Return the constraints that bear on an operation or flow, by id or as "Entity.name"."""
        name = flow.split(":", 1)[-1]
        return list(self._by_operation.get(f"operation:{name}", []))

    def layers(self, constraint_id: str) -> tuple[Layer, ...]:
        """Return the layers that enforce a constraint; KeyError if there is none of that id."""
        for routed in self.routed:
            if routed.constraint.id == constraint_id:
                return routed.layers
        raise KeyError(constraint_id)

    def orphans(self) -> list[Constraint]:
        """Return the constraints that bear on nothing."""
        attached = {e.source for e in self.edges if e.relation in ("bears_on", "guards")}
        return [r.constraint for r in self.routed if r.constraint.id not in attached]

    @cached_property
    def _influence(self) -> nx.DiGraph[str]:
        """Edges from what changes to what feels it."""
        import networkx as nx  # noqa: PLC0415

        view: nx.DiGraph[str] = nx.DiGraph()
        view.add_nodes_from(self.digraph)
        for edge in self.edges:
            if edge.relation == "guards":
                view.add_edge(edge.source, edge.target)
            elif edge.relation in ("bears_on", "reads", "writes", "creates", "deletes", "derives_from"):
                view.add_edge(edge.target, edge.source)
        return view

    def affected_by(self, node: str) -> set[str]:
        """Return what a change of `node` touches (an entity: with its fields), itself left out."""
        import networkx as nx  # noqa: PLC0415

        parts = {e.source: e.target for e in self.edges if e.relation == "part_of"}
        start = {node, *(child for child, parent in parts.items() if parent == node)}
        start |= {e.source for e in self.edges if e.relation == "refers_to" and e.target == node}
        touched = set(start)
        for item in sorted(start):
            if item in self._influence:
                touched |= nx.descendants(self._influence, item)
        touched |= {parts[item] for item in touched if item in parts}
        return touched - {node}

    def affected_artefacts(self, node: str) -> set[str]:
        """Return the stages whose output holds what a change of `node` touches."""
        touched = self.affected_by(node) | {node}
        found: set[str] = set()
        for routed in self.routed:
            if routed.constraint.id in touched or routed.constraint.source in touched:
                found.update(name for layer in routed.layers for name in ARTEFACTS[layer])
        return found
