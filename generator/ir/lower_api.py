"""The operation table: which CRUD operations are exposed, and where."""

from __future__ import annotations

from generator.core.spans import Span
from generator.expr.scope import Scope
from generator.ir.lower_context import Context, EntityDraft
from generator.ir.lower_flows import LoweredFlow
from generator.ir.lower_paths import Route, collection_route, item_route, refuse_shared_paths, written_route
from generator.ir.lower_rules import lower_condition
from generator.ir.lower_values import row_scope
from generator.ir.model import Condition, Create, Operation, OperationKind
from generator.ir.writes import effects_of
from generator.spec.model import OperationSpec

CRUD = ("create", "list", "read", "update", "delete")
_METHODS = {
    "create": ("POST", 201),
    "list": ("GET", 200),
    "read": ("GET", 200),
    "update": ("PATCH", 200),
    "delete": ("DELETE", 204),
}


def choose_operations(context: Context) -> None:
    """Decide which CRUD operations each entity has; an owner comes before what it owns."""
    for draft in context.entities.values():
        _choose(context, draft)


def _choose(context: Context, draft: EntityDraft) -> tuple[str, ...]:
    if draft.spec.operations is not None:
        named = {operation.name.text for operation in draft.spec.operations}
    elif not draft.owner:
        named = set(CRUD)
    else:
        changeable = {"create", "update"} & set(_choose(context, context.entities[draft.owner]))
        named = set(CRUD) if changeable else {"read", "list"}
    draft.exposed = tuple(name for name in CRUD if name in named)
    return draft.exposed


def lower_operations(context: Context, flows: list[LoweredFlow]) -> tuple[Operation, ...]:
    """Return the table: each entity's CRUD operations, then its flows."""
    table: list[Operation] = []
    by_entity: dict[str, list[LoweredFlow]] = {}
    for flow in flows:
        by_entity.setdefault(flow.flow.entity, []).append(flow)
    for draft in context.entities.values():
        table.extend(_crud(context, draft))
        table.extend(_flow_operation(context, flow) for flow in by_entity.get(draft.name, ()))
    refuse_shared_paths(context, table)
    _warn_of_unmakeable(context, flows)
    return tuple(table)


def _warn_of_unmakeable(context: Context, flows: list[LoweredFlow]) -> None:
    """Say which entities never get a row."""
    made = {e.entity for flow in flows for e in effects_of(flow.flow.effects) if isinstance(e, Create)}
    for draft in context.entities.values():
        if "create" not in draft.exposed and draft.name not in made:
            hint = "give it `create`, or a flow that creates it"
            context.found.warning("W503", f"nothing creates rows of `{draft.name}`", draft.spec.span, hint)


def _crud(context: Context, draft: EntityDraft) -> list[Operation]:
    specs: dict[str, OperationSpec] = {}
    for spec in draft.spec.operations or ():
        if spec.name.text not in CRUD:
            hint = "create, read, update, delete, list; anything else is a flow"
            context.error("E522", f"there is no operation `{spec.name}`", spec.name.span, hint)
        elif spec.name.text in specs:
            context.error("E511", f"operations: `{spec.name}` is listed twice", spec.name.span)
        specs[spec.name.text] = spec
    if draft.spec.listing is not None and "list" not in draft.exposed:
        context.found.warning("W502", f"`{draft.name}` has list options but no list", draft.spec.listing.span)
    return [_operation(context, draft, name, specs.get(name)) for name in draft.exposed]


def _operation(context: Context, draft: EntityDraft, name: str, spec: OperationSpec | None) -> Operation:
    method, status = _METHODS[name]
    route = _route(context, draft, name, spec)
    span = spec.span if spec else draft.spec.span
    return Operation(
        id=context.place(f"operation:{draft.name}.{name}", span),
        entity=draft.name,
        name=name,
        kind=OperationKind(name),
        method=method,  # type: ignore[arg-type]
        path=route.path,
        rows=route.rows,
        status=status,
        requires=_requires(context, draft, name, spec) if spec else (),
    )


def _route(context: Context, draft: EntityDraft, name: str, spec: OperationSpec | None) -> Route:
    whole = name in ("create", "list")
    usual = collection_route(context, draft) if whole else item_route(context, draft)
    if spec is None or spec.path is None:
        return usual
    written = (
        _whole_route(context, draft, spec)
        if whole
        else written_route(context, draft, spec.path.value, spec.path.span)
    )
    if written is not None and not whole and not written.subject:
        context.error("E604", f"{name} needs the row in its path", spec.path.span, "end the path with {id}")
    return written or usual


def _whole_route(context: Context, draft: EntityDraft, spec: OperationSpec) -> Route | None:
    """Rows are created and listed below their owner: its path is that of an owner's own operation."""
    if spec.path is None:
        return None
    if not draft.owner:
        route = written_route(context, draft, spec.path.value, spec.path.span)
        if route and route.rows:
            context.error("E604", f"{spec.name} has no row of `{draft.name}` in its path", spec.path.span)
        return route
    owner = context.entities[draft.owner]
    route = written_route(context, owner, spec.path.value, spec.path.span)
    if route and not route.subject:
        context.error(
            "E604", f"{spec.name} needs the owner in its path", spec.path.span, f"{{{owner.snake}_id}}"
        )
    if route and "{id}" in route.path:
        context.error(
            "E603", "`{id}` would be the owner's here", spec.path.span, f"write {{{owner.snake}_id}}"
        )
    return route


def _requires(context: Context, draft: EntityDraft, name: str, spec: OperationSpec) -> tuple[Condition, ...]:
    if name == "list" and spec.requires:
        context.error(
            "E523",
            "a list has no row that it could require something of",
            spec.requires[0].span,
            "use `default_filter`",
        )
        return ()
    scope: Scope = row_scope(draft, old=True, fresh=name == "create")
    found = [
        lower_condition(context, form, scope, "require", f"{draft.name}.{name}") for form in spec.requires
    ]
    return tuple(condition for condition in found if condition is not None)


def _flow_operation(context: Context, lowered: LoweredFlow) -> Operation:
    flow = lowered.flow
    span: Span = lowered.span
    return Operation(
        id=context.place(f"operation:{flow.entity}.{flow.name}", span),
        entity=flow.entity,
        name=flow.name,
        kind=OperationKind.FLOW,
        method=lowered.method,  # type: ignore[arg-type]
        path=lowered.route.path,
        rows=lowered.route.rows,
        status=lowered.status,
        flow=flow.id,
    )
