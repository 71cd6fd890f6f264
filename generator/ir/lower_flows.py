"""Flows: subject, inputs, conditions and what they return."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal as OneOf

from generator.core.names import kebab
from generator.core.spans import Span
from generator.core.suggest import did_you_mean
from generator.expr.model import Type
from generator.expr.scope import RowBinding, Scope
from generator.expr.syntax import ConditionForm
from generator.ir.lower_context import Context, EntityDraft
from generator.ir.lower_effects import lower_block
from generator.ir.lower_fields import Member, lower_type, usable_name
from generator.ir.lower_paths import Route, item_route, written_route
from generator.ir.lower_rules import lower_condition
from generator.ir.lower_values import lower_default
from generator.ir.lower_writer import Bindings, Writer
from generator.ir.model import Condition, Create, Effect, Flow, Input
from generator.ir.reads import Known, known_present
from generator.ir.rules.limits import lower_limits
from generator.ir.schema import DraftSchema
from generator.spec.model import FieldSpec, FlowSpec

_METHODS = ("POST", "PUT", "PATCH", "DELETE")
_TAKEN = frozenset({"create", "read", "update", "delete", "list", "list_page"})
Subject = OneOf["path", "input", "none"]


@dataclass
class LoweredFlow:
    """A flow, and what its operation needs besides."""

    flow: Flow
    span: Span
    method: str
    route: Route
    status: int


@dataclass
class _Frame:
    """What the expressions of a flow may use."""

    draft: EntityDraft
    spec: FlowSpec
    inputs: tuple[Input, ...]
    subject: Subject
    subject_input: str = ""
    scope: Scope = field(default_factory=Scope)
    names: dict[str, str] = field(default_factory=dict)


def lower_flows(context: Context) -> list[LoweredFlow]:
    """Return every flow in order of the spec."""
    found: list[LoweredFlow] = []
    seen: dict[str, Span] = {}
    for spec in context.spec.flows:
        name = spec.name.text
        if name in seen:
            context.error(
                "E301", f"the flow `{name}` is declared twice", spec.span, f"the first one is at {seen[name]}"
            )
            continue
        seen[name] = spec.span
        if name in _TAKEN:
            context.error(
                "E601",
                f"a flow can't be called `{name}`",
                spec.span,
                "that is an operation every entity may have",
            )
        draft = context.entity(spec.entity) if spec.entity else None
        if draft is not None:
            found.append(_lower_flow(context, draft, spec))
    return found


def _lower_flow(context: Context, draft: EntityDraft, spec: FlowSpec) -> LoweredFlow:
    owner = f"{draft.name}.{spec.name}"
    flow_id = context.place(f"flow:{owner}", spec.span)
    route = _route(context, draft, spec)
    frame = _frame(context, draft, spec, route)
    requires = _conditions(context, spec.requires, frame.scope, "require", owner)
    known: Known = frozenset().union(*(known_present(c.expr) for c in requires))
    writer = Writer(context, owner, frame.names)
    effects, bindings = lower_block(writer, spec.effects, Bindings(frame.scope, known))
    ensures = _conditions(context, spec.ensures, bindings.scope, "ensure", owner)
    returns = _returns(context, frame, bindings, writer)
    if not effects and not context.found.has_errors and not spec.ensures and not spec.requires:
        context.found.warning("W601", f"the flow `{spec.name}` does nothing", spec.span)
    flow = Flow(
        id=flow_id,
        name=spec.name.text,
        entity=draft.name,
        subject=frame.subject,
        inputs=frame.inputs,
        requires=requires,
        effects=effects,
        ensures=ensures,
        names=frame.names,
        subject_input=frame.subject_input,
        returns=returns,
        description=spec.description,
    )
    method = spec.http.method if spec.http else "POST"
    return LoweredFlow(flow, spec.span, method, route, _status(effects, returns))


def _status(effects: tuple[Effect, ...], returns: str) -> int:
    if not returns:
        return 204
    return 201 if any(isinstance(e, Create) and e.binding == returns for e in effects) else 200


def _conditions(
    context: Context,
    forms: Iterable[ConditionForm],
    scope: Scope,
    kind: OneOf["require", "ensure"],
    owner: str,
) -> tuple[Condition, ...]:
    found = [lower_condition(context, form, scope, kind, owner) for form in forms]
    return tuple(condition for condition in found if condition is not None)


def _method_hint(method: str) -> str:
    if method.upper() in _METHODS:
        return f"write {method.upper()}"
    if method.upper() == "GET":
        return (
            "flows change something: POST, PUT, PATCH or DELETE; rows are read by `operations: [read, list]`"
        )
    return "use POST, PUT, PATCH or DELETE"


def _route(context: Context, draft: EntityDraft, spec: FlowSpec) -> Route:
    usual = item_route(context, draft)
    usual = Route(f"{usual.path}/{kebab(spec.name.text)}", usual.rows, subject=True)
    if spec.http is None:
        return usual
    if spec.http.method not in _METHODS:
        context.error(
            "E607",
            f"a flow can't be reached with {spec.http.method[:20]}",
            spec.http.span,
            _method_hint(spec.http.method),
        )
    return written_route(context, draft, spec.http.path, spec.http.path_span) or usual


# --- subject and inputs ---------------------------------------------------------------


def _frame(context: Context, draft: EntityDraft, spec: FlowSpec, route: Route) -> _Frame:
    inputs = _inputs(context, draft, spec)
    same = [i for i in inputs if i.type.name == "row" and i.type.of == draft.name and not i.type.nullable]
    subject: Subject = "path" if route.subject else "input" if len(same) == 1 else "none"
    located = same[0].name if subject == "input" else ""
    frame = _Frame(draft, spec, inputs, subject, located)
    rows: dict[str, RowBinding] = {}
    if subject != "none":
        own = RowBinding("self", draft.name)
        rows = {"self": own, draft.snake: own, **({located: own} if located else {})}
        frame.names["self"] = draft.name
    for given in inputs:
        if given.type.name == "row" and given.name != located:
            frame.names[f"input:{given.name}"] = given.type.of
        if given.name in rows and given.name != located:
            context.error(
                "E608",
                f"the input `{given.name}` has the name of the flow's own row",
                context.places[given.id],
                "rename it",
            )
    frame.scope = Scope(rows=rows, inputs={i.name: i.type for i in inputs}, own=rows.get("self"))
    return frame


def _inputs(context: Context, draft: EntityDraft, spec: FlowSpec) -> tuple[Input, ...]:
    found: dict[str, Input] = {}
    for given in spec.inputs:
        lowered = _input(context, draft, spec, given)
        if lowered is None:
            context.found.lose(given.name.text)
            continue
        clash = next((i for i in found.values() if i.wire == lowered.wire or i.name == lowered.name), None)
        if clash:
            context.error("E313", f"two inputs are called `{lowered.wire}`", given.name.span, "rename one")
            continue
        found[lowered.name] = lowered
    return tuple(found.values())


def _input(context: Context, draft: EntityDraft, flow: FlowSpec, spec: FieldSpec) -> Input | None:
    if spec.type.name == "list":
        context.error(
            "E609", "an input can't be a list", spec.type.span, "call the operation once for each row"
        )
        return None
    for modifier in spec.modifiers:
        context.error("E609", f"an input can't be {modifier.name}", modifier.span)
    for value in (spec.snapshot, spec.derived, spec.counter):
        if value is not None:
            context.error("E609", "an input is a value that the client sends", value.span)
    type_ = lower_type(context, Member(f"{draft.name}_{flow.name}", spec))
    if type_ is None or not usable_name(context, spec.name):
        return None
    name, wire = _input_names(spec.name.text, type_)
    limits = lower_limits(spec.limits, type_, DraftSchema(context), context.found)
    default = None if spec.default is None else lower_default(context, spec.default, type_, limits)
    node_id = context.place(f"input:{draft.name}.{flow.name}.{name}", spec.name.span)
    return Input(node_id, name, wire, type_, limits, default)


def _input_names(name: str, type_: Type) -> tuple[str, str]:
    """Return the name in expressions and in JSON; a row is `to` and `to_id`, however it was written."""
    if type_.name != "row":
        return name, name
    stem = name.removesuffix("_id") or name
    return stem, f"{stem}_id"


# --- result ------------------------------------------------------------------------


def _returns(context: Context, frame: _Frame, bindings: Bindings, writer: Writer) -> str:
    """Return the binding that the flow answers with, empty for nothing."""
    wanted = frame.spec.returns
    if wanted is None:
        gone = frame.subject == "none" or "self" in writer.deleted
        return "" if gone else "self"
    if wanted.text == "none":
        return ""
    row = bindings.scope.rows.get(wanted.text)
    given = bindings.scope.inputs.get(wanted.text)
    if row is None and given is not None and given.name == "row":
        row = RowBinding(f"input:{wanted.text}", given.of, given.nullable)
    if row is None:
        hint = did_you_mean(wanted.text, [*bindings.scope.rows, "none"])
        context.unknown(wanted, "E610", f"there is no row `{wanted}` to return", hint)
        return ""
    if row.root in writer.deleted:
        context.error("E611", f"the flow deletes `{wanted}`", wanted.span, "write `returns: none`")
    if row.nullable:
        context.error("E612", f"`{wanted}` may be null", wanted.span, "write `returns: none`")
    return row.root
