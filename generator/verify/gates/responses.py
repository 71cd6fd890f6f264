"""Gate: what the application says it answers is what the IR says: every member, lists as lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from generator.emit.python import module_path
from generator.expr.model import Type
from generator.ir.model import Entity
from generator.verify.gates.build import Build
from generator.verify.gates.members import Document, line_of, schemas_of, variants
from generator.verify.model import Finding

_ROWS = Type("rows")
_JSON_TYPES = {
    "int": {"integer"},
    "float": {"number"},
    "decimal": {"number", "string"},
    "bool": {"boolean"},
    "rows": {"array"},
}


class _Schema(NamedTuple):
    path: str
    name: str
    entity: Entity
    document: Document


def check(build: Build) -> list[Finding]:
    """Compare the Read schema of each entity with its fields and collections."""
    schemas = schemas_of(build)
    found: list[Finding] = []
    for entity in build.ir.domain.entities:
        path, name = module_path(entity.snake, "schemas"), f"{entity.name}Read"
        document = schemas.get(f"{path}:{name}")
        if document is not None:
            found += _schema(build, _Schema(path, name, entity, document))
        elif build.index.operations_of(entity.name):
            found.append(
                build.finding("schema-missing", f"there is no class {name}", path=path, node=entity.id)
            )
    return found


def _schema(build: Build, schema: _Schema) -> Iterator[Finding]:
    members = schema.document.get("properties", {})
    wanted = {f.wire: (f.type, f.id) for f in schema.entity.fields}
    wanted |= {c.wire: (_ROWS, c.id) for c in schema.entity.collections}
    for wire, (type_, node) in wanted.items():
        if wire not in members:
            yield _finding(build, schema, "member-missing", f"does not have {wire}", wire, node)
        elif problem := _problem(build, schema, members[wire], type_):
            yield _finding(build, schema, "member-differs", f"has {wire} as {problem}", wire, node)
    for wire in sorted(members.keys() - wanted.keys()):
        yield _finding(
            build, schema, "member-extra", f"has {wire}, which no field is", wire, schema.entity.id
        )


def _problem(build: Build, schema: _Schema, rules: Document, type_: Type) -> str:
    forms = variants(schema.document, rules)
    said = {str(f.get("type")) for f in forms} - {"None"}
    if type_.name == "json":
        return ""
    wanted = _JSON_TYPES.get(type_.name, {"string"}) | ({"null"} if type_.nullable else set())
    if said != wanted:
        return f"{' or '.join(sorted(said)) or 'anything'}, not {' or '.join(sorted(wanted))}"
    values = [f["enum"] for f in forms if "enum" in f]
    expected = list(build.index.enums[type_.of].values) if type_.name == "enum" else []
    if len(expected) > 1 and values != [expected]:
        return f"one of {values}, not of {expected}"
    return ""


def _finding(build: Build, schema: _Schema, code: str, what: str, wire: str, node: str) -> Finding:
    line = line_of(build, schema.path, schema.name, wire)
    return build.finding(code, f"{schema.name} {what}", path=schema.path, line=line, node=node)
