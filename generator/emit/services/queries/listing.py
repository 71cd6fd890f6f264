"""The list of an entity: its filters, order and search as one `Listing`."""

from __future__ import annotations

from collections.abc import Iterator

from generator.emit.exprs.derived import expand
from generator.emit.listing import ListFilter, list_filters
from generator.emit.python import literal
from generator.emit.services.queries.module import Module
from generator.emit.services.queries.statements import Statements
from generator.expr.model import EntityRef
from generator.expr.walk import refs
from generator.ir.model import Field, Managed


def listing(module: Module, statements: Statements) -> str:
    """Return the source of the entity's `Listing`."""
    return _Listing(module, statements).text()


class _Listing:
    def __init__(self, module: Module, statements: Statements) -> None:
        self._module = module
        self._entity = module.entity
        self._options = module.entity.listing
        self._statements = statements

    def text(self) -> str:
        """Return the call."""
        name = self._module.imports.symbol("app.runtime.pagination", "Listing")
        arguments = [self._statements.below_owner(), *self._arguments()]
        return f"{name}({', '.join(arguments)})"

    def _arguments(self) -> Iterator[str]:
        yield f"key={self._module.own}.c.id"
        yield f"filters={{{', '.join(self._filters())}}}"
        yield f"sorts={{{', '.join(self._sorts())}}}"
        if self._options.default_sort:
            yield f"default_sort={_tuple([literal(key) for key in self._options.default_sort])}"
        if self._options.search:
            yield f"search={_tuple([self._value(self._field(n)) for n in self._options.search])}"
        if self._options.default_filter is not None:
            full = expand(self._options.default_filter, self._module.index)
            yield f"default={self._module.text(full, self._module.own)}"
            yield f"unless={_tuple([literal(name) for name in self._unless()])}"

    def _field(self, name: str) -> Field:
        return self._module.index.field(self._entity.name, name)

    def _value(self, field: Field) -> str:
        """Return the column, or what a derived field is computed from, as something with methods."""
        if field.managed is not Managed.DERIVED:
            return self._module.column(field)
        whole = EntityRef(self._entity.id, field.name, type=field.type)
        return f"({self._module.text(expand(whole, self._module.index), self._module.own)})"

    def _filters(self) -> Iterator[str]:
        by_wire = {self._field(n).wire: self._field(n) for n in self._options.filters}
        for parameter in list_filters(self._module.index, self._entity):
            field, operator = _meaning(parameter, by_wire)
            value = self._value(field)
            bind = self._bind(parameter, field)
            yield f"{literal(parameter.wire)}: {value} {operator} {bind}"
            if operator == "==" and field.type.nullable:
                yield f"{literal(f'{parameter.wire}=null')}: {value}.is_(None)"

    def _bind(self, parameter: ListFilter, field: Field) -> str:
        name = f"{parameter.wire}_"  # no row of the path is called so
        if field.managed is Managed.DERIVED:
            return self._module.printer.bind(name, field.type)
        return f"{self._module.sa('bindparam')}({literal(name)})"

    def _sorts(self) -> Iterator[str]:
        names = [*self._options.sorts, *(k.removeprefix("-") for k in self._options.default_sort)]
        for name in dict.fromkeys(names):
            yield f"{literal(name)}: {self._value(self._field(name))}"

    def _unless(self) -> list[str]:
        """Return the filters that switch the default filter off: those of a field that it reads."""
        assert self._options.default_filter is not None  # noqa: S101 - asked for only then
        read = {
            r.via[0] if r.via else r.field for r in refs(self._options.default_filter) if r.root == "self"
        }
        by_wire = {self._field(n).wire: self._field(n) for n in self._options.filters}
        parameters = list_filters(self._module.index, self._entity)
        return [p.wire for p in parameters if _meaning(p, by_wire)[0].name in read]


def _meaning(parameter: ListFilter, fields: dict[str, Field]) -> tuple[Field, str]:
    """Return the field that a filter is about, and its operator."""
    if parameter.wire in fields:
        return fields[parameter.wire], "=="
    name, end = parameter.wire[:-4], parameter.wire[-4:]
    return fields[name], ">=" if end == "_min" else "<="


def _tuple(items: list[str]) -> str:
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
