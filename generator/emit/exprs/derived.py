"""Derived fields in expressions: each is replaced by what it is computed from."""

from __future__ import annotations

import msgspec

from generator.emit.exprs.walk import bindings
from generator.expr.model import (
    BOOL,
    INT,
    NULL,
    AggregateExpr,
    ArithmeticExpr,
    CallExpr,
    ComparisonExpr,
    EntityRef,
    ExistsExpr,
    Expr,
    Literal,
    OldExpr,
    Type,
)
from generator.expr.rewrite import replace_parts
from generator.ir.index import Index
from generator.ir.model import Field, Managed


def expand(expr: Expr, index: Index) -> Expr:
    """Return the expression over stored fields only; element rows get names of their own."""
    return _Expansion(index, bindings(expr)).expand(expr)


class _Expansion:
    """One expansion: hands out names of element rows that nothing else has."""

    def __init__(self, index: Index, taken: set[str]) -> None:
        self._index = index
        self._taken = set(taken)

    def expand(self, expr: Expr) -> Expr:
        if isinstance(expr, OldExpr):
            return self._before(expr)
        if isinstance(expr, EntityRef):
            field = self._derived(expr)
            return _shortened(expr) if field is None else self._inlined(expr, field)
        return replace_parts(expr, self.expand)

    def _before(self, expr: OldExpr) -> Expr:
        """Compute a derived value from what was there; null if its row was not."""
        ref = expr.operand
        field = self._derived(ref)
        if field is None or field.value is None:
            return expr
        value = settled(self._moved(field.value, ref, {}), field.type)
        aged = self._aged(value, nullable=expr.type.nullable)
        return _if_it_was_there(ref, aged) if expr.type.nullable and not _is_strict(value) else aged

    def _aged(self, expr: Expr, *, nullable: bool) -> Expr:
        """Return an expression with every field as it was."""
        if isinstance(expr, EntityRef):
            type_ = msgspec.structs.replace(expr.type, nullable=nullable or expr.type.nullable)
            return self._before(OldExpr(expr, type_))
        if isinstance(expr, ExistsExpr) and isinstance(expr.target, EntityRef):
            row = OldExpr(expr.target, msgspec.structs.replace(expr.target.type, nullable=True))
            return ComparisonExpr("==" if expr.negated else "!=", row, Literal(None, NULL), BOOL)
        return replace_parts(expr, lambda part: self._aged(part, nullable=nullable))

    def _derived(self, ref: EntityRef) -> Field | None:
        entity = self._index.hop(ref.entity.removeprefix("entity:"), ref.via)
        if not ref.field or not self._index.has_field(entity, ref.field):
            return None
        field = self._index.field(entity, ref.field)
        return field if field.managed is Managed.DERIVED else None

    def _inlined(self, ref: EntityRef, field: Field) -> Expr:
        assert field.value is not None  # noqa: S101 - a derived field has a value
        value = self.expand(settled(self._moved(field.value, ref, {}), field.type))
        may_be_absent = ref.type.nullable and (ref.via or ref.root.startswith("input:"))
        if not may_be_absent:
            return value
        return _maybe(value) if _is_strict(value) else _if_there(ref, value)

    def _moved(self, expr: Expr, place: EntityRef, renamed: dict[str, str]) -> Expr:
        """Return `expr`, rooted at "self", as seen from the row that holds `place`."""
        if isinstance(expr, EntityRef):
            return _seen_from(expr, place, renamed)
        if isinstance(expr, AggregateExpr):
            name = self._fresh(expr.binding)
            renamed = {**renamed, expr.binding: name}
            expr = msgspec.structs.replace(expr, binding=name)
        return replace_parts(expr, lambda part: self._moved(part, place, renamed))

    def _fresh(self, wanted: str) -> str:
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}.{number}", number + 1
        self._taken.add(name)
        return name


def _shortened(ref: EntityRef) -> EntityRef:
    """Return `a.b.id` as the reference `a.b`: the same value, and no row to be read."""
    if ref.field != "id" or not ref.via:
        return ref
    *via, last = ref.via
    return EntityRef(ref.entity, last, tuple(via), ref.root, Type("row", nullable=ref.type.nullable))


def _seen_from(ref: EntityRef, place: EntityRef, renamed: dict[str, str]) -> EntityRef:
    new = msgspec.structs.replace
    if ref.root != "self":
        return new(ref, root=renamed.get(ref.root, ref.root))
    if not ref.field and place.via:
        *via, last = place.via
        return EntityRef(place.entity, last, tuple(via), place.root, ref.type)
    return new(ref, entity=place.entity, via=(*place.via, *ref.via), root=place.root)


def _if_there(ref: EntityRef, value: Expr) -> Expr:
    """Return the value, null when there is no row that it would be computed from."""
    row = Type("row", nullable=True)
    *via, last = ref.via or ("",)
    there = ExistsExpr(EntityRef(ref.entity, last, tuple(via), ref.root, row))
    nullable = msgspec.structs.replace(value.type, nullable=True)
    return CallExpr("if", (there, value, Literal(None, NULL)), nullable)


def _maybe(value: Expr) -> Expr:
    """Return a condition that is null when there is no row as one that says so."""
    if not isinstance(value, ComparisonExpr):
        return value
    return msgspec.structs.replace(value, type=msgspec.structs.replace(value.type, nullable=True))


def _if_it_was_there(ref: EntityRef, value: Expr) -> Expr:
    """Return the value, null when its row was not there before."""
    key = msgspec.structs.replace(ref, field="id", type=Type("uuid", nullable=True))
    there = ComparisonExpr("!=", OldExpr(key, key.type), Literal(None, NULL), BOOL)
    return CallExpr(
        "if", (there, value, Literal(None, NULL)), msgspec.structs.replace(value.type, nullable=True)
    )


def _is_strict(expr: Expr) -> bool:
    """Whether the value is surely null when the row is not there."""
    match expr:
        case EntityRef():
            return True
        case ArithmeticExpr(left=left, right=right):
            return _is_strict(left) or _is_strict(right)
        case ComparisonExpr(left=left, right=right):
            null_test = isinstance(right, Literal) and right.value is None
            return not null_test and (_is_strict(left) or _is_strict(right))
        case CallExpr(name=name, args=args):
            return name not in ("coalesce", "if") and any(_is_strict(a) for a in args)
        case _:
            return False


def settled(expr: Expr, type_: Type) -> Expr:
    """Return the value as a field of this type holds it: a decimal is rounded to the field's scale."""
    if type_.name != "decimal":
        return expr
    result = msgspec.structs.replace(type_, nullable=expr.type.nullable)
    return CallExpr("round", (expr, Literal(type_.scale, INT)), result)
