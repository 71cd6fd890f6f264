"""Gate: a row can be created without items: no collection is asked for, none must have a first item."""

from __future__ import annotations

from collections.abc import Iterator

from generator.emit.python import module_path
from generator.ir.model import Collection, Entity, OperationKind
from generator.verify.gates.build import Build
from generator.verify.gates.members import Document, line_of, schemas_of, variants
from generator.verify.model import Finding

_SCHEMAS = {OperationKind.CREATE: "Create", OperationKind.UPDATE: "Update"}


def check(build: Build) -> list[Finding]:
    """Look at the collections of each body that makes or changes a row."""
    schemas = schemas_of(build)
    found: list[Finding] = []
    for operation in build.ir.api.operations:
        if operation.kind in _SCHEMAS:
            entity = build.index.entities[operation.entity]
            found += _body(build, schemas, entity, _SCHEMAS[operation.kind])
    return found


def _body(build: Build, schemas: dict[str, Document], entity: Entity, kind: str) -> Iterator[Finding]:
    path, name = module_path(entity.snake, "schemas"), f"{entity.name}{kind}"
    document = schemas.get(f"{path}:{name}", {})
    for collection in entity.collections:
        if problem := _problem(document, collection):
            line = line_of(build, path, name, collection.wire)
            what = f"{name} {problem} {collection.wire}"
            yield build.finding("wants-items", what, path=path, line=line, node=collection.id)


def _problem(document: Document, collection: Collection) -> str:
    rules = document.get("properties", {}).get(collection.wire)
    if rules is None:
        return ""
    if any(v.get("minItems", 0) > 0 for v in variants(document, rules)):
        return "refuses an empty"
    if collection.wire in document.get("required", ()):
        return "asks for"
    return "takes" if collection.kind == "owned" else ""
