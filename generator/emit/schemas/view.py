"""What the template of a schemas module is filled from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from generator.core.names import pascal, words
from generator.emit.python import Imports, attribute, docstring, free_name, module
from generator.emit.schemas.members import Member, MemberWriter
from generator.emit.schemas.types import WIRE, TypeWriter, Value
from generator.expr.model import Type
from generator.ir.index import Index, client_fields, updatable_fields
from generator.ir.model import Collection, Entity, Field, Flow, OperationKind


def flow_input_name(entity: str, flow: str) -> str:
    """Return the name of the schema of a flow's inputs."""
    return f"{entity}{pascal(flow)}Input"


def schemas_view(entity: Entity, index: Index) -> dict[str, Any]:
    """Return the view of one schemas module."""
    return _Module(entity, index).view()


class _Module:
    """Builds one schemas module: named types of what clients send, then the classes that use them."""

    def __init__(self, entity: Entity, index: Index) -> None:
        self._entity = entity
        self._index = index
        operations = index.operations_of(entity.name)
        self._kinds = {o.kind for o in operations}
        self._flows = [index.flows[o.flow] for o in operations if o.flow and index.flows[o.flow].inputs]
        self._named = self._name_types()
        self._imports = Imports(self._bound_names())
        self._types = TypeWriter(self._imports)
        self._members = MemberWriter(self._imports, self._types)

    def _sent(self) -> list[Value]:
        if not self._kinds & {OperationKind.CREATE, OperationKind.UPDATE}:
            return []
        return [Value(f.name, f.type, f.limits) for f in client_fields(self._entity)]

    def _class_names(self) -> list[str]:
        name = self._entity.name
        flows = [flow_input_name(name, f.name) for f in self._flows]
        return [f"{name}{kind}" for kind in ("Create", "Update", "Read", "Page")] + flows

    def _name_types(self) -> dict[str, str]:
        """Give each client field whose type needs more than one word a name that is free."""
        taken = {*self._class_names(), *(f.type.of for f in self._entity.fields)}
        plain = TypeWriter(Imports())
        named: dict[str, str] = {}
        for value in self._sent():
            if not plain.is_shared(value):
                named[value.name] = free_name(pascal(value.name), taken)
                taken.add(named[value.name])
        return named

    def _bound_names(self) -> set[str]:
        members = {attribute(f.wire) for f in self._entity.fields}
        members |= {attribute(c.wire) for c in self._entity.collections}
        members |= {attribute(i.wire) for f in self._flows for i in f.inputs}
        return members | set(self._class_names()) | set(self._named.values())

    def view(self) -> dict[str, Any]:
        """Return everything that the template prints."""
        fields = {f.name: f for f in self._entity.fields}
        aliases = [
            {"node": fields[v.name].id, "line": f"{self._named[v.name]} = {self._types.checked(v)}"}
            for v in self._sent()
            if v.name in self._named
        ]
        classes = list(self._classes())
        title = docstring(f"What goes over the wire about {' '.join(words(self._entity.plural))}.")
        return {"title": title, "aliases": aliases, "classes": classes, "imports": self._imports.text()}

    def _classes(self) -> Iterable[dict[str, Any]]:
        if OperationKind.CREATE in self._kinds:
            yield self._create()
        if OperationKind.UPDATE in self._kinds:
            yield self._update()
        yield self._read()
        if OperationKind.LIST in self._kinds:
            yield self._page()
        for flow in self._flows:
            yield self._input(flow)

    def _class(self, suffix: str, doc: str, members: list[dict[str, str]]) -> dict[str, Any]:
        name = f"{self._entity.name}{suffix}"
        base = self._imports.symbol(WIRE, "Schema")
        return {
            "node": self._entity.id,
            "name": name,
            "base": base,
            "doc": docstring(doc),
            "members": members,
        }

    @property
    def _words(self) -> str:
        return " ".join(words(self._entity.name))

    def _create(self) -> dict[str, Any]:
        members = [self._members.given(self._field(f)) for f in client_fields(self._entity)]
        members += [self._members.line(c.id, c.wire, self._members.ids, "[]") for c in self._links()]
        return self._class("Create", f"What makes a new {self._words}.", members)

    def _update(self) -> dict[str, Any]:
        members = [self._members.optional(self._field(f)) for f in updatable_fields(self._entity)]
        for links in self._links():
            given = Member(links.id, links.wire, self._members.ids, Type("rows"))
            members.append(self._members.optional(given))
        return self._class("Update", f"What changes of a {self._words}; what is left out stays.", members)

    def _input(self, flow: Flow) -> dict[str, Any]:
        members = [
            self._members.given(
                Member(i.id, i.wire, self._types.checked(Value(i.name, i.type, i.limits)), i.type, i.default)
            )
            for i in flow.inputs
        ]
        doc = flow.description or f"What {' '.join(words(flow.name))} needs to know."
        return {**self._class(f"{pascal(flow.name)}Input", doc, members), "node": flow.id}

    def _read(self) -> dict[str, Any]:
        members = [
            self._members.line(f.id, f.wire, self._types.plain(f.type), "", f.description)
            for f in self._entity.fields
        ]
        members += [self._nested(c) for c in self._entity.collections]
        return self._class("Read", self._entity.description or f"A {self._words} as it is answered.", members)

    def _nested(self, collection: Collection) -> dict[str, str]:
        if collection.kind == "links":
            element = self._imports.symbol("uuid", "UUID")
        else:
            other = self._index.entities[collection.entity]
            element = self._imports.symbol(module(other.snake, "schemas"), f"{other.name}Read")
        items = f"{self._imports.builtin('list')}[{element}]"
        return self._members.line(collection.id, collection.wire, items, "")

    def _page(self) -> dict[str, Any]:
        page = f"{self._types.wire('Page')}[{self._entity.name}Read]"
        made = self._class("Page", f"A page of {' '.join(words(self._entity.plural))}.", [])
        return {**made, "base": page}

    def _links(self) -> list[Collection]:
        return [c for c in self._entity.collections if c.kind == "links"]

    def _field(self, field: Field) -> Member:
        written = self._named.get(field.name)
        if written is None:
            written = self._types.checked(Value(field.name, field.type, field.limits))
        return Member(field.id, field.wire, written, field.type, field.default, field.description)
