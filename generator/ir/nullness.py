"""Whether a value may be null, given what conditions around it have settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

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
)
from generator.ir.lower_context import Context
from generator.ir.reads import Known, known_otherwise, known_present, path_of


class Nullness:
    """Answers for one place: `known` are the references that can't be null there."""

    def __init__(self, context: Context, known: Known = frozenset()) -> None:
        self._context = context
        self._known = known

    def may_be_null(self, expr: Expr) -> bool:
        """Whether the value may be null."""
        if isinstance(expr, Literal):
            return expr.value is None
        return expr.type.nullable and self._may_be_null(expr)

    def _may_be_null(self, expr: Expr) -> bool:
        match expr:
            case EntityRef():
                return self.reference_may_be_null(expr)
            case ContextRef():
                return path_of(expr) not in self._known
            case ArithmeticExpr(op=op, left=left, right=right):
                by_zero = op in ("/", "%") and not _surely_not_zero(right)
                return by_zero or self.may_be_null(left) or self.may_be_null(right)
            case ComparisonExpr(left=left, right=right):
                return self.may_be_null(left) or self.may_be_null(right)
            case MembershipExpr(needle=needle, options=options):
                return any(self.may_be_null(e) for e in (needle, *options))
            case BooleanExpr(op=op, operands=operands):
                return self._in_turn(operands, known_present if op == "and" else known_otherwise)
            case NotExpr(operand=operand):
                return self.may_be_null(operand)
            case CallExpr():
                return self._call(expr)
            case Literal() | ExistsExpr() | AggregateExpr() | OldExpr():
                return expr.type.nullable
            case _:
                assert_never(expr)

    def _call(self, expr: CallExpr) -> bool:
        if expr.name == "coalesce":
            return all(self.may_be_null(arg) for arg in expr.args)
        if expr.name == "if":
            condition, one, other = expr.args
            return self._where(known_present(condition), one) or self._where(
                known_otherwise(condition), other
            )
        return any(self.may_be_null(arg) for arg in expr.args)

    def _in_turn(self, operands: tuple[Expr, ...], settles: Callable[[Expr], Known]) -> bool:
        """Whether one may be null where those before it, which are not, have not decided."""
        known: Known = frozenset()
        for operand in operands:
            if self._where(known, operand):
                return True
            known |= settles(operand)
        return False

    def _where(self, known: Known, expr: Expr) -> bool:
        return Nullness(self._context, self._known | known).may_be_null(expr)

    def reference_may_be_null(self, ref: EntityRef) -> bool:
        """Whether a row on the way to a field, or the field itself, may be null."""
        entity = ref.entity.removeprefix("entity:")
        path: tuple[str, ...] = (ref.root,)
        if not ref.field:
            return ref.type.nullable and path not in self._known
        for name in (*ref.via, ref.field):
            path = (*path, name)
            field = self._context.entities[entity].fields.get(name)
            if field is None:  # a collection: empty rather than null
                return False
            if field.type.nullable and path not in self._known:
                return True
            entity = field.type.of
        return self._root_may_be_null(ref)

    def _root_may_be_null(self, ref: EntityRef) -> bool:
        """Whether the row is an input that need not be sent."""
        return ref.root.startswith("input:") and ref.type.nullable and (ref.root,) not in self._known


def _surely_not_zero(expr: Expr) -> bool:
    return isinstance(expr, Literal) and expr.value is not None and float(expr.value) != 0
