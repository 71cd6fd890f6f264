"""Questions about the whole graph: what can never be satisfied or reached, what conflicts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from generator.expr.model import ContextRef, EntityRef, Expr, Literal, Type
from generator.expr.walk import walk
from generator.graph.model import ConstraintGraph
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Condition, Flow, Limits, StateMachine

if TYPE_CHECKING:
    import z3

    from generator.expr.smt import Solver


class GraphFinding(msgspec.Struct, frozen=True):
    """Something that can't work; `node` is the id to look up in the source map."""

    code: str
    node: str
    message: str
    others: tuple[str, ...] = ()


def analyse(ir: ApplicationIR, graph: ConstraintGraph) -> list[GraphFinding]:
    """Return every finding in order of code and node; a healthy application has none."""
    index = Index(ir)
    found = [
        *(_orphan(c.id, c.source) for c in graph.orphans()),
        *_unreachable_states(index),
        *conflicts(index),
    ]
    return sorted(found, key=lambda f: (f.code, f.node, f.message))


def _orphan(constraint: str, source: str) -> GraphFinding:
    return GraphFinding("G001", source, f"the constraint {constraint} bears on nothing")


# --- states -----------------------------------------------------------------


def _unreachable_states(index: Index) -> Iterator[GraphFinding]:
    for entity in index.entities.values():
        for machine in entity.machines:
            for state in unreachable_states(machine):
                text = f"{entity.name}.{machine.field} can never become {state}"
                yield GraphFinding("G002", machine.id, text)


def unreachable_states(machine: StateMachine) -> list[str]:
    """Return the states that no path of transitions from the initial one reaches."""
    import networkx as nx  # noqa: PLC0415  (0.3 s that `check` does not need)

    graph: nx.DiGraph[str] = nx.DiGraph(machine.transitions)
    graph.add_node(machine.initial)
    reached = nx.descendants(graph, machine.initial) | {machine.initial}
    return [state for state in machine.states if state not in reached]


# --- satisfiability ---------------------------------------------------------


def conflicts(index: Index) -> Iterator[GraphFinding]:
    """Yield the rules of an entity, and the requires of an operation, that can't hold together."""
    for entity in index.entities.values():
        if entity.rules:
            conditions = [rule.condition for rule in entity.rules]
            yield from _conflict(index, "G003", conditions, weak=True)
    for operation in index.operations.values():
        flow = index.flows.get(operation.flow)
        conditions = [*operation.requires, *(flow.requires if flow else ())]
        if conditions:
            yield from _conflict(index, "G004", conditions, weak=False, flow=flow)


def _conflict(
    index: Index, code: str, conditions: list[Condition], *, weak: bool, flow: Flow | None = None
) -> Iterator[GraphFinding]:
    """Yield one finding if no values satisfy all conditions; `weak`: null passes, as in CHECK."""
    core = _unsatisfiable(index, conditions, weak=weak, flow=flow)
    if core:
        texts = " and ".join(f"`{c.text}`" for c in core)
        others = tuple(c.id for c in core[1:])
        yield GraphFinding(code, core[0].id, f"no values can satisfy {texts}", others)


def _unsatisfiable(
    index: Index, conditions: list[Condition], *, weak: bool, flow: Flow | None
) -> list[Condition]:
    import z3  # noqa: PLC0415  (0.25 s that a spec without rules does not need)

    from generator.expr.smt import Solver  # noqa: PLC0415

    reader, solver = Solver(), z3.Solver()
    solver.set("timeout", 2000)
    solver.set("random_seed", 0)
    for condition in conditions:
        truth = z3.Not(reader.fails(condition.expr)) if weak else reader.holds(condition.expr)
        solver.assert_and_track(truth, condition.id)
        for fact in _facts(index, reader, condition.expr, flow):
            solver.add(fact)
    if solver.check() != z3.unsat:
        return []
    core = {str(name) for name in solver.unsat_core()}
    return [c for c in conditions if c.id in core] or conditions


def _facts(index: Index, reader: Solver, expr: Expr, flow: Flow | None) -> Iterator[z3.BoolRef]:
    """Yield what is known of every field and input that the expression reads."""
    for node in walk(expr):
        if isinstance(node, EntityRef) and node.field and node.type.name != "rows":
            entity = index.hop(node.entity.removeprefix("entity:"), node.via)
            if index.has_field(entity, node.field):
                yield from _value_facts(index, reader, node, index.field(entity, node.field).limits)
        elif isinstance(node, ContextRef) and flow is not None:
            for given in flow.inputs:
                if given.name == node.name:
                    yield from _value_facts(index, reader, node, given.limits)


def _value_facts(
    index: Index, reader: Solver, node: EntityRef | ContextRef, limits: Limits
) -> Iterator[z3.BoolRef]:
    value = reader.term(node).value
    for bound, op in ((limits.gt, ">"), (limits.ge, ">="), (limits.lt, "<"), (limits.le, "<=")):
        if bound is not None:
            other = reader.term(Literal(bound, _plain(node.type))).value
            yield {">": value > other, ">=": value >= other, "<": value < other, "<=": value <= other}[op]
    if node.type.name == "enum":
        yield _one_of(reader, value, node.type, index.enums[node.type.of].values)


def _plain(type_: Type) -> Type:
    return Type(type_.name)


def _one_of(reader: Solver, value: z3.ExprRef, type_: Type, options: tuple[str, ...]) -> z3.BoolRef:
    import z3  # noqa: PLC0415

    return z3.Or([value == reader.term(Literal(option, type_)).value for option in options])
