"""Names and dotted paths to references."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from generator.core.names import snake
from generator.core.suggest import did_you_mean
from generator.expr import syntax as s
from generator.expr.model import ContextRef, EntityRef, ExistsExpr, Expr, RowsOf, Type
from generator.expr.scope import RowBinding
from generator.expr.typing_context import Context


class _Start(msgspec.Struct, frozen=True):
    """A row, and how many parts of the path it has used up."""

    row: RowBinding
    used: int


def resolvable(name: str, context: Context) -> bool:
    """Whether a bare name means a row, an input or a field here."""
    return _start((name,), context) is not None or name in context.scope.inputs


def exists_or_value(path: s.Path, context: Context) -> Expr | None:
    """Resolve a path in an expression: `x.exists`, an input, a field or a row."""
    if path.parts[-1] == "exists" and len(path.parts) > 1 and not _has_field_exists(path, context):
        row = target(_shorter(path), context)
        if row is None:
            return None
        if row.type.name != "row":
            way = f"exists({_shorter(path)})" if row.type.name == "rows" else f"{_shorter(path)} is not null"
            context.error("E407", f"`{_shorter(path)}` is not a row", path.span, f"write `{way}`")
            return None
        return ExistsExpr(row)
    value = _input(path, context)
    return value if value is not None else _single(path, context)


def _single(path: s.Path, context: Context) -> EntityRef | None:
    ref = target(path, context)
    if ref is not None and ref.type.name == "rows":
        context.error("E407", f"`{path}` is a collection", path.span, f"count it: len({path})")
        return None
    return ref


def target(path: s.Path, context: Context) -> EntityRef | None:
    """Resolve a path to a field, a collection or a row."""
    start = _start(path.parts, context)
    if start is None:
        unknown(path, context)
        return None
    row = start.row
    if start.used == len(path.parts):
        return EntityRef(f"entity:{row.entity}", "", (), row.root, Type("row", row.nullable, row.entity))
    return _walk(path, start, context)


def rows(path: s.Path, context: Context) -> EntityRef | RowsOf | None:
    """Resolve a collection, or an entity's name."""
    start = _start(path.parts, context)
    if start is None and len(path.parts) == 1 and context.schema.entity_exists(path.parts[0]):
        return RowsOf(f"entity:{path.parts[0]}")
    if start is None and len(path.parts) == 1 and context.schema.enum_values(path.parts[0]):
        hint = "only rows can be counted and asked: name the values one by one"
        context.error("E407", f"`{path}` is an enum, not a collection", path.span, hint)
        return None
    ref = target(path, context)
    if ref is not None and ref.type.name != "rows":
        context.error("E407", f"`{path}` is not a collection", path.span)
        return None
    return ref


def is_rows(node: s.Node, context: Context) -> bool:
    """Whether a node stands for rows, found out without an error."""
    if not isinstance(node, s.Path):
        return False
    start = _start(node.parts, context)
    if start is None:
        return len(node.parts) == 1 and context.schema.entity_exists(node.parts[0])
    entity: str | None = start.row.entity
    rest = node.parts[start.used :]
    for hop in rest[:-1]:
        type_ = context.schema.field(entity or "", hop)
        entity = type_.of if type_ and type_.name == "row" else None
    return bool(rest and entity and context.schema.collection(entity, rest[-1]))


def _walk(path: s.Path, start: _Start, context: Context) -> EntityRef | None:
    entity, null, via = start.row.entity, start.row.nullable, []
    *hops, last = range(start.used, len(path.parts))
    for index in hops:
        type_ = _field(path, index, entity, context)
        if type_ is None:
            return None
        if type_.name != "row":
            so_far, rest = ".".join(path.parts[: index + 1]), path.parts[index + 1]
            hint = f"write `date({so_far})`" if (type_.name, rest) == ("datetime", "date") else ""
            context.error("E407", f"`{so_far}` has no fields: it is not a row", path.places[index], hint)
            return None
        via.append(path.parts[index])
        entity, null = type_.of, null or type_.nullable
    type_ = _field(path, last, entity, context)
    if type_ is None:
        return None
    if null and type_.name != "rows":
        type_ = msgspec.structs.replace(type_, nullable=True)
    root = start.row
    return EntityRef(f"entity:{root.entity}", path.parts[last], tuple(via), root.root, type_)


def _field(path: s.Path, index: int, entity: str, context: Context) -> Type | None:
    name = path.parts[index]
    type_ = context.schema.field(entity, name)
    if type_ is not None:
        return type_
    element = context.schema.collection(entity, name)
    if element is None:
        hint = did_you_mean(name, context.schema.names(entity))
        if path.parts[:index] == ("self",) and name == snake(entity):
            hint = f"`self` is the {entity}"
        context.unknown(name, "E402", f"{entity} has no field `{name}`", path.places[index], hint)
        return None
    if index < len(path.parts) - 1:
        hint = _folded(".".join(path.parts[: index + 1]), path.parts[index + 1 :])
        context.error("E407", f"`{name}` is a collection, not one row", path.places[index], hint)
        return None
    return Type("rows", of=element)


_COUNTED = ("count", "len", "length", "size")
_EMPTY = ("empty", "is_empty", "isEmpty")


def _folded(rows: str, rest: tuple[str, ...]) -> str:
    """Return how what a path wants of a collection is written."""
    if rest[0] in _COUNTED:
        return f"write `count({rows})`"
    if rest[0] in _EMPTY:
        return f"write `count({rows}) == 0`"
    field = ".".join(rest)
    return f"its rows are folded: sum({rows}, {field}), min, max, avg; any({rows}, CONDITION), all, count"


