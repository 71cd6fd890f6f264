"""Arithmetic and functions as Python."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from generator.emit.exprs.names import Names
from generator.emit.exprs.pycode import (
    ATOM,
    FACTOR,
    RANKS,
    UNARY,
    Code,
    Sure,
    Value,
    call,
    conjunction,
    optional,
    present,
    sure,
    ternary,
)
from generator.emit.exprs.pyliterals import decimal, number
from generator.emit.exprs.sqllower import UnsupportedError
from generator.expr.model import ArithmeticExpr, CallExpr, Expr, Literal, Type

_NUMBERS = "app.runtime.numbers"
_MOMENTS = ("datetime", "date", "duration")


class Printer(Protocol):
    """What numbers need of the printer of expressions."""

    names: Names

    def val(self, expr: Expr) -> Value:
        """Return the value and where it may be None."""
        ...

    def converted(self, expr: Expr, type_: Type) -> Value:
        """Return the value as a number of another type."""
        ...

    def truth(self, expr: Expr, *, want: bool, null: bool) -> Code:
        """Return a condition."""
        ...


class Numbers:
    """Prints arithmetic and calls."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer
        self._names = printer.names

    # --- operands -------------------------------------------------------------

    def comparable(self, left: Expr, right: Expr) -> tuple[Value, Value]:
        """Return both sides of a comparison; beside a float a decimal counts as a float."""
        return self._beside(left, right), self._beside(right, left)

    def like(self, expr: Expr, other: Expr) -> Code:
        """Return an option that is compared with `other`."""
        return self._beside(expr, other).code

    def _beside(self, expr: Expr, other: Expr) -> Value:
        kinds = (expr.type.name, other.type.name)
        if kinds == ("decimal", "float"):
            return as_float(expr, self._printer.val(expr), self._names)
        short = _short(expr) if "decimal" in kinds else None
        return self._printer.val(expr) if short is None else Value(short)

    def _sure(self, value: Value) -> Sure:
        return sure(value, self._names.fresh)

    # --- arithmetic -----------------------------------------------------------

    def arithmetic(self, expr: ArithmeticExpr) -> Value:
        """Return `left op right`."""
        if expr.op in ("/", "%"):
            return self._divided(expr)
        if expr.op == "-" and isinstance(expr.left, Literal) and expr.left.value == 0:
            right = self._sure(self._printer.converted(expr.right, expr.type))
            return Value(Code(f"-{right.code.within(ATOM)}", UNARY), right.subjects)
        left, right = self._operand(expr.left, expr), self._operand(expr.right, expr)
        rank = RANKS[expr.op]
        code = Code(f"{left.code.within(rank)} {expr.op} {right.code.within(rank + 1)}", rank)
        return Value(code, (*left.subjects, *right.subjects))

    def _operand(self, expr: Expr, whole: ArithmeticExpr) -> Sure:
        if whole.type.name == "float" and expr.type.name == "decimal":
            return self._sure(as_float(expr, self._printer.val(expr), self._names))
        short = _short(expr) if whole.type.name == "decimal" else None
        other = whole.right if expr is whole.left else whole.left
        if short is not None and other.type.name == "decimal" and _short(other) is None:
            return Sure(short)
        return self._sure(self._printer.val(expr))

    def _divided(self, expr: ArithmeticExpr) -> Value:
        alike = expr.op == "%" or expr.type.name == "float"
        left, right = (
            self._sure(self._printer.converted(e, expr.type) if alike else self._printer.val(e))
            for e in (expr.left, expr.right)
        )
        subjects = (*left.subjects, *right.subjects)
        if expr.type.name == "float" and expr.op == "/" and _divides(expr):
            code = Code(f"{left.code.within(FACTOR)} / {right.code.within(FACTOR + 1)}", FACTOR)
            return Value(code, subjects)
        function = _division(expr)
        imported = self._names.imports.symbol(_NUMBERS, function)
        return Value(call(imported, left.code.text, right.code.text), subjects, maybe=not _divides(expr))

    # --- functions ------------------------------------------------------------

    def call(self, expr: CallExpr) -> Value:
        """Return a function's value."""
        match expr.name:
            case "now":
                return Value(Code(self._names.now, ATOM))
            case "today":
                return Value(Code(f"{self._names.now}.date()", ATOM))
            case "coalesce":
                return self._coalesce(expr)
            case "if":
                return self._choice(expr)
            case "min" | "max":
                args = [self._sure(self._printer.converted(a, expr.type)) for a in expr.args]
                function = self._names.imports.builtin(expr.name)
                subjects = tuple(s for a in args for s in a.subjects)
                return Value(call(function, *(a.code.text for a in args)), subjects)
            case _:
                arg = self._sure(self._printer.val(expr.args[0]))
                return Value(self._of_one(expr, arg.code), arg.subjects)

    def _of_one(self, expr: CallExpr, arg: Code) -> Code:
        imports, kind = self._names.imports, expr.args[0].type.name
        match expr.name:
            case "len" | "abs":
                return call(imports.builtin(expr.name), arg.text)
            case "lower" | "upper":
                return Code(f"{arg.within(ATOM)}.{expr.name}()", ATOM)
            case "trim":
                return Code(f'{arg.within(ATOM)}.strip(" ")', ATOM)
            case "date":
                return call(imports.symbol("app.runtime.clock", "date_of"), arg.text)
            case "seconds" | "minutes" | "hours" | "days":
                return self._span(expr, arg)
            case "floor" | "ceil":
                return arg if kind == "int" else call(imports.symbol("math", expr.name), arg.text)
            case "round":
                return self._rounded(expr, arg)
            case name:
                raise UnsupportedError(f"there is no function {name} in Python")

    def _span(self, expr: CallExpr, arg: Code) -> Code:
        """Return a duration, or how many units a duration is long."""
        timedelta = self._names.imports.symbol("datetime", "timedelta")
        if expr.args[0].type.name != "duration":
            return call(timedelta, f"{expr.name}={arg.text}")
        if expr.type.name == "int":
            return Code(f"{arg.within(ATOM)}.days", ATOM)
        counted = self._names.imports.symbol("app.runtime.clock", "counted")
        return call(counted, arg.text, f"{timedelta}({expr.name}=1)")

    def _rounded(self, expr: CallExpr, arg: Code) -> Code:
        operand, places = expr.args
        assert isinstance(places, Literal)  # noqa: S101 - typing allows nothing else
        if operand.type.name == "int" and expr.type.name == "int":
            return arg
        imports = self._names.imports
        function = "float_rounded" if operand.type.name == "float" else "rounded"
        code = call(imports.symbol(_NUMBERS, function), arg.text, str(places.value))
        return call(imports.builtin("int"), code.text) if expr.type.name == "int" else code

    def _coalesce(self, expr: CallExpr) -> Value:
        first, second = (self._printer.converted(a, expr.type) for a in expr.args)
        if not first.maybe and not first.hops:
            return first
        known = self._sure(first)
        code = ternary(known.code, conjunction(present(known.subjects)), optional(second))
        return Value(code, (), maybe=second.maybe or bool(second.hops))

    def _choice(self, expr: CallExpr) -> Value:
        condition = self._printer.truth(expr.args[0], want=True, null=False)
        first, second = (self._printer.converted(a, expr.type) for a in expr.args[1:])
        code = ternary(optional(first), condition, optional(second))
        return Value(code, (), maybe=any(o.maybe or o.hops for o in (first, second)))


