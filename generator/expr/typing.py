"""Surface AST to typed AST, against a scope.

Each function returns None when it has reported an error, so that one run finds
several. Codes: E401 unknown name, E402 unknown field, E403 unknown enum value,
E404 unknown function, E405 wrong arguments, E406 operands that don't go
together, E407 a row or collection where a value is needed (or the other way
round), E408 a thing compared with itself, E409 not a condition, E410 does not
fit the field, E411 bad literal, E412 may be null, E413 not allowed here.
"""

from __future__ import annotations

from typing import assert_never

from generator.core.diagnostics import Diagnostics
from generator.expr import syntax as s
from generator.expr.literals import constant, is_constant, number
from generator.expr.model import (
    BOOL,
    DURATION,
    INT,
    NULL,
    AggregateExpr,
    ArithmeticExpr,
    BooleanExpr,
    ComparisonExpr,
    ContextRef,
    EntityRef,
    Expr,
    Literal,
    MembershipExpr,
    NotExpr,
    RowsOf,
    Type,
)
from generator.expr.scope import Schema, Scope
from generator.expr.typing_calls import call
from generator.expr.typing_context import Context
from generator.expr.typing_paths import exists_or_value, hidden, rows, target
from generator.expr.typing_rules import arithmetic, comparable, fits, nullable, same_kind

__all__ = ["resolve", "resolve_condition", "resolve_row", "resolve_rows", "resolve_target"]


def resolve(
    node: s.Node,
    scope: Scope,
    schema: Schema,
    found: Diagnostics,
    *,
    expected: Type | None = None,
    null_ok: bool = True,
) -> Expr | None:
    """Type an expression; with `expected` coerce literals to it and refuse what does not fit.

    `null_ok=False` also refuses an expression that may be null where `expected` may not
    (the literal null is always refused there).
    """
    context = Context(scope, schema, found, operand)
    expr = operand(node, context, expected)
    if expr is None or expected is None:
        return expr
    return fits(expr, expected, node, context, null_ok=null_ok)


def resolve_condition(node: s.Node, scope: Scope, schema: Schema, found: Diagnostics) -> Expr | None:
    """Type a condition: a boolean that may be null."""
    return _condition(node, Context(scope, schema, found, operand))


def resolve_rows(path: s.Path, scope: Scope, schema: Schema, found: Diagnostics) -> EntityRef | RowsOf | None:
    """Resolve what stands for rows: a collection, or an entity's name for all of its rows."""
    return rows(path, Context(scope, schema, found, operand))


def resolve_row(path: s.Path, scope: Scope, schema: Schema, found: Diagnostics) -> EntityRef | None:
    """Resolve a path to one row (its type says which entity, and whether it may be null)."""
    context = Context(scope, schema, found, operand)
    ref = target(path, context)
    if ref is not None and ref.type.name != "row":
        context.error("E407", f"`{path}` is not a row", path.span)
        return None
    return ref


def resolve_target(path: s.Path, scope: Scope, schema: Schema, found: Diagnostics) -> EntityRef | None:
    """Resolve a path to a field, row or collection, as the left side of an effect names it."""
    return target(path, Context(scope, schema, found, operand))


def operand(node: s.Node, context: Context, hint: Type | None = None) -> Expr | None:  # noqa: C901, PLR0911 - a table
    """Type a node; `hint` is the type of what it is compared with or stored in."""
    match node:
        case s.Null() | s.Bool() | s.Number() | s.Text() | s.Duration():
            return _literal(node, context, hint)
        case s.Path():
            if is_constant(node, context, hint):
                return constant(node, context, hint)
            return exists_or_value(node, context)
        case s.NamedRows():
            context.error(
                "E405", "rows are named in what folds them", node.span, "any(rows as row, CONDITION)"
            )
            return None
        case s.Compare():
            return _compare(node, context)
        case s.In():
            return _membership(node, context)
        case s.InRows():
            return _among_rows(node, context)
        case s.IsNull():
            return _is_null(node, context)
        case s.Logic():
            return _logic(node, context)
        case s.Not():
            return _negation(node, context)
        case s.Arith():
            return _arithmetic(node, context, hint)
        case s.Negate():
            return _negate(node, context, hint)
        case s.Call():
            return call(node, context, hint)
        case _:
            assert_never(node)


def _literal(
    node: s.Null | s.Bool | s.Number | s.Text | s.Duration, context: Context, hint: Type | None
) -> Literal | None:
    match node:
        case s.Null():
            return Literal(None, NULL)
        case s.Bool(value=value):
            return Literal(value, BOOL)
        case s.Number():
            return number(node, context, hint)
        case s.Text():
            return constant(node, context, hint)
        case s.Duration():
            return _duration(node, context)
        case _:
            assert_never(node)


def _negation(node: s.Not, context: Context) -> NotExpr | None:
    inner = _condition(node.operand, context)
    return None if inner is None else NotExpr(inner, nullable(BOOL, inner))


