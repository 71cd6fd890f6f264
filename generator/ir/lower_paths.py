"""Methods and paths of operations."""

from __future__ import annotations

import re
from dataclasses import dataclass

from generator.core.names import kebab
from generator.core.spans import Span
from generator.core.suggest import did_you_mean
from generator.expr.syntax import Name
from generator.ir.lower_context import Context, EntityDraft
from generator.ir.lower_relations import owner_chain
from generator.ir.model import Operation, PathRow

_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*\Z")
_PARAMETER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}\Z")
_MAX_PATH = 200
_TAKEN = ("/health", "/docs", "/redoc", "/openapi.json")


@dataclass(frozen=True)
class Route:
    """A path and the rows that it names; `subject` says whether the last one is the entity's."""

    path: str
    rows: tuple[PathRow, ...]
    subject: bool


def collection_route(context: Context, draft: EntityDraft) -> Route:
    """Return where rows are created and listed: below their owner, if they have one."""
    if not draft.owner:
        return Route(f"/{kebab(draft.plural)}", (), subject=False)
    owner = context.entities[draft.owner]
    outer = collection_route(context, owner)
    param = f"{owner.snake}_id"
    path = f"{outer.path}/{{{param}}}/{kebab(draft.owner_collection)}"
    return Route(path, (*outer.rows, PathRow(param, owner.name)), subject=False)


def item_route(context: Context, draft: EntityDraft) -> Route:
    """Return where one row is."""
    outer = collection_route(context, draft)
    return Route(f"{outer.path}/{{id}}", (*outer.rows, PathRow("id", draft.name)), subject=True)


def written_route(context: Context, draft: EntityDraft, path: str, span: Span) -> Route | None:
    """Return the route of a path in the spec."""
    if not path.startswith("/") or len(path) > _MAX_PATH:
        hint = f"write `/{path}`" if len(path) < _MAX_PATH else ""
        context.error("E602", f"a path begins with / and has at most {_MAX_PATH} characters", span, hint)
        return None
    names: list[str] = []
    for segment in path[1:].split("/"):
        parameter = _PARAMETER.match(segment)
        if parameter:
            names.append(parameter.group(1))
        elif not _SEGMENT.match(segment):
            what = f"`{segment[:40]}` in it" if segment else "an empty part"
            hint = "parts are letters, digits, - and _, or {name}"
            if re.fullmatch(r":\w+|<\w+>", segment):
                hint = f"write `{{{segment.strip(':<>')}}}`"
            context.error("E602", f"the path has {what}", span, hint)
            return None
    rows = _rows(context, draft, names, span)
    return None if rows is None else Route(path, rows, subject=bool(rows) and rows[-1].entity == draft.name)


def _rows(context: Context, draft: EntityDraft, names: list[str], span: Span) -> tuple[PathRow, ...] | None:
    own = f"{draft.snake}_id"
    chain = owner_chain(context, draft)
    known = {**{f"{owner.snake}_id": owner.name for owner in chain}, own: draft.name, "id": draft.name}
    for name in names:
        if name not in known:
            message, hint = f"`{{{name}}}` is no row of the path", did_you_mean(name, known)
            context.unknown(Name(span, name.removesuffix("_id")), "E603", message, hint)
            return None
    order = [known[name] for name in names]
    expected = [e.name for e in (*chain, draft)]
    if len(set(order)) < len(order) or order != [name for name in expected if name in order]:
        hint = "each row once, the outermost owner first"
        context.error("E604", "the rows of the path are not in order", span, hint)
        return None
    if order and order[-1] != draft.name:
        context.error(
            "E604",
            f"the path names an owner, but no `{draft.name}`",
            span,
            f"end it with {{{own}}}, or leave the owner out",
        )
        return None
    return tuple(PathRow(name, known[name]) for name in names)


def refuse_shared_paths(context: Context, operations: list[Operation]) -> None:
    """Refuse two operations that one request would fit, and paths of the service itself."""
    seen: dict[tuple[str, str], Operation] = {}
    for operation in operations:
        shape = re.sub(r"\{[^}]*\}", "{}", operation.path)
        if operation.path in _TAKEN:
            span = context.places[operation.id]
            context.error(
                "E606",
                f"{operation.path} is a path of the service itself",
                span,
                "set `plural`, or another path",
            )
        key = (operation.method, shape)
        if key in seen and not _share_table(context, operation, seen[key]):
            message = f"{operation.method} {operation.path} is {seen[key].entity}.{seen[key].name} already"
            context.error(
                "E605", message, context.places[operation.id], "give one of them another path with `http`"
            )
        seen.setdefault(key, operation)


def _share_table(context: Context, one: Operation, other: Operation) -> bool:
    """Whether the two entities were refused already, for their plurals."""
    tables = {kebab(context.entities[operation.entity].plural) for operation in (one, other)}
    return one.entity != other.entity and len(tables) == 1
