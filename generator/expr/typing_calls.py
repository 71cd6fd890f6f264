"""Functions and aggregates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal as OneOf

import msgspec

from generator.expr import syntax as s
from generator.expr.call_hints import FORMS, known_functions
from generator.expr.literals import is_constant
from generator.expr.model import (
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    INT,
    STRING,
    AggregateExpr,
    CallExpr,
    EntityRef,
    ExistsExpr,
    Expr,
    Literal,
    OldExpr,
    RowsOf,
    Type,
)
from generator.expr.narrowing import not_zero
from generator.expr.scope import RowBinding
from generator.expr.typing_context import Context
from generator.expr.typing_paths import exists_or_value, is_rows, rows
from generator.expr.typing_rules import NUMERIC, ORDERED, TEXTUAL, kind, nullable, same_kind, show_type
from generator.expr.walk import is_between_dates

_AGGREGATES = {"count", "len", "sum", "min", "max", "avg", "any", "all", "exists"}
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


def call(node: s.Call, context: Context, hint: Type | None = None) -> Expr | None:
    """Type a call."""
    if node.name in _AGGREGATES and node.args and is_rows(_unnamed(node.args[0]), context):
        return _aggregate(node, context)
    if node.name in _AGGREGATES and _of_lost_rows(node, context):
        return None
    function = _FUNCTIONS.get(node.name)
    if function is not None:
        return function(node, context, hint)
    if node.name in _AGGREGATES:
        _no_rows(node, context)
        return None
    context.error(
        "E404",
        f"there is no function `{node.name}`",
        node.place,
        known_functions(node.name, {*_FUNCTIONS, *_AGGREGATES}),
    )
    return None


def _of_lost_rows(node: s.Call, context: Context) -> bool:
    """Whether this may be about a collection whose declaration was refused: then nothing is known inside."""
    first = _unnamed(node.args[0]) if node.args else None
    return isinstance(first, s.Path) and context.is_lost(first.parts)


def _no_rows(node: s.Call, context: Context) -> None:
    path = _unnamed(node.args[0]) if node.args else None
    if isinstance(path, s.Path):
        rows(path, context)  # reports what the path is instead
        return
    context.error("E405", f"{node.name}() takes a collection first", node.span, f"{node.name}(parent.items)")


def _unnamed(node: s.Node) -> s.Node:
    return node.rows if isinstance(node, s.NamedRows) else node


def _aggregate(node: s.Call, context: Context) -> Expr | None:
    first = node.args[0]
    path = _unnamed(first)
    source = rows(path, context) if isinstance(path, s.Path) else None
    if source is None:
        return None
    needs = {"len": (1, 1), "count": (1, 2), "exists": (1, 2)}.get(node.name, (2, 2))
    if not _arity(node, *needs, context):
        return None
    entity = source.type.of if isinstance(source, EntityRef) else source.entity.removeprefix("entity:")
    element = RowBinding(f"each:{len(context.scope.elements) + 1}", entity)
    inner = context.within(element, first.name if isinstance(first, s.NamedRows) else "")
    body = (
        inner.operand(node.args[1], BOOL if node.name in _OVER_CONDITIONS else None)
        if node.args[1:]
        else None
    )
    if node.args[1:] and body is None:
        return None
    return _fold(node, source, element.root, body, context)


_FOLDS: dict[str, OneOf["sum", "min", "max", "avg"]] = {
    "sum": "sum",
    "min": "min",
    "max": "max",
    "avg": "avg",
}
_OVER_CONDITIONS = ("count", "any", "all", "exists")


def _fold(
    node: s.Call, source: EntityRef | RowsOf, binding: str, body: Expr | None, context: Context
) -> AggregateExpr | None:
    if node.name in ("len", "count", "exists", "any", "all"):
        if body is not None and body.type.name != "bool":
            context.error("E409", f"{node.name}() takes a condition", node.args[1].span)
            return None
        return _over_condition(node.name, source, binding, body)
    if body is None or not _foldable(node, body, context):
        return None
    type_ = _folded(node.name, body.type)
    return AggregateExpr(_FOLDS[node.name], source, binding, body, type=type_)


def _over_condition(name: str, source: EntityRef | RowsOf, binding: str, body: Expr | None) -> AggregateExpr:
    if name in ("len", "count"):
        return AggregateExpr("count", source, binding, where=body, type=INT)
    if name == "exists":
        return AggregateExpr("any", source, binding, Literal(True, BOOL), body)
    value = body if body is not None else Literal(True, BOOL)
    return AggregateExpr(
        "all" if name == "all" else "any", source, binding, value, type=nullable(BOOL, value)
    )


def _foldable(node: s.Call, body: Expr, context: Context) -> bool:
    numeric = body.type.name in NUMERIC
    if numeric or (node.name in ("min", "max") and kind(body.type) in ORDERED - {"text", "duration"}):
        return True
    context.error("E406", f"{node.name}() does not apply to {show_type(body.type)}", node.args[1].span)
    return False


def _folded(name: str, value: Type) -> Type:
    if name == "sum":
        return Type(value.name)
    if name == "avg" and value.name == "int":
        return Type("decimal", nullable=True)
    return Type(value.name, nullable=True)


def _arity(node: s.Call, least: int, most: int, context: Context) -> bool:
    if least <= len(node.args) <= most:
        return True
    wanted = str(least) if least == most else f"{least} to {most}"
    plural = "" if wanted == "1" else "s"
    message = f"{node.name}() takes {wanted} argument{plural}, not {len(node.args)}"
    context.error("E405", message, node.span, FORMS.get(node.name, ""))
    return False


def _operands(nodes: Iterable[s.Node], context: Context) -> list[Expr] | None:
    nodes = list(nodes)
    found = [context.operand(n) for n in nodes]
    typed = [e for e in found if e is not None]
    return typed if len(typed) == len(nodes) else None


def _expect(node: s.Node, expr: Expr, names: Iterable[str], context: Context) -> bool:
    if expr.type.name in names:
        return True
    context.error(
        "E406", f"{show_type(expr.type)} does not fit here", node.span, f"expected {' or '.join(names)}"
    )
    return False


def _now(node: s.Call, context: Context, hint: Type | None) -> Expr | None:
    del hint
    return (
        CallExpr(node.name, (), DATETIME if node.name == "now" else DATE)
        if _arity(node, 0, 0, context)
        else None
    )


def _amount(node: s.Call, context: Context, hint: Type | None) -> Expr | None:
    """Type a duration of so many units, or the number of units that a duration is long."""
    del hint
    arg = _one(node, context, ("int", "duration"))
    if arg is None:
        return None
    if arg.type.name == "duration":
        whole = node.name == "days" and is_between_dates(arg)
        return CallExpr(node.name, (arg,), nullable(INT if whole else Type("decimal"), arg))
    if isinstance(arg, Literal) and isinstance(arg.value, int):
        return _duration_literal(arg.value * _SECONDS[node.name], node, context)
    return CallExpr(node.name, (arg,), nullable(DURATION, arg))


def _duration_literal(seconds: int, node: s.Call, context: Context) -> Literal | None:
    if abs(seconds) > 86400 * 365 * 1000:
        context.error("E411", "this duration is longer than a thousand years", node.span)
        return None
    return Literal(f"{'-' if seconds < 0 else ''}PT{abs(seconds)}S", DURATION)


def _one(node: s.Call, context: Context, names: tuple[str, ...]) -> Expr | None:
    if not _arity(node, 1, 1, context):
        return None
    arg = context.operand(node.args[0])
    return arg if arg is not None and _expect(node.args[0], arg, names, context) else None


def _date(node: s.Call, context: Context, hint: Type | None) -> Expr | None:
    del hint
    arg = _one(node, context, ("datetime",))
    return None if arg is None else CallExpr("date", (arg,), nullable(DATE, arg))


def _text(node: s.Call, context: Context, hint: Type | None) -> Expr | None:
    del hint
    arg = _one(node, context, tuple(sorted(TEXTUAL)))
    if arg is None:
        return None
    return CallExpr(node.name, (arg,), nullable(INT if node.name == "len" else STRING, arg))


def _abs(node: s.Call, context: Context, hint: Type | None) -> Expr | None:
    del hint
    arg = _one(node, context, tuple(sorted(NUMERIC)))
    return None if arg is None else CallExpr("abs", (arg,), nullable(Type(arg.type.name), arg))


def _whole(node: s.Call, context: Context, hint: Type | None) -> Expr | None:
    del hint
    arg = _one(node, context, tuple(sorted(NUMERIC)))
    return None if arg is None else CallExpr(node.name, (arg,), nullable(INT, arg))


def _round(node: s.Call, context: Context, hint: Type | None) -> Expr | None:
    del hint
    if not _arity(node, 1, 2, context):
        return None
    arg = context.operand(node.args[0])
    if arg is None or not _expect(node.args[0], arg, sorted(NUMERIC), context):
        return None
    places = 0
    if node.args[1:]:
        match node.args[1]:
            case s.Number(text=text) if text.isdigit() and int(text) <= 10:
                places = int(text)
            case other:
                context.error("E405", "round() takes a number of decimals from 0 to 10", other.span)
                return None
    type_ = INT if places == 0 or arg.type.name == "int" else Type(arg.type.name)
    return CallExpr("round", (arg, Literal(places, INT)), nullable(type_, arg))


def _pick(node: s.Call, context: Context, hint: Type | None) -> Expr | None:
    """min(a, b), max(a, b), coalesce(a, b)."""
    if not _arity(node, 2, 2, context):
        return None
    pair = _alike(node.args[0], node.args[1], context, hint)
    if pair is None:
        return None
    left, right = pair
    if node.name != "coalesce" and left.type.name not in NUMERIC:
        context.error("E406", f"{node.name}() takes two numbers, or a collection and a number", node.span)
        return None
    common = _common(left.type, right.type)
    if node.name == "coalesce":
        null = left.type.nullable and right.type.nullable
        return CallExpr("coalesce", pair, msgspec.structs.replace(common, nullable=null))
    return CallExpr(node.name, pair, nullable(common, left, right))


def _if(node: s.Call, context: Context, hint: Type | None) -> Expr | None:
    if not _arity(node, 3, 3, context):
        return None
    condition = context.operand(node.args[0], BOOL)
    pair = _arms(node, condition, context, hint)
    if condition is None or pair is None or not _expect(node.args[0], condition, ("bool",), context):
        return None
    return CallExpr("if", (condition, *pair), nullable(_common(pair[0].type, pair[1].type), *pair))


def _arms(
    node: s.Call, condition: Expr | None, context: Context, hint: Type | None
) -> tuple[Expr, Expr] | None:
    """Type what an `if` chooses from, each knowing what the condition says."""
    if condition is None:
        return _alike(node.args[1], node.args[2], context, hint)
    then, otherwise = (context.knowing(not_zero(condition, holds=holds)) for holds in (True, False))
    return _alike(node.args[1], node.args[2], then, hint, otherwise)


def _alike(
    a: s.Node, b: s.Node, context: Context, hint: Type | None, for_b: Context | None = None
) -> tuple[Expr, Expr] | None:
    """Type two nodes, each a hint for the other; `for_b` where the second one stands elsewhere."""
    places = {id(a): context, id(b): for_b or context}
    first, second = (b, a) if is_constant(a, context, None) and not is_constant(b, context, None) else (a, b)
    left = places[id(first)].operand(first, hint)
    known = left.type if left is not None and left.type.name != "null" else hint
    right = places[id(second)].operand(second, known)
    if left is None or right is None:
        return None
    if "null" not in (left.type.name, right.type.name) and not same_kind(left, right, second, context):
        return None
    return (left, right) if first is a else (right, left)


def _common(a: Type, b: Type) -> Type:
    if a.name == b.name:
        return a if a == b else Type(a.name, of=a.of)
    if "null" in (a.name, b.name):
        return b if a.name == "null" else a
    if a.name in NUMERIC:
        return Type("float" if "float" in (a.name, b.name) else "decimal")
    return STRING


def _exists(node: s.Call, context: Context, hint: Type | None) -> Expr | None:
    del hint
    arg = _one(node, context, ("row",))
    return None if arg is None else ExistsExpr(arg)


def _old(node: s.Call, context: Context, hint: Type | None) -> Expr | None:
    del hint
    if not context.scope.old:
        context.error(
            "E413",
            "old() has no meaning here",
            node.span,
            "it belongs in rules, requires, effects and ensures",
        )
        return None
    if not _arity(node, 1, 1, context):
        return None
    path = node.args[0]
    ref = exists_or_value(path, context) if isinstance(path, s.Path) else None
    if not isinstance(ref, EntityRef) or not ref.field:
        if not isinstance(path, s.Path) or ref is not None:
            way = "ask for stored fields: what rows there were is not remembered"
            way = way if isinstance(path, s.Call) else "old(self.field)"
            context.error("E405", "old() takes a path to a field", node.span, way)
        return None
    if context.schema.is_over_rows(ref):
        message = f"`{ref.field}` is computed over several rows: old() can't tell what it was"
        context.error("E405", message, node.span, "ask for stored fields, or for what is computed from them")
        return None
    null = ref.type.nullable or context.scope.old_nullable or not _was_there(ref.root, context)
    return OldExpr(ref, msgspec.structs.replace(ref.type, nullable=null))


def _was_there(root: str, context: Context) -> bool:
    """Whether the row surely was there when the operation began."""
    if root.startswith("each:"):
        return False
    return not any(row.fresh for row in context.scope.rows.values() if row.root == root)


_FUNCTIONS: dict[str, Callable[[s.Call, Context, Type | None], Expr | None]] = {
    "now": _now,
    "today": _now,
    **dict.fromkeys(_SECONDS, _amount),
    "date": _date,
    **dict.fromkeys(("lower", "upper", "trim", "len"), _text),
    "abs": _abs,
    "floor": _whole,
    "ceil": _whole,
    "round": _round,
    "min": _pick,
    "max": _pick,
    "coalesce": _pick,
    "if": _if,
    "exists": _exists,
    "old": _old,
}
