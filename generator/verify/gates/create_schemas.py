"""Gate: create asks for what clients give and nothing else; update for the same, all of it optional."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from generator.emit.python import module_path
from generator.ir.index import client_fields, updatable_fields
from generator.ir.model import Entity, Field, OperationKind
from generator.verify.gates.build import Build
from generator.verify.gates.members import line_of, schemas_of
from generator.verify.model import Finding


class _Schema(msgspec.Struct, frozen=True):
    """A class that a client's body is read with, and what it should hold."""

    path: str
    name: str
    entity: Entity
    document: dict[str, Any]
    sent: dict[str, str]  # wire name -> node
    required: frozenset[str]


def check(build: Build) -> list[Finding]:
    """Compare the JSON schemas of the bodies with the IR."""
    schemas = schemas_of(build)
    found = []
    for operation in build.ir.api.operations:
        entity = build.index.entities[operation.entity]
        if operation.kind is OperationKind.CREATE:
            found += _check(build, schemas, entity, "Create", client_fields(entity))
        elif operation.kind is OperationKind.UPDATE:
            found += _check(build, schemas, entity, "Update", updatable_fields(entity))
    return found


def _check(
    build: Build, schemas: dict[str, dict[str, Any]], entity: Entity, kind: str, fields: list[Field]
) -> list[Finding]:
    path, name = module_path(entity.snake, "schemas"), f"{entity.name}{kind}"
    document = schemas.get(f"{path}:{name}")
    if document is None:
        return [build.finding("schema-missing", f"there is no class {name}", path=path, node=entity.id)]
    sent = {f.wire: f.id for f in fields} | {c.wire: c.id for c in entity.collections if c.kind == "links"}
    required = frozenset(f.wire for f in fields if not f.type.nullable and f.default is None)
    schema = _Schema(path, name, entity, document, sent, required if kind == "Create" else frozenset())
    return list(_findings(build, schema))


def _findings(build: Build, schema: _Schema) -> Iterator[Finding]:
    found = schema.document.get("properties", {})
    managed = {f.wire: f for f in schema.entity.fields if f.wire not in schema.sent}
    owned = {c.wire for c in schema.entity.collections if c.kind == "owned"}
    for name in sorted(found.keys() - owned):  # those are a matter of the empty_items gate
        if name in managed:
            what = f"{schema.name} takes {name}, which the {managed[name].managed} sets"
            yield _finding(build, schema, "server-field", what, name, managed[name].id)
        elif name not in schema.sent:
            yield _finding(
                build, schema, "unknown-field", f"{schema.name} takes {name}, which no field is", name
            )
    for name in sorted(schema.sent.keys() - found.keys()):
        yield _finding(build, schema, "field-missing", f"{schema.name} does not take {name}", name)
    if schema.document.get("additionalProperties") is not False:
        yield _finding(build, schema, "open", f"{schema.name} accepts members that it does not know")
    yield from _required(build, schema, frozenset(schema.document.get("required", ())))


def _required(build: Build, schema: _Schema, found: frozenset[str]) -> Iterator[Finding]:
    links = {c.wire for c in schema.entity.collections}  # those, too
    for name in sorted((found - schema.required - links) & schema.sent.keys()):
        yield _finding(
            build, schema, "required", f"{schema.name} demands {name}, which may be left out", name
        )
    for name in sorted(schema.required - found):
        yield _finding(build, schema, "optional", f"{schema.name} does not demand {name}", name)


def _finding(
    build: Build, schema: _Schema, code: str, message: str, member: str = "", node: str = ""
) -> Finding:
    line = line_of(build, schema.path, schema.name, member)
    node = node or schema.sent.get(member, schema.entity.id)
    return build.finding(code, message, path=schema.path, line=line, node=node)
