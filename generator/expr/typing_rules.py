"""Which types go together, and what comes out."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal as OneOf

import msgspec

from generator.expr import syntax as s
from generator.expr.literals import decimal_text
from generator.expr.model import (
    DATE,
    DATETIME,
    DURATION,
    FLOAT,
    INT,
    ArithmeticExpr,
    CallExpr,
    Expr,
    Literal,
    Type,
)
from generator.expr.typing_context import Context

ArithmeticOp = OneOf["+", "-", "*", "/", "%"]

NUMERIC = frozenset({"int", "decimal", "float"})
TEXTUAL = frozenset({"string", "text", "email", "url"})
ORDERED = frozenset({"number", "text", "date", "datetime", "time", "duration"})


def nullable(type_: Type, *operands: Expr) -> Type:
    """Return `type_`, nullable if an operand may be null."""
    return msgspec.structs.replace(type_, nullable=any(o.type.nullable for o in operands))


def kind(type_: Type) -> str:
    """Return the class of types that may be compared with each other."""
    if type_.name in NUMERIC:
        return "number"
    if type_.name in TEXTUAL:
        return "text"
    if type_.name in ("enum", "row", "rows"):
        return f"{type_.name} {type_.of}"
    return type_.name


def show_type(type_: Type) -> str:
    """Return a type in words."""
    if type_.name in ("enum", "row"):
        return type_.of
    return "null" if type_.name == "null" else type_.name


def same_kind(left: Expr, right: Expr, node: s.Node, context: Context) -> bool:
    """Check that two operands may stand beside each other."""
    a, b = kind(left.type), kind(right.type)
    if a == b and a != "json":
        return True
    hint = ""
    if {a, b} == {"date", "datetime"}:
        hint = "use date(...) of the datetime"
    elif "uuid" in (a, b) and any(k.startswith("row ") for k in (a, b)):
        hint = "compare rows with rows, ids with ids (row.id)"
    elif "json" in (a, b):
        hint = "json values can only be compared with null"
    context.error(
        "E406", f"{show_type(left.type)} and {show_type(right.type)} can't be compared", node.span, hint
    )
    return False


def comparable(op: str, left: Expr, right: Expr, node: s.Compare, context: Context) -> bool:
    """Check the operands of a comparison."""
    ordering = op not in ("==", "!=")
    if "null" in (left.type.name, right.type.name):
        if ordering:
            context.error("E406", f"'{op}' with null is never true", node.span, "write 'is null'")
        return not ordering
    if not same_kind(left, right, node, context):
        return False
    if ordering and kind(left.type) not in ORDERED:
        hint = "name the values: `x in [A, B]`" if left.type.name == "enum" else ""
        context.error("E406", f"{show_type(left.type)} has no order: '{op}' does not apply", node.span, hint)
        return False
    return True


def arithmetic(
    op: ArithmeticOp, left: Expr, right: Expr, node: s.Node, context: Context
) -> ArithmeticExpr | None:
    """Type `left op right`, reporting operands that don't go together."""
    result = _result(op, left, right)
    if result is None:
        message = f"'{op}' does not apply to {show_type(left.type)} and {show_type(right.type)}"
        context.error("E406", message, node.span, _way_out(op, left, right))
        return None
    by_zero = op in ("/", "%") and not _surely_not_zero(right) and right not in context.not_zero
    null = by_zero or left.type.nullable or right.type.nullable
    return ArithmeticExpr(op, left, right, msgspec.structs.replace(result, nullable=null))


def _result(op: str, left: Expr, right: Expr) -> Type | None:
    a, b = left.type.name, right.type.name
    if a in NUMERIC and b in NUMERIC:
        return _number(op, a, b)
    match (a, op, b):
        case ("datetime", "+" | "-", "duration") | ("duration", "+", "datetime"):
            return DATETIME
        case ("datetime", "-", "datetime") | ("date", "-", "date"):
            return DURATION
        case ("date", "+" | "-", "duration") if _whole_days(right):
            return DATE
    return None


def _number(op: str, a: str, b: str) -> Type:
    if "float" in (a, b):
        return FLOAT
    if op == "/" or "decimal" in (a, b):
        return Type("decimal")
    return INT


