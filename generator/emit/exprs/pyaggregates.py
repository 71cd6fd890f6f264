"""Aggregates over loaded collections as Python comprehensions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from generator.core.names import plural, words
from generator.emit.exprs.names import Names
from generator.emit.exprs.pycode import (
    ATOM,
    COMPARE,
    OR,
    TRUE,
    Code,
    Value,
    call,
    conjunction,
    negation,
    present,
    sure,
    ternary,
)
from generator.emit.exprs.sqllower import UnsupportedError
from generator.expr.model import BOOL, AggregateExpr, EntityRef, Expr, Literal

_NUMBERS = "app.runtime.numbers"


class Printer(Protocol):
    """What aggregates need of the printer of expressions."""

    names: Names

    def val(self, expr: Expr) -> Value:
        """Return the value and where it may be None."""
        ...

    def truth(self, expr: Expr, *, want: bool, null: bool) -> Code:
        """Return a condition."""
        ...

    def inside(self, binding: str, name: str) -> Printer:
        """Return the printer inside a comprehension over rows called `name`."""
        ...


class Aggregates:
    """Prints folds and quantifiers."""

    def __init__(self, outer: Printer, rows: Callable[[EntityRef], Value]) -> None:
        self._outer = outer
        self._rows = rows
        self._imports = outer.names.imports

    def collection(self, ref: EntityRef) -> Code:
        """Return a loaded collection; empty when a hop on the way is None."""
        rows = self._rows(ref)
        return ternary(rows.code, conjunction(present(rows.hops)), Code("[]", ATOM))

    def quantified(self, expr: AggregateExpr, *, want: bool, null: bool) -> Code:
        """Return whether any / all of the rows are so, by polarity."""
        assert expr.value is not None  # noqa: S101 - any and all have one
        source = _loaded(expr)
        if isinstance(expr.value, Literal) and expr.value.value is True and expr.where is None:
            if expr.op == "any":
                return self._nonempty(source, want=want)
            return TRUE if want else negation(TRUE)
        inner, loop = self._loop(expr.binding, source)
        if expr.value == Literal(True, BOOL) and expr.op == "any" and expr.where is not None:
            there = call(
                self._imports.builtin("any"), f"{inner.truth(expr.where, want=True, null=False).text} {loop}"
            )
            return there if want else negation(there)
        condition = inner.truth(expr.value, want=want, null=null)
        tests = [] if expr.where is None else [inner.truth(expr.where, want=True, null=False)]
        function = self._imports.builtin("any" if (expr.op == "any") is want else "all")
        return call(function, f"{condition.text} {loop}{_filter(tests)}")

    def _nonempty(self, source: EntityRef, *, want: bool) -> Code:
        rows = self.collection(source)
        if not want:
            return negation(rows)
        return Code(f"{call(self._imports.builtin('len'), rows.text).text} > 0", COMPARE)

    def folded(self, expr: AggregateExpr) -> Value:
        """Return a count, sum, extreme or mean."""
        source = _loaded(expr)
        if expr.op == "count" and expr.where is None:
            return Value(call(self._imports.builtin("len"), self.collection(source).text))
        inner, loop = self._loop(expr.binding, source)
        tests = [] if expr.where is None else [inner.truth(expr.where, want=True, null=False)]
        if expr.op == "count":
            return Value(call(self._imports.builtin("sum"), f"1 {loop}{_filter(tests)}"))
        assert expr.value is not None  # noqa: S101 - only a count has none
        element = sure(inner.val(expr.value), inner.names.fresh)
        tests += present(element.subjects)
        return self._fold(expr, f"{element.code.text} {loop}{_filter(tests)}")

    def _fold(self, expr: AggregateExpr, elements: str) -> Value:
        kind = expr.type.name
        match expr.op:
            case "sum" if kind == "int":
                return Value(call(self._imports.builtin("sum"), elements))
            case "sum":
                start = f"{self._imports.symbol('decimal', 'Decimal')}(0)" if kind == "decimal" else "0.0"
                return Value(call(self._imports.builtin("sum"), f"({elements})", start))
            case "min" | "max":
                function = self._imports.builtin(expr.op)
                return Value(call(function, f"({elements})", "default=None"), (), maybe=True)
            case "avg":
                function = "float_average" if kind == "float" else "average"
                return Value(call(self._imports.symbol(_NUMBERS, function), elements), (), maybe=True)
            case op:
                raise UnsupportedError(f"{op} is no fold of values")

    def _loop(self, binding: str, source: EntityRef) -> tuple[Printer, str]:
        name = self._outer.names.free(element_name(source.field, source.type.of))
        return self._outer.inside(binding, name), f"for {name} in {self.collection(source).within(OR)}"


def _loaded(expr: AggregateExpr) -> EntityRef:
    if not isinstance(expr.source, EntityRef):
        raise UnsupportedError(f"all rows of {expr.source.entity} are not loaded: SQL computes this")
    return expr.source


def element_name(collection: str, entity: str) -> str:
    """Return what one row of a collection is called: `item` in `items`, else its entity's name."""
    parts = words(entity)
    endings = ["_".join(parts[n:]) for n in range(len(parts))]
    return next((e for e in endings if plural(e) == collection), endings[0])


def _filter(tests: list[Code]) -> str:
    condition = conjunction(tests)
    return "" if condition == TRUE else f" if {condition.within(OR)}"
