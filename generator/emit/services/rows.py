"""Making a new row: what is given, then defaults, states, counters and snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import msgspec

from generator.emit.exprs.derived import expand
from generator.emit.exprs.fold import substituted
from generator.emit.python import attribute
from generator.emit.services.function import Function
from generator.emit.services.queries import next_name
from generator.emit.sqltypes import initial_value
from generator.expr.model import INT, CallExpr, ContextRef, EntityRef, Expr, Literal
from generator.expr.walk import refs
from generator.ir.index import stored_fields
from generator.ir.model import Entity, Field, Managed

_NULL = "None"


class NewRow:
    """The constructor call of one new row."""

    def __init__(self, function: Function, entity: Entity) -> None:
        self._function = function
        self._entity = entity
        self.codes: dict[str, str] = {}
        self.exprs: dict[str, Expr] = {}

    def give(self, field: str, code: str, expr: Expr | None = None) -> None:
        """Set a field; the expression says it over rows that are here, for snapshots that read it."""
        self.codes[field] = code
        if expr is not None:
            self.exprs[field] = expr

    def text(self) -> str:
        """Return the constructor call."""
        fields = stored_fields(self._entity)
        codes = {f.name: self._code(f) for f in sorted(fields, key=lambda f: f.managed is Managed.SNAPSHOT)}
        arguments = [f"{attribute(f.wire)}={codes[f.name]}" for f in fields]
        return f"{self._function.home.model(self._entity.name)}({', '.join(arguments)})"

    def _code(self, field: Field) -> str:
        if field.name in self.codes:
            return self.codes[field.name]
        match field.managed:
            case Managed.KEY:
                return f"{self._function.home.runtime('ids', 'new_id')}()"
            case Managed.COUNTER:
                return self._counter(field)
            case Managed.SNAPSHOT if field.value is not None:
                value = expand(field.value, self._function.index)
                see = partial(seen_from, given=self.exprs)
                self._function.compute(value, see=see)
                seen = see(value)
                self.exprs[field.name] = _as_stored(seen, field)  # later snapshots may read it
                return self._function.exprs().stored(seen, field.type)
            case _:
                return self._default(field)

    def _default(self, field: Field) -> str:
        value = initial_value(self._entity, field)
        if value is None:
            return _NULL
        self.exprs[field.name] = value
        return self._function.exprs().stored(value, field.type)

    def _counter(self, field: Field) -> str:
        statement = f"{self._function.home.queries(self._entity.name)}.{next_name(field)}"
        if field.counter_per:
            per = self._function.index.field(self._entity.name, field.counter_per)
            statement += f", {per.wire}={self.codes[per.name]}"
        number = f"await tx.fetch_value({statement})"
        return self._named(field, number) if self._is_read(field) else number

    def _named(self, field: Field, number: str) -> str:
        """Give the number a variable, which snapshots read like an input."""
        variable = self._function.variable(field.wire)
        self._function.body.bind(variable, number)
        self._function.inputs[f"new:{variable}"] = variable
        self.exprs[field.name] = ContextRef("input", f"new:{variable}", field.type)
        return variable

    def _is_read(self, field: Field) -> bool:
        """Whether a snapshot of the row reads the field."""
        values = [
            f.value for f in self._entity.fields if f.managed is Managed.SNAPSHOT and f.value is not None
        ]
        read = [ref for value in values for ref in refs(expand(value, self._function.index))]
        return any(ref.root == "self" and (*ref.via, ref.field)[0] == field.name for ref in read)


def _as_stored(expr: Expr, field: Field) -> Expr:
    """Return what a field keeps of a value: decimals are rounded to their scale."""
    if field.type.name != "decimal":
        return expr
    return CallExpr("round", (expr, Literal(field.type.scale, INT)), field.type)


def seen_from(expr: Expr, given: Mapping[str, Expr]) -> Expr:
    """Return an expression over a new row ("self") as one over the rows that it is made from."""
    return substituted(expr, lambda ref: _seen(ref, given) if ref.root == "self" else ref)


def _seen(ref: EntityRef, given: Mapping[str, Expr]) -> Expr:
    first, *rest = (*ref.via, ref.field)
    base = given.get(first, Literal(None, ref.type))
    if not rest or not isinstance(base, EntityRef):
        return base
    hops = (*base.via, base.field) if base.field else base.via
    *via, field = (*hops, *rest)
    return msgspec.structs.replace(ref, entity=base.entity, root=base.root, via=tuple(via), field=field)


def touch(function: Function, entity: Entity, row: str) -> None:
    """Set the touched fields of a row that is written."""
    for field in entity.fields:
        if field.managed is Managed.TOUCHED and field.default is not None:
            value = function.exprs().stored(field.default, field.type)
            function.body.line(f"{row}.{attribute(field.wire)} = {value}")
