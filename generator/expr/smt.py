"""Typed expressions to z3: the fourth reader, for questions about all rows at once.

What z3 has no theory for here (text functions, aggregates, the clock) becomes a
free variable named after the expression: "unsatisfiable" is then still a proof,
"satisfiable" is not a promise.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, assert_never

import z3

from generator.core.digest import canonical_json
from generator.expr.model import (
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

_SPANS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
_NUMERIC = frozenset({"int", "float", "decimal", "date", "datetime", "time", "duration"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Term(NamedTuple):
    """A value and the condition under which it is null."""

    value: Any
    null: Any


class Solver:
    """Translates expressions over one shared set of variables."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}

    def holds(self, expr: Expr) -> z3.BoolRef:
        """Return the formula of `expr` being true."""
        return self._truth(expr, want=True)

    def fails(self, expr: Expr) -> z3.BoolRef:
        """Return the formula of `expr` being false (not null)."""
        return self._truth(expr, want=False)

    def term(self, expr: Expr) -> Term:
        """Return the value of `expr` as a number, a text code or a boolean."""
        match expr:
            case Literal():
                return self._literal(expr)
            case ArithmeticExpr():
                return self._arithmetic(expr)
            case ComparisonExpr() | MembershipExpr() | BooleanExpr() | NotExpr() | ExistsExpr():
                yes, no = self.holds(expr), self.fails(expr)
                return Term(yes, z3.Not(z3.Or(yes, no)))
            case CallExpr():
                return self._call(expr)
            case EntityRef() | ContextRef() | AggregateExpr() | OldExpr():
                return _variable(expr, expr.type)
            case _:
                assert_never(expr)

    def _truth(self, expr: Expr, *, want: bool) -> z3.BoolRef:
        match expr:
            case BooleanExpr(op=op, operands=operands):
                parts = [self._truth(o, want=want) for o in operands]
                return z3.And(parts) if (op == "and") == want else z3.Or(parts)
            case NotExpr(operand=operand):
                return self._truth(operand, want=not want)
            case ComparisonExpr():
                return self._comparison(expr, want=want)
            case MembershipExpr():
                return self._membership(expr, want=want)
            case ExistsExpr(target=target, negated=negated):
                null = self.term(target).null
                return null if want == negated else z3.Not(null)
            case _:
                term = self.term(expr)
                return z3.And(z3.Not(term.null), term.value if want else z3.Not(term.value))

    def _comparison(self, expr: ComparisonExpr, *, want: bool) -> z3.BoolRef:
        left, right = self.term(expr.left), self.term(expr.right)
        if _is_null(expr.left) or _is_null(expr.right):
            both = left.null if _is_null(expr.right) else right.null
            return both if (expr.op == "==") == want else z3.Not(both)
        if expr.op not in ("==", "!=") and _kind(expr.left) == "text":
            return z3.And(z3.Not(left.null), z3.Not(right.null), _free(expr, want=want))
        truth = _compare(expr.op, left.value, right.value)
        return z3.And(z3.Not(left.null), z3.Not(right.null), truth if want else z3.Not(truth))

    def _membership(self, expr: MembershipExpr, *, want: bool) -> z3.BoolRef:
        needle = self.term(expr.needle)
        inside = z3.Or([needle.value == self.term(o).value for o in expr.options])
        truth = inside if want != expr.negated else z3.Not(inside)
        return z3.And(z3.Not(needle.null), truth)

    def _arithmetic(self, expr: ArithmeticExpr) -> Term:
        if expr.op in ("/", "%"):  # rounded division has no exact theory
            return _variable(expr, expr.type)
        left, right = self.term(expr.left), self.term(expr.right)
        value = {
            "+": lambda: left.value + right.value,
            "-": lambda: left.value - right.value,
            "*": lambda: left.value * right.value,
        }[expr.op]()
        return Term(value, z3.Or(left.null, right.null))

    def _call(self, expr: CallExpr) -> Term:
        """Return what a function gives, where that has an exact theory; else anything."""
        args = expr.args
        if expr.name in _SPANS:
            number = self.term(args[0])
            return Term(number.value * _SPANS[expr.name], number.null)
        if expr.name == "coalesce":
            first, second = (self.term(a) for a in args)
            if first.value.sort() == second.value.sort():
                value = z3.If(first.null, second.value, first.value)
                return Term(value, z3.And(first.null, second.null))
        if expr.name == "if":
            true, (yes, no) = self.holds(args[0]), (self.term(a) for a in args[1:])
            if yes.value.sort() == no.value.sort():
                return Term(z3.If(true, yes.value, no.value), z3.If(true, yes.null, no.null))
        return _variable(expr, expr.type)

    def _literal(self, expr: Literal) -> Term:
        never = z3.BoolVal(val=False)
        match expr.value:
            case None:
                return Term(z3.RealVal(0), z3.BoolVal(val=True))
            case bool(flag):
                return Term(z3.BoolVal(flag), never)
            case int() | float() as number:
                return Term(z3.RealVal(str(number)), never)
            case str(text):
                return Term(self._text(text, expr.type), never)
            case _:
                assert_never(expr.value)

    def _text(self, text: str, type_: Type) -> z3.ArithRef:
        match type_.name:
            case "decimal" | "float" | "int":
                return z3.RealVal(str(Decimal(text)))
            case "date" | "datetime" | "time" | "duration":
                return z3.RealVal(str(_seconds(text, type_)))
            case _:
                return z3.IntVal(self._texts.setdefault(text, len(self._texts)))


def _seconds(text: str, type_: Type) -> Decimal:
    match type_.name:
        case "date":
            span = datetime.combine(date.fromisoformat(text), time(), tzinfo=UTC) - _EPOCH
        case "datetime":
            span = datetime.fromisoformat(text) - _EPOCH
        case "time":
            moment = time.fromisoformat(text)
            span = timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
        case _:
            span = parse_duration(text)
    return Decimal(span // timedelta(microseconds=1)) / 1_000_000


def parse_duration(text: str) -> timedelta:
    """Read the ISO 8601 durations that the typed AST holds (`PT86400S`, `-PT1.5S`)."""
    sign, body = (-1, text[1:]) if text.startswith("-") else (1, text)
    if not (body.startswith("PT") and body.endswith("S")):
        raise ValueError(f"not a canonical duration: {text!r}")
    return sign * timedelta(microseconds=int(Decimal(body[2:-1]) * 1_000_000))


def _kind(expr: Expr) -> str:
    name = expr.type.name
    if name == "bool":
        return "bool"
    return "number" if name in _NUMERIC else "text"


def _is_null(expr: Expr) -> bool:
    return isinstance(expr, Literal) and expr.value is None


def _name(expr: Expr) -> str:
    return canonical_json(expr).decode()


def _free(expr: Expr, *, want: bool) -> z3.BoolRef:
    truth = z3.Bool(_name(expr))
    return truth if want else z3.Not(truth)


def _variable(expr: Expr, type_: Type) -> Term:
    name = _name(expr)
    null = z3.Bool(f"{name}?") if type_.nullable else z3.BoolVal(val=False)
    match _kind(expr):
        case "bool":
            return Term(z3.Bool(name), null)
        case "text":
            return Term(z3.Int(name), null)
        case _ if type_.name == "int":
            return Term(z3.ToReal(z3.Int(name)), null)
        case _:
            return Term(z3.Real(name), null)


def _compare(op: str, left: Any, right: Any) -> z3.BoolRef:
    match op:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case _:
            raise ValueError(f"unknown comparison {op!r}")
