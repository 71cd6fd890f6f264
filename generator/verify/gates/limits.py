"""Gate: what clients send is checked as the spec says: bounds, lengths, patterns, values of enums."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from generator.core.formats import EMAIL_PATTERN, INT_MAX, INT_MIN, URL_PATTERN, whole
from generator.emit.operations import Endpoint, endpoint
from generator.emit.python import module_path
from generator.emit.sqltypes import text_length
from generator.expr.model import Type
from generator.ir.index import client_fields, updatable_fields
from generator.ir.model import Field, Input, Limits, OperationKind
from generator.verify.gates.build import Build
from generator.verify.gates.members import Document, line_of, schemas_of, variants
from generator.verify.model import Finding

_PATTERNS = {"email": EMAIL_PATTERN, "url": URL_PATTERN}
_BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}
_CHECKED = frozenset({*_BOUNDS.values(), "minLength", "maxLength", "pattern", "enum"})
_JSON_TYPES = {"int": "integer", "float": "number", "decimal": "number", "bool": "boolean"}


class _Where(NamedTuple):
    path: str
    name: str
    document: Document


def check(build: Build) -> list[Finding]:
    """Compare the JSON schema of each request with the IR, member by member."""
    schemas = schemas_of(build)
    found: list[Finding] = []
    for operation in build.ir.api.operations:
        point = endpoint(build.index, operation)
        path = module_path(point.entity.snake, "schemas")
        document = schemas.get(f"{path}:{point.body}")
        if document is not None:
            where = _Where(path, point.body, document)
            found += [f for value in _values(point) for f in _member(build, where, value)]
    return found


def _values(point: Endpoint) -> list[Field] | list[Input]:
    match point.kind:
        case OperationKind.CREATE:
            return client_fields(point.entity)
        case OperationKind.UPDATE:
            return updatable_fields(point.entity)
        case _:
            return list(point.flow.inputs) if point.flow else []


def _member(build: Build, where: _Where, value: Field | Input) -> Iterator[Finding]:
    rules = where.document.get("properties", {}).get(value.wire)
    if rules is None:
        return  # the create_schemas gate says so
    wanted = _wanted(build, value.type, value.limits)
    given = _given(where.document, rules, value.type)
    for rule in sorted(wanted.keys() | given.keys()):
        if wanted.get(rule) != given.get(rule):
            have, want = _said(given, rule), _said(wanted, rule)
            what = f"{where.name}.{value.wire}: {rule} is {have}, the spec says {want}"
            line = line_of(build, where.path, where.name, value.wire)
            yield build.finding("limit", what, path=where.path, line=line, node=value.id)


def _said(rules: Document, rule: str) -> str:
    return str(rules[rule]) if rule in rules else "missing"


def _given(document: Document, rules: Document, type_: Type) -> Document:
    """Return the rules of the one form of a value that carries them."""
    if type_.name == "json":  # anything that is JSON
        return {}
    wanted = _JSON_TYPES.get(type_.name, "string")
    forms = [v for v in variants(document, rules) if v.get("type") == wanted]
    if not forms:
        return {"type": ", ".join(str(v.get("type")) for v in variants(document, rules))}
    return {rule: _plain(value) for rule, value in forms[0].items() if rule in _CHECKED}


def _wanted(build: Build, type_: Type, limits: Limits) -> Document:
    match type_.name:
        case "enum":
            values = build.index.enums[type_.of].values
            # Pydantic writes an enum of one value as a constant.
            return {"enum": list(values)} if len(values) > 1 else {}
        case "string" | "text" | "email" | "url":
            return _text(type_, limits)
        case "int":
            return _int_range(limits) | _range(limits)
        case "float" | "decimal":
            return _range(limits)
        case _:
            return {}


def _text(type_: Type, limits: Limits) -> Document:
    rules: Document = {"maxLength": float(text_length(type_, limits))}
    if limits.min_length:
        rules["minLength"] = float(limits.min_length)
    pattern = whole(limits.pattern) if limits.pattern is not None else _PATTERNS.get(type_.name)
    return rules | ({"pattern": pattern} if pattern is not None else {})


def _range(limits: Limits) -> Document:
    bounds = {rule: getattr(limits, name) for name, rule in _BOUNDS.items()}
    return {rule: float(bound) for rule, bound in bounds.items() if bound is not None}


def _int_range(limits: Limits) -> Document:
    """Return the bounds of the type, which count where the spec gives none."""
    lowest = {} if limits.gt is not None or limits.ge is not None else {"minimum": float(INT_MIN)}
    highest = {} if limits.lt is not None or limits.le is not None else {"maximum": float(INT_MAX)}
    return lowest | highest


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, int | float) else value
