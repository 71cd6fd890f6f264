"""`app/<entity>/filters.py`: the query parameters of a list."""

from __future__ import annotations

from collections.abc import Iterator

from generator.emit.listing import PAGE_PARAMETERS, ListFilter, list_filters, query_class
from generator.emit.python import Imports, docstring, literal
from generator.emit.sqltypes import annotation
from generator.expr.model import Type
from generator.ir.index import Index
from generator.ir.model import Entity

# In a query everything is text, so numbers and booleans are read more freely than in a body.
_WIRE_TYPES = {"uuid": "Id", "row": "Id", "date": "Date", "datetime": "Moment", "time": "Time"}
_TEXTS = ("string", "text", "email", "url")


def filters_text(index: Index, entity: Entity) -> str:
    """Return the module that holds an entity's query class."""
    things = entity.plural.replace("_", " ")
    fields = list(_Fields(index, entity).lines())
    lines = [
        docstring(f"Query parameters of a list of {things}."),
        "",
        fields.pop(0),
        "",
        "",
        f"#@ {entity.id}",
        *fields,
    ]
    return "\n".join(lines) + "\n"


class _Fields:
    """Spells the members of one query class."""

    def __init__(self, index: Index, entity: Entity) -> None:
        self._index = index
        self._entity = entity
        self._filters = list_filters(index, entity)
        taken = {f.attribute for f in self._filters}
        self._imports = Imports({query_class(entity), *taken, *PAGE_PARAMETERS})

    def lines(self) -> Iterator[str]:
        """Yield the imports as one text, then the lines of the class."""
        base = self._imports.symbol("app.runtime.endpoints", "ListQuery")
        doc = docstring(f"What a list of {self._entity.plural.replace('_', ' ')} can be asked for.")
        members = [*self._page(), *(self._filter(f) for f in self._filters)]
        yield self._imports.text()
        yield f"class {query_class(self._entity)}({base}):"
        yield from (f"    {line}" for line in (doc, "", *members))

    def _page(self) -> Iterator[str]:
        settings, listing = self._index.ir.infrastructure, self._entity.listing
        yield f"limit: {self._annotated('int', f'ge=1, le={settings.max_page_size}')} = {settings.page_size}"
        text = self._imports.builtin("str")
        if listing.sorts:
            known = f"Comma-separated, a minus for descending: {', '.join(listing.sorts)}"
            yield f"sort: {self._annotated(f'{text} | None', f'description={literal(known)}')} = None"
        if listing.search:
            yield f"q: {text} | None = None"

    def _filter(self, parameter: ListFilter) -> str:
        type_ = self._value_type(parameter.type)
        if parameter.type.nullable and parameter.type.name not in _TEXTS:
            annotated = self._imports.symbol("typing", "Annotated")
            type_ = f"{annotated}[{type_}, {self._imports.symbol('app.runtime.endpoints', 'OR_NULL')}]"
        if parameter.attribute == parameter.wire:
            return f"{parameter.attribute}: {type_} | None = None"
        field = self._imports.symbol("pydantic", "Field")
        return f"{parameter.attribute}: {type_} | None = {field}(None, alias={literal(parameter.wire)})"

    def _value_type(self, type_: Type) -> str:
        match type_.name:
            case "enum":
                return self._imports.symbol("app.enums", type_.of)
            case "int":
                return self._annotated(self._imports.builtin("int"), "ge=-2147483648, le=2147483647")
            case "decimal":
                annotated, number = self._imports.symbol("typing", "Annotated"), self._wire("PLAIN_NUMBER")
                return f"{annotated}[{self._imports.symbol('decimal', 'Decimal')}, {number}]"
            case name if name in _WIRE_TYPES:
                return self._wire(_WIRE_TYPES[name])
            case _:
                return self._imports.builtin(annotation(type_).name)

    def _wire(self, name: str) -> str:
        return self._imports.symbol("app.runtime.wire", name)

    def _annotated(self, type_: str, limits: str) -> str:
        annotated = self._imports.symbol("typing", "Annotated")
        return f"{annotated}[{type_}, {self._imports.symbol('pydantic', 'Field')}({limits})]"
