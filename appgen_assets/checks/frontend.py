"""Checks of the front end: the spec, the IR, the constraint graph, the guards."""

from collections.abc import Iterator

from appgen_assets.checks.model import Check, Made, Verdict, verdict
from generator.core.diagnostics import Diagnostic
from generator.core.structs import structs
from generator.expr.model import EntityRef, RowsOf
from generator.graph.analyse import GraphFinding, analyse
from generator.guards.synthesize import missing_guards
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Entity, Flow
from generator.spec.model import AppSpec, EntitySpec, FlowSpec
from generator.stages.steps.app_spec import SpecDocument


def _line(found: Diagnostic) -> str:
    return f"{found.span}: {found.code}: {found.message}"


def _readable(made: Made) -> Verdict:
    document: SpecDocument = made.value
    problems = map(_line, document.errors) if document.spec is None else ()
    return verdict(problems, len(document.source.files))


def _accepted(made: Made) -> Verdict:
    document: SpecDocument = made.value
    return verdict(map(_line, document.errors), len(document.source.files))


def _warnings(made: Made) -> Verdict:
    document: SpecDocument = made.value
    return verdict(map(_line, document.warnings), len(document.source.files))


def _references_resolve(made: Made) -> Verdict:
    ir: ApplicationIR = made.value
    index = Index(ir)
    refs = [n for n in structs(ir) if isinstance(n, EntityRef | RowsOf)]
    targets = [(f.id, f.type.of) for e in ir.domain.entities for f in e.fields if f.type.name == "row"]
    problems = [p for ref in refs if (p := _dangling(index, ref))]
    problems += [f"{node} refers to {name}" for node, name in targets if name not in index.entities]
    problems += [f"{o.id} belongs to {o.entity}" for o in ir.api.operations if o.entity not in index.entities]
    problems += [f"{o.id} runs {o.flow}" for o in ir.api.operations if o.flow and o.flow not in index.flows]
    return verdict(problems, len(refs) + len(targets) + len(ir.api.operations))


def _dangling(index: Index, ref: EntityRef | RowsOf) -> str:
    """Return where a reference breaks off; empty if it leads somewhere."""
    entity = ref.entity.removeprefix("entity:")
    for hop in getattr(ref, "via", ()):
        if entity not in index.entities or not index.has_field(entity, hop):
            return f"{ref.entity}: there is no {entity}.{hop}"
        entity = index.field(entity, hop).type.of
    if entity not in index.entities:
        return f"there is no entity {entity}"
    name = getattr(ref, "field", "")
    known = not name or index.has_field(entity, name) or index.has_collection(entity, name)
    return "" if known else f"{entity} has no {name}"


def _nothing_dropped(made: Made) -> Verdict:
    ir: ApplicationIR = made.value
    spec: AppSpec = made.of("app_spec").spec
    index = Index(ir)
    flows = {f.name: f for f in ir.behavior.flows}
    problems = [
        *(p for e in spec.entities for p in _entity_losses(e, index.entities.get(e.name.text))),
        *(p for f in spec.flows for p in _flow_losses(f, flows.get(f.name.text))),
        *(f"enum {e.name.text} was dropped" for e in spec.enums if e.name.text not in index.enums),
    ]
    return verdict(problems, len(spec.entities) + len(spec.flows) + len(spec.enums))


def _entity_losses(spec: EntitySpec, entity: Entity | None) -> Iterator[str]:
    name = spec.name.text
    if entity is None:
        yield f"entity {name} was dropped"
        return
    known = {f.name for f in entity.fields} | {c.name for c in entity.collections}
    yield from (f"{name}.{f.name.text} was dropped" for f in spec.fields if f.name.text not in known)
    yield from (f"{name}.{s.field.text} was dropped" for s in spec.states if s.field.text not in known)
    own = sum(not rule.holder for rule in entity.rules)
    if len(spec.rules) != own:
        yield f"{name}: {len(spec.rules)} rules became {own}"
    if len(spec.uniques) > len(entity.uniques):
        yield f"{name}: {len(spec.uniques)} uniques became {len(entity.uniques)}"


def _flow_losses(spec: FlowSpec, flow: Flow | None) -> Iterator[str]:
    if flow is None:
        yield f"flow {spec.name.text} was dropped"
        return
    for what, written, kept in (
        ("inputs", spec.inputs, flow.inputs),
        ("requires", spec.requires, flow.requires),
        ("ensures", spec.ensures, flow.ensures),
    ):
        if len(written) != len(kept):
            yield f"{spec.name.text}: {len(written)} {what} became {len(kept)}"
    if len(spec.effects) > len(flow.effects):
        yield f"{spec.name.text}: {len(spec.effects)} effects became {len(flow.effects)}"


def _findings(made: Made, *codes: str) -> Verdict:
    found = made.once("findings", lambda: analyse(made.of("application_ir"), made.value))
    return verdict((_finding(f) for f in found if f.code in codes), len(made.value.routed))


def _finding(found: GraphFinding) -> str:
    return f"{found.node}: {found.message}"


def _no_orphans(made: Made) -> Verdict:
    return _findings(made, "G001")


def _states_reachable(made: Made) -> Verdict:
    return _findings(made, "G002")


def _satisfiable(made: Made) -> Verdict:
    return _findings(made, "G003", "G004")


def _all_guarded(made: Made) -> Verdict:
    guards = [g for entry in made.value.entries for g in entry.guards]
    missing = missing_guards(made.of("constraint_graph"), {g.source_constraint_id for g in guards})
    return verdict((f"no guard enforces {constraint}" for constraint in missing), len(guards))


def _all_founded(made: Made) -> Verdict:
    """Find guards that come from no condition, rule or transition of the IR."""
    ir: ApplicationIR = made.of("application_ir")
    known = {getattr(node, "id", "") for node in structs(ir)}
    guards = [g for entry in made.value.entries for g in entry.guards]
    stray = {g.source_constraint_id for g in guards} - known
    return verdict((f"{constraint} is no part of the IR" for constraint in sorted(stray)), len(guards))


def _operations_exist(made: Made) -> Verdict:
    ir: ApplicationIR = made.of("application_ir")
    known = {(o.entity, o.name) for o in ir.api.operations}
    keys = [(e.key.entity, e.key.operation) for e in made.value.entries]
    twice = {key for key in keys if keys.count(key) > 1}
    problems = [f"{e}.{o} is no operation" for e, o in keys if (e, o) not in known]
    return verdict([*problems, *(f"{e}.{o} has two entries" for e, o in sorted(twice))], len(keys))


CHECKS = (
    Check("app_spec", "readable", "The YAML and every expression in it parse.", _readable),
    Check("app_spec", "accepted", "The front end finds no error.", _accepted),
    Check(
        "app_spec",
        "no_warnings",
        "The front end has nothing to warn of.",
        _warnings,
        blocking=False,
        warns=True,
    ),
    Check("application_ir", "references_resolve", "Every reference leads to a node.", _references_resolve),
    Check("application_ir", "nothing_dropped", "Every element of the spec has an IR node.", _nothing_dropped),
    Check("constraint_graph", "no_orphans", "Every constraint bears on something.", _no_orphans),
    Check("constraint_graph", "states_reachable", "Every state can be reached.", _states_reachable),
    Check("constraint_graph", "satisfiable", "No constraints contradict each other.", _satisfiable),
    Check("guard_ir", "all_guarded", "Every constraint routed to a guard has one.", _all_guarded),
    Check("guard_ir", "all_founded", "No guard without a source in the IR.", _all_founded),
    Check("guard_ir", "operations_exist", "Guards belong to one operation each.", _operations_exist),
)
