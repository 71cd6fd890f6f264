"""Typed expressions as Python source.

Null is None. A condition is spelled by polarity, so that Kleene's logic comes
out as plain two-valued Python: whether it is true, is false, is not true, is
not false. None is tested only where an operand may be None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal as OneOf
from typing import TypeVar, assert_never

from generator.emit.exprs.derived import expand
from generator.emit.exprs.fold import is_null
from generator.emit.exprs.names import Names
from generator.emit.exprs.pyaggregates import Aggregates
from generator.emit.exprs.pycode import (
    ATOM,
    COMPARE,
    FALSE,
    NONE,
    TRUE,
    Code,
    Sure,
    Value,
    absent,
    call,
    conjunction,
    disjunction,
    guarded,
    is_path,
    negation,
    optional,
    present,
    sure,
    ternary,
    unnamed,
)
from generator.emit.exprs.pyliterals import python_literal
from generator.emit.exprs.pynumbers import Numbers, as_decimal, as_float
from generator.emit.exprs.pyrefs import References
from generator.emit.exprs.scales import scale_of
from generator.emit.exprs.sqllower import UnsupportedError
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
from generator.ir.index import Index

__all__ = ["Names", "PythonExprs", "UnsupportedError"]

Key = TypeVar("Key")

_INVERSE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRROR: dict[str, OneOf["==", "!=", "<", "<=", ">", ">="]] = {
    "==": "==",
    "!=": "!=",
    "<": ">",
    ">": "<",
    "<=": ">=",
    ">=": "<=",
}


class PythonExprs:
    """Prints expressions for one function."""

    def __init__(self, index: Index, names: Names) -> None:
        self.index = index
        self.names = names
        self._references = references = References(index, names)
        self._numbers = Numbers(self)
        self._aggregates = Aggregates(self, references.rows)

    # --- for emitters ---------------------------------------------------------

    def holds(self, expr: Expr) -> str:
        """Return a condition that is true when `expr` is true."""
        return self.truth(expand(expr, self.index), want=True, null=False).text

    def not_true(self, expr: Expr) -> str:
        """Return a condition that is true when `expr` is false or null: a requirement that fails."""
        return self.truth(expand(expr, self.index), want=False, null=True).text

    def is_false(self, expr: Expr) -> str:
        """Return a condition that is true when `expr` is false: a rule that is broken."""
        return self.truth(expand(expr, self.index), want=False, null=False).text

    def not_false(self, expr: Expr) -> str:
        """Return a condition that is true when `expr` is true or null."""
        return self.truth(expand(expr, self.index), want=True, null=True).text

    def value(self, expr: Expr) -> str:
        """Return the value; None for null; a row stands for its id."""
        return self.whole(expand(expr, self.index)).text

    def stored(self, expr: Expr, type_: Type) -> str:
        """Return the value as a field of `type_` holds it: a decimal of its scale, a float."""
        expr = expand(expr, self.index)
        if is_null(expr):
            return NONE.text
        value = self.converted(expr, type_)
        if type_.name != "decimal" or scale_of(expr) <= type_.scale:
            return _there(value, type_).text
        inner = sure(value, self.names.fresh)
        rounded = self.names.imports.symbol("app.runtime.numbers", "rounded")
        return _there(Value(call(rounded, inner.code.text, str(type_.scale)), inner.subjects), type_).text

    def row(self, ref: EntityRef) -> str:
        """Return the record itself that a reference leads to, or None."""
        return optional(self._references.row(ref)).text

    def rows(self, ref: EntityRef) -> str:
        """Return a loaded collection; empty when there is no row that could hold it."""
        return self._aggregates.collection(ref).text

    def place(self, ref: EntityRef) -> str:
        """Return the attribute that an assignment to `ref` sets (of a reference, its id)."""
        return self._references.value(ref).code.text

    # --- conditions -----------------------------------------------------------

    def truth(self, expr: Expr, *, want: bool, null: bool) -> Code:
        """Return a condition: `expr` is `want`, or (with `null`) null."""
        if expr in self.names.computed:
            return _flag(self.val(expr), want=want, null=null)
        match expr:
            case ComparisonExpr():
                return self._comparison(expr, want=want, null=null)
            case MembershipExpr():
                return self._membership(expr, want=want, null=null)
            case ExistsExpr():
                return self._null_test(expr.target, want=expr.negated is want)
            case BooleanExpr(op=op, operands=operands):
                codes = [self.truth(o, want=want, null=null) for o in operands]
                return conjunction(codes) if (op == "and") is want else disjunction(codes)
            case NotExpr(operand=operand):
                return self.truth(operand, want=not want, null=null)
            case AggregateExpr(op="any" | "all"):
                return self._aggregates.quantified(expr, want=want, null=null)
            case Literal(value=value):
                return TRUE if value is want or (value is None and null) else FALSE
            case CallExpr(name="if", args=(condition, first, second)):
                test = self.truth(condition, want=True, null=False)
                one, other = (self.truth(e, want=want, null=null) for e in (first, second))
                return ternary(one, test, other)
            case _:
                return _flag(self.val(expr), want=want, null=null)

    def _comparison(self, expr: ComparisonExpr, *, want: bool, null: bool) -> Code:
        left, right, op = expr.left, expr.right, expr.op
        if isinstance(right, Literal) and right.value is None:
            return self._null_test(left, want=(op == "==") is want)
        if isinstance(left, Literal) and not isinstance(right, Literal):
            left, right, op = right, left, _MIRROR[op]
        if isinstance(right, Literal) and isinstance(right.value, bool):
            return self.truth(left, want=(right.value is (op == "==")) is want, null=null)
        word = op if want else _INVERSE[op]
        one, other = self._numbers.comparable(left, right)
        absorbed = word == ("!=" if null else "==")
        first = _absorbed(one) if absorbed and not other.maybe else sure(one, self.names.fresh)
        second = _absorbed(other) if absorbed else sure(other, self.names.fresh)
        code = Code(f"{first.code.within(COMPARE + 1)} {word} {second.code.within(COMPARE + 1)}", COMPARE)
        return guarded((*first.subjects, *second.subjects), code, null=null)

    def _null_test(self, expr: Expr, *, want: bool) -> Code:
        """Return whether a value is None (`want`), or is there."""
        value = self.val(expr)
        subjects = list(value.hops)
        if value.maybe:
            subjects.append(value.code.within(COMPARE + 1))
        subjects = unnamed(subjects)
        return disjunction(absent(subjects)) if want else conjunction(present(subjects))

    def _membership(self, expr: MembershipExpr, *, want: bool, null: bool) -> Code:
        if any(self.val(o).maybe or self.val(o).hops for o in expr.options):
            return self.truth(_spelled_out(expr), want=want, null=null)
        negated = expr.negated is want
        needle = self.val(expr.needle)
        known = _absorbed(needle) if negated is null else sure(needle, self.names.fresh)
        options = [self._numbers.like(o, expr.needle).text for o in expr.options]
        listed = f"({options[0]},)" if len(options) == 1 else f"({', '.join(options)})"
        word = "not in" if negated else "in"
        code = Code(f"{known.code.within(COMPARE + 1)} {word} {listed}", COMPARE)
        return guarded(known.subjects, code, null=null)

    # --- values ---------------------------------------------------------------

    def whole(self, expr: Expr) -> Code:
        """Return the value, None for null."""
        return optional(self.val(expr))

    def val(self, expr: Expr) -> Value:
        """Return the value and where it may be None."""
        if expr in self.names.computed:
            return Value(Code(self.names.computed[expr], ATOM), (), expr.type.nullable)
        match expr:
            case Literal():
                return Value(python_literal(expr, self.names.imports), (), expr.value is None)
            case EntityRef():
                return self._references.value(expr)
            case ContextRef(name=name):
                return Value(Code(_known(self.names.inputs, name), ATOM), (), expr.type.nullable)
            case OldExpr(operand=operand):
                if operand in self.names.old:
                    return Value(Code(self.names.old[operand], ATOM), (), expr.type.nullable)
                return self._references.before(operand, maybe=expr.type.nullable)
            case ArithmeticExpr():
                return self._numbers.arithmetic(expr)
            case AggregateExpr() if expr.op not in ("any", "all"):
                return self._aggregates.folded(expr)
            case CallExpr():
                return self._numbers.call(expr)
            case (
                ComparisonExpr()
                | MembershipExpr()
                | ExistsExpr()
                | BooleanExpr()
                | NotExpr()
                | AggregateExpr()
            ):
                return self._condition(expr)
            case _:
                assert_never(expr)

    def _condition(self, expr: Expr) -> Value:
        """Return a condition as a value."""
        true = self.truth(expr, want=True, null=False)
        if not expr.type.nullable:
            return Value(true)
        false = self.truth(expr, want=False, null=False)
        return Value(ternary(TRUE, true, ternary(FALSE, false, NONE)), (), maybe=True)

    def converted(self, expr: Expr, type_: Type) -> Value:
        """Return the value as a number of another type, where it has to be one."""
        value = self.val(expr)
        if type_.name == "decimal" and expr.type.name == "int":
            return as_decimal(expr, value, self.names)
        if type_.name == "float" and expr.type.name in ("int", "decimal"):
            return as_float(expr, value, self.names)
        return value

    def inside(self, binding: str, name: str) -> PythonExprs:
        """Return the printer inside a comprehension over rows called `name`."""
        return PythonExprs(self.index, self.names.inner(binding, name))


def _there(value: Value, type_: Type) -> Code:
    """Return what is stored: where the field is never null, a condition has seen that the value is there."""
    seen = not type_.nullable and all(is_path(subject) for subject in value.hops)
    return value.code if seen else optional(value)


def _known(names: Mapping[Key, str], key: Key) -> str:
    if key not in names:
        raise UnsupportedError(f"no variable holds {key}")
    return names[key]


def _absorbed(value: Value) -> Sure:
    """Return a value whose None needs no test: it equals nothing else."""
    return Sure(value.code, value.hops)


def _flag(value: Value, *, want: bool, null: bool) -> Code:
    """Return whether a boolean value is `want` (or None)."""
    if not value.maybe:
        code = value.code if want else negation(value.code)
    elif null:
        code = Code(f"{value.code.within(COMPARE + 1)} is not {not want}", COMPARE)
    else:
        code = Code(f"{value.code.within(COMPARE + 1)} is {want}", COMPARE)
    return guarded(value.hops, code, null=null)


def _spelled_out(expr: MembershipExpr) -> Expr:
    """Return `x in [a, b]` as `x == a or x == b`, for options that may be null."""
    type_ = Type("bool", nullable=True)
    any_of = BooleanExpr(
        "or", tuple(ComparisonExpr("==", expr.needle, o, type_) for o in expr.options), type_
    )
    return NotExpr(any_of, type_) if expr.negated else any_of
