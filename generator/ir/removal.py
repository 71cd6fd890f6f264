"""Whether a rule that holds can be broken by the removal of a row that it reads."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal as OneOf

from generator.expr.model import (
    AggregateExpr,
    ArithmeticExpr,
    BooleanExpr,
    CallExpr,
    ComparisonExpr,
    EntityRef,
    Expr,
    Literal,
    Type,
)
from generator.expr.walk import walk
from generator.ir.lower_context import EntityDraft
from generator.ir.model import Field, Managed

_Trend = OneOf["same", "less", "more", "any"]
_NUMBERS = ("int", "decimal", "float")
_FLIPPED: dict[_Trend, _Trend] = {"same": "same", "less": "more", "more": "less", "any": "any"}


class Removal:
    """What becomes of expressions when a row of a collection goes; "less" and "more" include null."""

    def __init__(self, entities: Mapping[str, EntityDraft]) -> None:
        self._entities = entities

    def breaks(self, expr: Expr) -> bool:
        """Whether a condition that holds may be broken; True where that can't be seen."""
        match expr:
            case BooleanExpr(operands=operands):
                return any(self.breaks(o) for o in operands)
            case ComparisonExpr(op="<" | "<=", left=left, right=right):
                return not self._falls(left, right)
            case ComparisonExpr(op=">" | ">=", left=left, right=right):
                return not self._falls(right, left)
            case AggregateExpr(op="all", value=value, where=where):
                return any(self._trend(e) != "same" for e in (value, where) if e is not None)
            case _:
                return self._trend(expr) != "same"

    def _falls(self, left: Expr, right: Expr) -> bool:
        """Whether the left side never grows beside the right one."""
        return self._trend(left) in ("same", "less") and self._trend(right) in ("same", "more")

    def _trend(self, expr: Expr) -> _Trend:
        match expr:
            case EntityRef():
                field = self._field(expr)
                derived = field is not None and field.managed is Managed.DERIVED and field.value
                return self._trend(derived) if derived else "same"
            case AggregateExpr():
                return self._of_rows(expr)
            case ArithmeticExpr(op="+" | "-" as op, left=left, right=right):
                second = self._trend(right)
                return _together(self._trend(left), second if op == "+" else _FLIPPED[second])
            case CallExpr(name="round", args=(value, Literal())):
                return self._trend(value)
            case _:
                parts = (e for e in walk(expr) if e is not expr)
                return "any" if any(self._trend(e) != "same" for e in parts) else "same"

    def _of_rows(self, expr: AggregateExpr) -> _Trend:
        fixed = all(self._trend(e) == "same" for e in (expr.value, expr.where) if e is not None)
        match expr.op:
            case "count" | "max" if fixed:
                return "less"
            case "min" if fixed:
                return "more"
            case "sum" if expr.value is not None and self._positive(expr.value):
                where = expr.where is None or self._trend(expr.where) == "same"
                return "less" if where and self._trend(expr.value) in ("same", "less") else "any"
            case _:
                return "any"

    def _positive(self, expr: Expr) -> bool:
        """Whether a number is never below zero."""
        match expr:
            case Literal(value=value):
                return _at_least_zero(value, expr.type)
            case EntityRef():
                field = self._field(expr)
                return field is not None and self._positive_field(field)
            case ArithmeticExpr(op="+" | "*", left=left, right=right):
                return self._positive(left) and self._positive(right)
            case AggregateExpr(op="count"):
                return True
            case AggregateExpr(op="sum", value=value):
                return value is not None and self._positive(value)
            case CallExpr(name="round", args=(value, Literal())):
                return self._positive(value)
            case _:
                return False

    def _positive_field(self, field: Field) -> bool:
        if field.managed is Managed.DERIVED:
            return field.value is not None and self._positive(field.value)
        least = field.limits.ge if field.limits.ge is not None else field.limits.gt
        return _at_least_zero(least, field.type)

    def _field(self, ref: EntityRef) -> Field | None:
        entity = ref.entity.removeprefix("entity:")
        for name in ref.via:
            entity = self._entities[entity].fields[name].type.of
        return self._entities[entity].fields.get(ref.field)


def _at_least_zero(value: object, type_: Type) -> bool:
    """Whether a number, written canonically, is not below zero."""
    return type_.name in _NUMBERS and value is not None and Decimal(str(value)) >= 0


def _together(left: _Trend, right: _Trend) -> _Trend:
    if "same" in (left, right):
        return right if left == "same" else left
    return left if left == right else "any"