def _way_out(op: str, left: Expr, right: Expr) -> str:
    names = (left.type.name, right.type.name)
    if names == ("date", "duration"):
        return "a date moves by whole days: days(n)"
    if names in (("datetime", "int"), ("date", "int")):
        return "an int is no time: days(n), hours(n), or 5d, 24h, 15m, 30s"
    if op == "+" and set(names) <= TEXTUAL:
        return "texts can't be joined"
    if "duration" in names:
        return (
            "a span of time is no number: compare it (`>= 2h`), add it to a time, or count it: hours(a - b)"
        )
    return ""


def _whole_days(expr: Expr) -> bool:
    match expr:
        case CallExpr(name="days"):
            return True
        case Literal(value=str(text)):
            return int(text.removeprefix("-").removeprefix("PT").removesuffix("S")) % 86400 == 0
    return False


def _surely_not_zero(expr: Expr) -> bool:
    match expr:
        case Literal(value=str(text), type=Type(name="decimal")):
            return Decimal(text) != 0
        case Literal(value=int() | float() as value):
            return value != 0
    return False


def fits(expr: Expr, expected: Type, node: s.Node, context: Context, *, null_ok: bool) -> Expr | None:
    """Coerce an expression to the type of what it is stored in, or report why not."""
    if expr.type.name == "null":
        return _null(expected, node, context)
    if not _storable(expr.type, expected):
        wanted, got = show_type(expected), show_type(expr.type)
        context.error("E410", f"{got} does not fit {wanted}", node.span, _way_in(expr.type, expected))
        return None
    if expr.type.nullable and not expected.nullable and not null_ok:
        hint = f"allow null with `?`, or give a value for that case{filled(expected)}"
        context.error("E412", "this may be null, but what it is for may not", node.span, hint)
        return None
    return _coerced(expr, expected)


_FILLERS = {
    **dict.fromkeys(("int", "decimal", "float"), "0"),
    **dict.fromkeys(("string", "text"), '""'),
    "bool": "false",
    "date": "today()",
    "datetime": "now()",
}


def filled(type_: Type) -> str:
    """Return how to give a value for null, as the end of a hint."""
    filler = _FILLERS.get(type_.name, "")
    return f": coalesce(..., {filler})" if filler else ""


def _null(expected: Type, node: s.Node, context: Context) -> Expr | None:
    if expected.nullable:
        return Literal(None, expected)
    context.error("E412", "null is not allowed here", node.span, "allow null with `?`")
    return None


def _storable(got: Type, wanted: Type) -> bool:
    if wanted.name == "decimal":
        return got.name in ("int", "decimal")
    if wanted.name == "float":
        return got.name in NUMERIC
    if wanted.name in TEXTUAL:
        return got.name in TEXTUAL
    if wanted.name in ("enum", "row", "rows"):
        return got.name == wanted.name and got.of == wanted.of
    return got.name == wanted.name


def _way_in(got: Type, wanted: Type) -> str:
    if (got.name, wanted.name) == ("row", "bool"):
        return "write `row.exists`"
    if wanted.name == "int" and got.name in NUMERIC:
        return "use round(...), floor(...) or ceil(...)"
    if wanted.name == "date" and got.name == "datetime":
        return "use date(...)"
    if wanted.name in ("date", "datetime") and got.name == "int":
        return f'a {wanted.name} has quotes: "{_EXAMPLES[wanted.name]}"'
    if got.name == wanted.name == "enum":
        return "declare the values once, under `enums`, and give both that type"
    return ""


_EXAMPLES = {"date": "2026-01-31", "datetime": "2026-01-31T09:30:00Z"}


def _coerced(expr: Expr, expected: Type) -> Expr:
    if not isinstance(expr, Literal) or isinstance(expr.value, bool) or expr.value is None:
        return expr
    if expected.name == "decimal":
        return Literal(decimal_text(Decimal(str(expr.value))), Type("decimal"))
    if expected.name == "float" and expr.type.name != "float":
        return Literal(float(expr.value), FLOAT)
    if expected.name in TEXTUAL:
        return Literal(expr.value, Type(expected.name))
    return expr