def _start(parts: tuple[str, ...], context: Context) -> _Start | None:
    """Find the row that a path starts from: elements inside out, names, inputs, own fields."""
    scope, name = context.scope, parts[0]
    for element in reversed(scope.elements):
        if _has(element.entity, name, context):
            return _Start(element, 0)
    if name == "input" and len(parts) > 1 and name not in scope.rows:
        return _input_row(parts[1], 2, context)
    if name in scope.rows:
        return _Start(scope.rows[name], 1)
    row_input = _input_row(name, 1, context)
    if row_input is not None:
        return row_input
    if name not in scope.inputs and scope.own is not None and _has(scope.own.entity, name, context):
        return _Start(scope.own, 0)
    outside_first = (*reversed(scope.elements[:-1]), *scope.elements[-1:])
    named = [e for e in outside_first if snake(e.entity) == name]
    return _Start(named[0], 1) if named else None


def hidden(name: str, context: Context) -> list[str]:
    """Return how the things of a name are written that another one of that name hides here."""
    scope = context.scope
    holding = [e for e in scope.elements if _has(e.entity, name, context)]
    found = [f"{snake(e.entity)}.{name}" for e in holding[:-1]]
    if name in scope.inputs and holding:
        found.append(f"input.{name}")
    named = scope.rows.get(name)
    if named is not None and named.root == "self" and holding:
        found.append("self")
    own = scope.own or scope.rows.get("self")
    if own is not None and _has(own.entity, name, context) and (holding or name in scope.inputs):
        found.append(f"self.{name}")
    row = scope.rows.get(name)
    if holding and row is not None and row.root == "self":
        found.append("self")
    return found


def _input_row(name: str, used: int, context: Context) -> _Start | None:
    type_ = context.scope.inputs.get(name)
    if type_ is None or type_.name != "row":
        return None
    known = context.scope.rows.get(name)
    row = known if known and known.root == "self" else RowBinding(f"input:{name}", type_.of, type_.nullable)
    return _Start(row, used)


def _input(path: s.Path, context: Context) -> ContextRef | None:
    """Resolve a scalar input, by its name or as `input.name`."""
    parts = path.parts
    if len(parts) == 1 and _start(parts, context) is None:
        name = parts[0]
    elif len(parts) == 2 and parts[0] == "input" and "input" not in context.scope.rows:
        name = parts[1]
    else:
        return None
    type_ = context.scope.inputs.get(name)
    return ContextRef("input", name, type_) if type_ is not None and type_.name != "row" else None


def _has(entity: str, name: str, context: Context) -> bool:
    return (
        context.schema.field(entity, name) is not None or context.schema.collection(entity, name) is not None
    )


def _has_field_exists(path: s.Path, context: Context) -> bool:
    """Whether some entity on the way really has a field called `exists`."""
    start = _start(path.parts, context)
    if start is None:
        return False
    entity = start.row.entity
    for hop in path.parts[start.used : -1]:
        type_ = context.schema.field(entity, hop)
        if type_ is None or type_.name != "row":
            return False
        entity = type_.of
    return _has(entity, "exists", context)


def _shorter(path: s.Path) -> s.Path:
    return s.Path(path.span, path.parts[:-1], path.places[:-1])


def unknown(path: s.Path, context: Context) -> None:
    """Report a path whose first name means nothing here."""
    name, place, scope = path.parts[0], path.places[0], context.scope
    if name == "input" and len(path.parts) > 1:
        hint = did_you_mean(path.parts[1], scope.inputs)
        context.unknown(path.parts[1], "E401", f"there is no input `{path.parts[1]}`", path.places[1], hint)
        return
    if name in scope.inputs:
        context.error("E407", f"`{name}` has no fields: it is not a row", place)
        return
    hint = _meant(path, context) or did_you_mean(name, _known(context))
    if path.parts in (("now",), ("today",)):
        hint = f"write `{name}()`"
    elif len(path.parts) == 1 and not hint.startswith(("did you mean", "write")):
        hint += f"{'; ' * bool(hint)}a text has quotes of its own: '\"{name}\"'"
    context.unknown(name, "E401", f"unknown name `{name}`", place, hint)


_BOOLEANS = {
    **dict.fromkeys(("yes", "on", "true", "y", "t"), "true"),
    **dict.fromkeys(("no", "off", "false", "n", "f"), "false"),
}
_USERS = ("me", "actor", "user", "current_user", "principal")


def _meant(path: s.Path, context: Context) -> str:
    """Return how that is written which other languages call so."""
    name, rest = path.parts[0], path.parts[1:]
    if not rest and name.lower() in _BOOLEANS:
        return f"write `{_BOOLEANS[name.lower()]}`, or '\"{name}\"' for a text"
    if name in _USERS:
        return "write an input that says who acts: there are no users in the language"
    if name == "this" and "self" in context.scope.rows:
        return "write `self`"
    if name == "inputs" and rest:
        return f"write `input.{'.'.join(rest)}`"
    if rest and context.schema.entity_exists(name):
        return f"write `{snake(name)}` for the row, `count({name})`, `any({name}, …)` for all of them"
    if rest and context.schema.enum_values(name):
        return f"write `{'.'.join(rest)}`: values stand without their enum"
    return ""


def _known(context: Context) -> Iterable[str]:
    scope = context.scope
    yield from (name for name in scope.rows if name != "self")
    yield from scope.inputs
    for row in (*scope.elements, *([scope.own] if scope.own else [])):
        yield from context.schema.names(row.entity)
