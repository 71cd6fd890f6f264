"""Typed expressions to SQL trees: where the meaning of docs/language.md becomes PostgreSQL's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal as OneOf
from typing import assert_never

from generator.emit.exprs.sqltree import (
    Call,
    Case,
    Cast,
    Collate,
    Column,
    Const,
    Infix,
    InList,
    IsNull,
    Logic,
    Not,
    Now,
    Param,
    Quotient,
    Seconds,
    Sql,
)
from generator.expr.model import (
    INT,
    AggregateExpr,
    ArithmeticExpr,
    BooleanExpr,
    CallExpr,
    ComparisonExpr,
    ContextRef,
    EntityRef,
    ExistsExpr,
    Expr,
    Literal,
    MembershipExpr,
    NotExpr,
    OldExpr,
    Type,
)
from generator.expr.walk import is_between_dates

_SECOND = Const(Literal("PT1S", Type("duration")))
_SAME_AS = {"len": "char_length", "trim": "btrim", "coalesce": "coalesce"}
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_DAY = Const(Literal("PT86400S", Type("duration")))
_ZERO = Const(Literal(0, INT))


class UnsupportedError(ValueError):
    """The expression has no meaning where it was put."""


def wire_of(ref: EntityRef) -> str:
    """Return the column of a reference's field."""
    name = ref.field
    return f"{name}_id" if ref.type.name == "row" and not name.endswith("_id") else name