def _negate(node: s.Negate, context: Context, hint: Type | None) -> ArithmeticExpr | None:
    inner = context.operand(node.operand, hint)
    return None if inner is None else arithmetic("-", Literal(0, INT), inner, node, context)


def _duration(node: s.Duration, context: Context) -> Literal | None:
    seconds = node.amount * {"s": 1, "m": 60, "h": 3600, "d": 86400}[node.unit]
    if seconds > 86400 * 365 * 1000:
        context.error("E411", "this duration is longer than a thousand years", node.span)
        return None
    return Literal(f"PT{seconds}S", DURATION)


def _condition(node: s.Node, context: Context) -> Expr | None:
    expr = operand(node, context, BOOL)
    if expr is not None and expr.type.name != "bool":
        context.error(
            "E409", f"this is {_a(expr.type)}, not a condition", node.span, "compare it with something"
        )
        return None
    return expr


def _logic(node: s.Logic, context: Context) -> Expr | None:
    parts = [_condition(o, context) for o in node.operands]
    operands = tuple(p for p in parts if p is not None)
    if len(operands) < len(parts):
        return None
    return BooleanExpr(node.op, operands, nullable(BOOL, *operands))


def _pair(
    left: s.Node, right: s.Node, context: Context, hint: Type | None = None
) -> tuple[Expr, Expr] | None:
    """Type two operands, each a hint for the other; what is surely typed goes first."""
    if is_constant(left, context, None) and not is_constant(right, context, None):
        b = operand(right, context, hint)
        a = operand(left, context, b.type if b else hint) if b else None
    else:
        a = operand(left, context, hint)
        b = (
            operand(right, context, a.type if a else hint)
            if a or not is_constant(right, context, None)
            else None
        )
    return (a, b) if a is not None and b is not None else None


def _compare(node: s.Compare, context: Context) -> Expr | None:
    pair = _pair(node.left, node.right, context)
    if pair is None:
        return None
    left, right = pair
    if not comparable(node.op, left, right, node, context) or _is_itself(node, left, right, context):
        return None
    if any(isinstance(e, Literal) and e.value is None for e in pair):
        return _null_test(left, right, node)
    return ComparisonExpr(node.op, left, right, nullable(BOOL, left, right))


def _is_itself(node: s.Compare, left: Expr, right: Expr, context: Context) -> bool:
    """Whether both sides are the same thing: the one that was meant has a name that another one hides."""
    if left != right or not isinstance(left, EntityRef | ContextRef):
        return False
    paths = [n for n in (node.left, node.right) if isinstance(n, s.Path)]
    others = list(dict.fromkeys(way for path in paths for way in hidden(path.parts[0], context)))
    hint = (
        f"the other one is written `{'` or `'.join(others)}`" if others else "compare it with something else"
    )
    context.error("E408", "both sides are the same thing", node.span, hint)
    return True


def _null_test(left: Expr, right: Expr, node: s.Compare) -> ComparisonExpr:
    subject = right if isinstance(left, Literal) and left.value is None else left
    return ComparisonExpr("==" if node.op == "==" else "!=", subject, Literal(None, NULL), BOOL)


def _is_null(node: s.IsNull, context: Context) -> Expr | None:
    inner = operand(node.operand, context)
    if inner is None:
        return None
    return ComparisonExpr("!=" if node.negated else "==", inner, Literal(None, NULL), BOOL)


def _membership(node: s.In, context: Context) -> Expr | None:
    needle = operand(node.needle, context)
    if needle is None:
        return None
    options: list[Expr] = []
    for option in node.options:
        expr = operand(option, context, needle.type)
        if expr is None:
            continue
        if isinstance(expr, Literal) and expr.value is None:
            context.error("E406", "null is in no list", option.span, "write 'x is null or x in [...]'")
        elif same_kind(needle, expr, option, context):
            options.append(expr)
    if len(options) < len(node.options):
        return None
    return MembershipExpr(needle, tuple(options), node.negated, nullable(BOOL, needle, *options))


def _among_rows(node: s.InRows, context: Context) -> Expr | None:
    """Type `x in rows` as what it means: any(rows, row == x)."""
    needle, source = operand(node.needle, context), rows(node.rows, context)
    if needle is None or source is None:
        return None
    entity = source.type.of if isinstance(source, EntityRef) else source.entity.removeprefix("entity:")
    root = f"each:{len(context.scope.elements) + 1}"
    row = EntityRef(f"entity:{entity}", "", (), root, Type("row", of=entity))
    if not same_kind(needle, row, node, context):
        return None
    same = ComparisonExpr("==", row, needle, nullable(BOOL, needle))
    among = AggregateExpr("any", source, root, same, type=same.type)
    return NotExpr(among, among.type) if node.negated else among


def _arithmetic(node: s.Arith, context: Context, hint: Type | None) -> ArithmeticExpr | None:
    pair = _pair(node.left, node.right, context, hint if hint and hint.name == "float" else None)
    return None if pair is None else arithmetic(node.op, *pair, node, context)


def _a(type_: Type) -> str:
    return f"{'an' if type_.name[0] in 'aeiou' else 'a'} {type_.name}"
