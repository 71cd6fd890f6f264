"""Gate: each operation reads its own body and answers with its own document: adding an item takes an item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.emit.operations import Endpoint, endpoint, returned_entity
from generator.emit.python import module_path
from generator.ir.model import OperationKind
from generator.verify.gates.build import Build, CannotRun
from generator.verify.model import Finding


def check(build: Build) -> list[Finding]:
    """Compare the body and the answer of each operation in the description with the operation table."""
    document = build.probe.openapi
    if document is None:
        raise CannotRun(build.probe.why_not("openapi"))
    found: list[Finding] = []
    for operation in build.ir.api.operations:
        described = document.get("paths", {}).get(operation.path, {}).get(operation.method.lower())
        if described is not None:  # else the openapi gate says so
            found += _operation(build, endpoint(build.index, operation), described)
    return found


def _operation(build: Build, point: Endpoint, described: dict[str, Any]) -> Iterator[Finding]:
    path = module_path(point.entity.snake, "router")
    body = described.get("requestBody")
    given = _class(body) if body is not None else ""
    if not _is(given, point.body):
        what = f"{point.operation.id} takes {given or 'no body'}, not {point.body or 'no body'}"
        yield build.finding("body", what, path=path, node=point.operation.id)
    answer = described.get("responses", {}).get(str(point.operation.status))
    given, wanted = _class(answer or {}), _answer(point)
    if answer is not None and not _is(given, wanted):
        what = f"{point.operation.id} answers with {given or 'nothing'}, not {wanted or 'nothing'}"
        yield build.finding("answer", what, path=path, node=point.operation.id)


def _class(described: dict[str, Any]) -> str:
    """Return the class that a body or an answer refers to; "?" for what is none."""
    contents = list(described.get("content", {}).values())
    if not contents:
        return ""
    return str(contents[0].get("schema", {}).get("$ref", "?")).rpartition("/")[2]


def _answer(point: Endpoint) -> str:
    if point.kind is OperationKind.LIST:
        return f"{point.entity.name}Page"
    entity = returned_entity(point)
    return f"{entity}Read" if entity else ""


def _is(given: str, wanted: str) -> bool:
    """Whether it is the class; FastAPI puts the module in front where two have one name."""
    return given == wanted or bool(wanted and given.endswith(f"__{wanted}"))
