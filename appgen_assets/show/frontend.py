"""Metadata of the spec, the IR, the graph and the guards."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import dagster as dg

from appgen_assets.show.entities import entity_diagram, mermaid
from appgen_assets.show.parts import code, counts, table
from appgen_assets.show.states import state_diagram
from generator.expr.walk import show as as_text
from generator.graph.model import ConstraintGraph
from generator.guards.model import GuardIR
from generator.ir.model import ApplicationIR
from generator.stages.model import Artefact
from generator.stages.steps.app_spec import SpecDocument


def app_spec(artefact: Artefact) -> Mapping[str, Any]:
    """Show the text and what the front end says about it."""
    document: SpecDocument = artefact.value
    shown: dict[str, Any] = {
        **counts(errors=len(document.errors), warnings=len(document.warnings)),
        "spec": code(document.source.files[0][1] if document.source.files else "", "yaml"),
        "files": dg.MetadataValue.text(", ".join(name for name, _ in document.source.files)),
    }
    if document.diagnostics:
        rows = [(str(d.span), d.severity.value, d.code, d.message, d.hint) for d in document.diagnostics]
        shown["diagnostics"] = table(("where", "severity", "code", "message", "hint"), rows)
    return shown


def application_ir(artefact: Artefact) -> Mapping[str, Any]:
    """Show entities, states and operations."""
    ir: ApplicationIR = artefact.value
    operations = [(o.method, o.path, f"{o.entity}.{o.name}", o.status) for o in ir.api.operations]
    return {
        **counts(
            entities=len(ir.domain.entities),
            fields=sum(len(e.fields) for e in ir.domain.entities),
            operations=len(ir.api.operations),
            flows=len(ir.behavior.flows),
            constraints=len(ir.validation.constraints),
        ),
        "entity diagram": entity_diagram(ir),
        "state machines": state_diagram(ir),
        "entity diagram as Mermaid": code(mermaid(ir), "mermaid"),
        "endpoints": table(("method", "path", "operation", "answers"), operations),
    }


def constraint_graph(artefact: Artefact) -> Mapping[str, Any]:
    """Show which constraint is enforced where."""
    graph: ConstraintGraph = artefact.value
    kinds = Counter(r.constraint.type.value for r in graph.routed)
    layers = Counter(layer for r in graph.routed for layer in r.layers)
    rows = [
        (r.constraint.id, r.constraint.type.value, r.constraint.entity, ", ".join(r.layers))
        for r in graph.routed
    ]
    return {
        **counts(constraints=len(graph.routed), edges=len(graph.edges)),
        "by type": table(("type", "constraints"), sorted(kinds.items())),
        "by layer": table(("layer", "constraints"), sorted(layers.items())),
        "routing": table(("constraint", "type", "entity", "enforced in"), rows),
    }


def guard_ir(artefact: Artefact) -> Mapping[str, Any]:
    """Show the guards of each operation."""
    guards: GuardIR = artefact.value
    rows = [
        (f"{e.key.entity}.{e.key.operation}", g.phase.value, as_text(g.expr), g.error_code, g.message)
        for e in guards.entries
        for g in e.guards
    ]
    return {
        **counts(guarded_operations=len(guards.entries), guards=len(rows)),
        "guards": table(("operation", "phase", "must be true", "else", "message"), rows),
    }