def _short(expr: Expr) -> Code | None:
    """Return a whole decimal constant as an int, which reads better beside a Decimal."""
    match expr:
        case Literal(value=str(text), type=Type(name="decimal")):
            value = Decimal(text)
            whole = value == value.to_integral_value() and value >= 0
            return Code(str(int(value)), ATOM) if whole else None
        case _:
            return None


def _not_zero(expr: Expr) -> bool:
    return isinstance(expr, Literal) and float(expr.value or 0) != 0


def _divides(expr: ArithmeticExpr) -> bool:
    """Whether the divisor can't be zero: by itself, or by a condition around."""
    return _not_zero(expr.right) or not expr.type.nullable


def _division(expr: ArithmeticExpr) -> str:
    if expr.op == "%":
        return "remainder" if _divides(expr) else "remainder_or_none"
    if expr.type.name == "float":
        return "float_divided"
    return "quotient" if _divides(expr) else "divided"


def as_decimal(expr: Expr, value: Value, names: Names) -> Value:
    """Return an int as a Decimal."""
    if isinstance(expr, Literal) and isinstance(expr.value, int):
        return Value(decimal(Decimal(expr.value), names.imports))
    known = sure(value, names.fresh)
    return Value(call(names.imports.symbol("decimal", "Decimal"), known.code.text), known.subjects)


def as_float(expr: Expr, value: Value, names: Names) -> Value:
    """Return an int or Decimal as a float."""
    if isinstance(expr, Literal) and isinstance(expr.value, int | str):
        return Value(number(float(expr.value)))
    known = sure(value, names.fresh)
    return Value(call(names.imports.builtin("float"), known.code.text), known.subjects)
