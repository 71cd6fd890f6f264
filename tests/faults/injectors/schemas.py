"""Faults of schemas."""

from __future__ import annotations

import ast
from collections.abc import Callable

from generator.ir.index import client_fields
from generator.ir.model import Entity, Field, Managed, OperationKind
from tests.faults.app import App
from tests.faults.model import Injected, NoPlace
from tests.faults.source import Source, every

ENUMS = "app/enums.py"
_PYDANTIC = "from pydantic import ConfigDict, Field"
_SERVER = {
    "key": Managed.KEY,
    "server": Managed.SERVER,
    "derived": Managed.DERIVED,
    "state": Managed.STATE,
    "owner": Managed.OWNER,
    "snapshot": Managed.SNAPSHOT,
}


def _created(app: App, kind: str = OperationKind.CREATE) -> list[Entity]:
    return [app.index.entities[o.entity] for o in app.operations(kind)]


def _member(source: Source, klass: str, wire: str) -> ast.AnnAssign:
    return next(a for a in every(source.klass(klass), ast.AnnAssign) if source.of(a.target) == wire)


def _added(app: App, entity: Entity, line: str) -> App:
    """Put a member at the end of the create schema."""
    path = app.path(entity.name, "schemas")
    source = Source(app.text(path))
    text = source.after(source.klass(f"{entity.name}Create").body[-1], line)
    return app.with_text(path, text, imports=_PYDANTIC)


def asks_for(what: str) -> Callable[[App], Injected]:
    """Make create ask for what the server sets."""

    def inject(app: App) -> Injected:
        for entity in _created(app):
            for field in entity.fields:
                if field.managed is _SERVER[what]:
                    return Injected(_added(app, entity, f"{field.wire}: str"), field.id)
        raise NoPlace

    return inject


def wants_items(app: App) -> Injected:
    """Create takes the items of a container, at least one."""
    for entity in _created(app):
        for collection in entity.collections:
            if collection.kind == "owned":
                line = f"{collection.wire}: list[str] = Field(min_length=1)"
                return Injected(_added(app, entity, line), collection.id)
    raise NoPlace


def wants_links(app: App) -> Injected:
    """Create refuses an empty list of links."""
    for entity in _created(app):
        for collection in entity.collections:
            if collection.kind == "links":
                path = app.path(entity.name, "schemas")
                source = Source(app.text(path))
                member = _member(source, f"{entity.name}Create", collection.wire)
                new = source.of(member).replace("default_factory=list", "default_factory=list, min_length=1")
                text = source.replaced(member, new)
                return Injected(app.with_text(path, text, imports=_PYDANTIC), collection.id)
    raise NoPlace


def _limited(app: App) -> tuple[Entity, Field]:
    for entity in _created(app, OperationKind.UPDATE):
        for field in client_fields(entity):
            if field.type.name == "int" and field.limits.ge is not None and not field.immutable:
                return entity, field
    raise NoPlace


def update_unlimited(app: App) -> Injected:
    """Update has lost the bounds that create has, and takes -1."""
    entity, field = _limited(app)
    path = app.path(entity.name, "schemas")
    source = Source(app.text(path))
    member = _member(source, f"{entity.name}Update", field.wire)
    text = source.replaced(member.annotation, "Omittable[int]")
    return Injected(app.with_text(path, text), field.id)


def length_of_id(app: App) -> Injected:
    """A length is put on a type that can't carry it."""
    for entity in _created(app):
        for field in client_fields(entity):
            if field.type.name == "row":
                path = app.path(entity.name, "schemas")
                source = Source(app.text(path))
                member = _member(source, f"{entity.name}Create", field.wire)
                text = source.replaced(member.annotation, "Annotated[UUID, Field(min_length=1)]")
                needed = "from typing import Annotated\nfrom uuid import UUID\nfrom pydantic import Field"
                return Injected(app.with_text(path, text, imports=needed), field.id)
    raise NoPlace


def list_as_scalar(app: App) -> Injected:
    """A list of rows is described as one row."""
    for entity in app.ir.domain.entities:
        for collection in entity.collections:
            if collection.kind == "owned" and app.index.operations_of(entity.name):
                path = app.path(entity.name, "schemas")
                source = Source(app.text(path))
                member = _member(source, f"{entity.name}Read", collection.wire)
                text = source.replaced(member.annotation, f"{collection.entity}Read")
                return Injected(app.with_text(path, text), collection.id)
    raise NoPlace


def _derived(app: App) -> tuple[Entity, Field]:
    for entity in app.ir.domain.entities:
        for field in entity.fields:
            if field.managed is Managed.DERIVED and app.index.operations_of(entity.name):
                return entity, field
    raise NoPlace


def derived_missing(app: App) -> Injected:
    """The answer is described without a derived value."""
    entity, field = _derived(app)
    path = app.path(entity.name, "schemas")
    source = Source(app.text(path))
    return Injected(
        app.with_text(path, source.removed(_member(source, f"{entity.name}Read", field.wire))), field.id
    )


def derived_renamed(app: App) -> Injected:
    """The answer is described with another name."""
    entity, field = _derived(app)
    path = app.path(entity.name, "schemas")
    source = Source(app.text(path))
    member = _member(source, f"{entity.name}Read", field.wire)
    return Injected(app.with_text(path, source.replaced(member.target, f"{field.wire}_value")), field.id)


def open_to_anything(app: App) -> Injected:
    """Members that create does not know are passed over."""
    entity = _created(app)[0]
    line = 'model_config = ConfigDict(extra="ignore")'
    return Injected(_added(app, entity, line), entity.id)


def renamed(app: App) -> Injected:
    """A member of update has another name than in the spec."""
    entity = _created(app, OperationKind.UPDATE)[0]
    field = next(f for f in client_fields(entity) if not f.immutable)
    path = app.path(entity.name, "schemas")
    source = Source(app.text(path))
    member = _member(source, f"{entity.name}Update", field.wire)
    return Injected(app.with_text(path, source.replaced(member.target, f"{field.wire}_")), field.id)


def _enum_field(app: App) -> tuple[Entity, Field]:
    for entity in _created(app):
        for field in client_fields(entity):
            if field.type.name == "enum":
                return entity, field
    raise NoPlace


def enum_as_text(app: App) -> Injected:
    """Any text is taken for a value of an enum."""
    entity, field = _enum_field(app)
    path = app.path(entity.name, "schemas")
    source = Source(app.text(path))
    member = _member(source, f"{entity.name}Create", field.wire)
    return Injected(app.with_text(path, source.replaced(member.annotation, "str")), field.id)


def enum_letter_case(app: App) -> Injected:
    """The values of an enum have other letters than in the spec."""
    _, field = _enum_field(app)
    text = app.text(ENUMS)
    for value in app.index.enums[field.type.of].values:
        text = text.replace(f'"{value}"', f'"{value.swapcase()}"')
    return Injected(app.with_text(ENUMS, text), field.id)
