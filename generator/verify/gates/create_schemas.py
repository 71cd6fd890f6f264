"""Gate: create asks for what clients give and nothing else; update for the same, all of it optional."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import msgspec

from generator.emit.python import attribute, module_path
from generator.ir.index import client_fields, updatable_fields
from generator.ir.model import Entity, Field, OperationKind
from generator.verify.gates.build import Build, CannotRun
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
    probe = build.probe
    if probe.schemas is None:
        raise CannotRun(probe.why_not("schemas"))
    found = []
    for operation in build.ir.api.operations:
        entity = build.index.entities[operation.entity]
        if operation.kind is OperationKind.CREATE:
            found += _check(build, probe.schemas, entity, "Create", client_fields(entity))
        elif operation.kind is OperationKind.UPDATE:
            found += _check(build, probe.schemas, entity, "Update", updatable_fields(entity))
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
    for name, rules in found.items():
        if name in managed:
            what = f"{schema.name} takes {name}, which the {managed[name].managed} sets"
            yield _finding(build, schema, "server-field", what, name, managed[name].id)
        elif name not in schema.sent:
            yield _finding(
                build, schema, "unknown-field", f"{schema.name} takes {name}, which no field is", name
            )
        elif _wants_items(rules):
            yield _finding(build, schema, "wants-items", f"{schema.name} refuses an empty {name}", name)
    for name in sorted(schema.sent.keys() - found.keys()):
        yield _finding(build, schema, "field-missing", f"{schema.name} does not take {name}", name)
    if schema.document.get("additionalProperties") is not False:
        yield _finding(build, schema, "open", f"{schema.name} accepts members that it does not know")
    yield from _required(build, schema, frozenset(schema.document.get("required", ())))


def _required(build: Build, schema: _Schema, found: frozenset[str]) -> Iterator[Finding]:
    for name in sorted((found - schema.required) & schema.sent.keys()):
        yield _finding(
            build, schema, "required", f"{schema.name} demands {name}, which may be left out", name
        )
    for name in sorted(schema.required - found):
        yield _finding(build, schema, "optional", f"{schema.name} does not demand {name}", name)


def _wants_items(rules: Any) -> bool:
    choices = [rules, *rules.get("anyOf", ())]
    return any(choice.get("minItems", 0) > 0 for choice in choices)


def _finding(
    build: Build, schema: _Schema, code: str, message: str, member: str = "", node: str = ""
) -> Finding:
    line = _line(build, schema, member)
    node = node or schema.sent.get(member, schema.entity.id)
    return build.finding(code, message, path=schema.path, line=line, node=node)


def _line(build: Build, schema: _Schema, member: str) -> int:
    """Return the line of a member, or of its class."""
    tree = build.modules.get(schema.path)
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == schema.name] if tree else []
    spelled = {member, attribute(member)} if member.isidentifier() else {member}
    for node in classes[0].body if classes else ():
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.target.id in spelled
        ):
            return node.lineno
    return classes[0].lineno if classes else 0