class Lower:
    """Lowers expressions over one row's own columns; a subclass knows more places."""

    def __init__(self, params: Mapping[Expr, str] | None = None) -> None:
        self._params = params or {}

    def lower(self, expr: Expr) -> Sql:  # noqa: C901 - a line for each kind of node
        """Return the SQL of an expression."""
        if expr in self._params:
            return Param(self._params[expr], expr.type)
        match expr:
            case Literal():
                return Const(expr)
            case EntityRef():
                return self.ref(expr)
            case ContextRef() | OldExpr():
                raise UnsupportedError(f"{expr} is not in the database")
            case ComparisonExpr():
                return self._comparison(expr)
            case MembershipExpr():
                return self._membership(expr)
            case ExistsExpr():
                return self.exists(expr)
            case BooleanExpr(op=op, operands=operands):
                return Logic("AND" if op == "and" else "OR", tuple(self.lower(o) for o in operands))
            case NotExpr(operand=operand):
                return _negated(self.lower(operand))
            case ArithmeticExpr():
                return self._arithmetic(expr)
            case AggregateExpr():
                return self.aggregate(expr)
            case CallExpr():
                return self._call(expr)
            case _:
                assert_never(expr)

    # --- places ---------------------------------------------------------------

    def ref(self, ref: EntityRef) -> Sql:
        """Return the column of the row itself."""
        if ref.root != "self" or ref.via:
            raise UnsupportedError(f"{ref} is not a column of the row itself")
        return Column("", wire_of(ref) if ref.field else "id")

    def exists(self, expr: ExistsExpr) -> Sql:
        """Return whether a referenced row is there."""
        return IsNull(self.lower(expr.target), negated=not expr.negated)

    def aggregate(self, expr: AggregateExpr) -> Sql:
        """Refuse: a row's own columns hold no other rows."""
        raise UnsupportedError(f"{expr} reads other rows")

    # --- conditions -----------------------------------------------------------

    def _comparison(self, expr: ComparisonExpr) -> Sql:
        left = self.lower(expr.left)
        if isinstance(expr.right, Literal):
            if expr.right.value is None:
                return IsNull(left, negated=expr.op == "!=")
            if isinstance(expr.right.value, bool):
                return left if expr.right.value is (expr.op == "==") else _negated(left)
        op: OneOf["=", "<>", "<", "<=", ">", ">="]
        op = "=" if expr.op == "==" else "<>" if expr.op == "!=" else expr.op
        return Infix(op, left, self.lower(expr.right))

    def _membership(self, expr: MembershipExpr) -> Sql:
        needle = self.lower(expr.needle)
        if not expr.options:  # false, and null for null
            return Infix("=" if expr.negated else "<>", needle, needle)
        return InList(needle, tuple(self.lower(o) for o in expr.options), expr.negated)

    # --- values ---------------------------------------------------------------

    def _arithmetic(self, expr: ArithmeticExpr) -> Sql:
        match expr.type.name:
            case "int" | "decimal" | "float":
                return self._number(expr)
            case "date":
                return self._shifted_date(expr)
            case "duration" if is_between_dates(expr):
                return Infix("*", self._days_between(expr), _DAY)
            case _:
                return Infix(expr.op, self.lower(expr.left), self.lower(expr.right))

    def _days_between(self, expr: Expr) -> Sql:
        """Return PostgreSQL's date - date, an integer."""
        assert isinstance(expr, ArithmeticExpr)  # noqa: S101 - what is between dates is one
        return Infix("-", self.lower(expr.left), self.lower(expr.right))

    def _number(self, expr: ArithmeticExpr) -> Sql:
        left, right = self.lower(expr.left), self.lower(expr.right)
        if expr.type.name == "float":
            return _float_arithmetic(expr, left, right)
        if expr.op == "/":
            return Quotient(left, right)
        if not any(_is_numeric(e) for e in (expr.left, expr.right)):
            left = Cast(left, "numeric")  # PostgreSQL's integers overflow
        return Infix(expr.op, left, _or_null(expr.right, right) if expr.op == "%" else right)

    def _shifted_date(self, expr: ArithmeticExpr) -> Sql:
        """Move a date by whole days: PostgreSQL's date plus interval is a timestamp."""
        match expr.right:
            case CallExpr(name="days", args=(days,)):
                amount: Sql = Cast(self.lower(days), "integer")
            case Literal(value=str(text)):
                amount = Const(Literal(_seconds(text) // 86400, INT))
            case _:
                raise UnsupportedError(f"{expr.right} is no number of days")
        return Infix(expr.op, self.lower(expr.left), amount)

    def _call(self, expr: CallExpr) -> Sql:
        args = tuple(self.lower(a) for a in expr.args)
        match expr.name:
            case "now":
                return Now()
            case "today":
                return _date_of(Now())
            case "date":
                return _date_of(args[0])
            case "lower" | "upper":  # the C collation of the column knows ASCII only
                return Collate(Call(expr.name, (Collate(args[0], "default"),)), "C")
            case "seconds" | "minutes" | "hours" | "days":
                return self._span(expr, args[0])
            case "abs" if expr.type.name == "float":
                return Call("abs", args)
            case "abs" | "floor" | "ceil":
                return Call(expr.name, (_exact(expr.args[0], args[0]),))
            case "round":
                return _rounded(expr, args)
            case "min" | "max":
                return _extreme(expr, args)
            case "if":
                return Case(*args)
            case "len" | "trim" | "coalesce":
                return Call(_SAME_AS[expr.name], args)
            case name:
                raise UnsupportedError(f"there is no function {name} in SQL")

    def _span(self, expr: CallExpr, arg: Sql) -> Sql:
        """Return a duration, or how many units a duration is long."""
        unit = Const(Literal(_SECONDS[expr.name], INT))
        if expr.args[0].type.name != "duration":
            return Infix("*", Infix("*", Cast(arg, "numeric"), unit), _SECOND)
        return self._days_between(expr.args[0]) if expr.type.name == "int" else Quotient(Seconds(arg), unit)


def _negated(operand: Sql) -> Sql:
    match operand:
        case Not(operand=inner):
            return inner
        case IsNull(operand=inner, negated=negated):
            return IsNull(inner, not negated)
        case InList(operand=inner, options=options, negated=negated):
            return InList(inner, options, not negated)
        case _:
            return Not(operand)


def _is_numeric(expr: Expr) -> bool:
    """Whether PostgreSQL computes it as numeric (not as one of its integers)."""
    match expr:
        case ArithmeticExpr():
            return True
        case Literal(value=int()):
            return False
        case CallExpr(name="abs" | "floor" | "ceil" | "round"):
            return True
        case CallExpr(name="seconds" | "minutes" | "hours" | "days"):
            return expr.type.name == "decimal"
        case CallExpr(name="len"):
            return False
        case CallExpr(args=args):
            return any(_is_numeric(a) for a in args if a.type.name in ("int", "decimal"))
        case AggregateExpr(op="sum" | "min" | "max", value=value) if value is not None:
            return _is_numeric(value)
        case _:
            return expr.type.name == "decimal"


def _exact(expr: Expr, value: Sql) -> Sql:
    """Return a number as numeric: an integer because abs overflows, a float by its shortest text."""
    if expr.type.name == "float":
        return _shortest(value)
    return value if _is_numeric(expr) else Cast(value, "numeric")


def _shortest(value: Sql) -> Sql:
    """Return a float as the number that it is written as; a plain cast keeps 15 digits."""
    return Cast(Cast(value, "text"), "numeric")


def _float_arithmetic(expr: ArithmeticExpr, left: Sql, right: Sql) -> Sql:
    if expr.op == "%":  # PostgreSQL has no remainder of floats
        rest = Infix("%", _exact(expr.left, left), _or_null(expr.right, _exact(expr.right, right)))
        return Cast(rest, "float8")
    return Infix(expr.op, left, _or_null(expr.right, right) if expr.op == "/" else right)


def _or_null(expr: Expr, value: Sql) -> Sql:
    """Return a divisor that is null instead of zero."""
    if isinstance(expr, Literal) and expr.value not in (0, 0.0, "0.0"):
        return value
    return Call("nullif", (value, _ZERO))


def _rounded(expr: CallExpr, args: tuple[Sql, ...]) -> Sql:
    value, places = args
    operand = expr.args[0]
    if operand.type.name == "float":
        rounded = Call("round", (_shortest(value), places))
        return Cast(rounded, "float8") if expr.type.name == "float" else rounded
    if operand.type.name == "int" and expr.type.name == "int":
        return value
    return Call("round", (_exact(operand, value), places))


def _extreme(expr: CallExpr, args: tuple[Sql, ...]) -> Sql:
    """LEAST and GREATEST leave null out; here null wins."""
    extreme = Call("least" if expr.name == "min" else "greatest", args)
    unknown = tuple(IsNull(a) for a, e in zip(args, expr.args, strict=True) if e.type.nullable)
    if not unknown:
        return extreme
    condition = unknown[0] if len(unknown) == 1 else Logic("OR", unknown)
    return Case(condition, Const(Literal(None, Type("null", nullable=True))), extreme)


def _date_of(moment: Sql) -> Sql:
    return Cast(Call("timezone", (Const(Literal("UTC", Type("string"))), moment)), "date")


def _seconds(text: str) -> int:
    seconds = int(text.removeprefix("-").removeprefix("PT").removesuffix("S"))
    return -seconds if text.startswith("-") else seconds
