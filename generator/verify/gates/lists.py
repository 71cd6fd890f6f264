"""Gate: every list has its cap, and exactly the filters, sorts and search that the spec gives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.emit.listing import list_filters
from generator.emit.python import module_path
from generator.ir.model import Operation, OperationKind
from generator.verify.gates.build import Build, CannotRun
from generator.verify.model import Finding


def check(build: Build) -> list[Finding]:
    """Compare the query parameters of each list in the description with the IR."""
    document = build.probe.openapi
    if document is None:
        raise CannotRun(build.probe.why_not("openapi"))
    found: list[Finding] = []
    for operation in build.ir.api.operations:
        described = document.get("paths", {}).get(operation.path, {}).get("get")
        if operation.kind is OperationKind.LIST and described is not None:
            found += _list(build, operation, described)
    return found


def _list(build: Build, operation: Operation, described: dict[str, Any]) -> Iterator[Finding]:
    given = {p["name"]: p.get("schema", {}) for p in described.get("parameters", ()) if p["in"] == "query"}
    for name, node in _wanted(build, operation).items():
        if name not in given:
            yield _finding(build, operation, "parameter-missing", f"has no parameter {name}", node)
    for name in sorted(given.keys() - _wanted(build, operation).keys()):
        yield _finding(build, operation, "parameter-extra", f"has a parameter {name}", operation.id)
    settings = build.ir.infrastructure
    cap = {"minimum": 1, "maximum": settings.max_page_size, "default": settings.page_size}
    for rule, value in cap.items():
        if "limit" in given and given["limit"].get(rule) != value:
            have = given["limit"].get(rule, "missing")
            what = f"has a page size whose {rule} is {have}, not {value}"
            yield _finding(build, operation, "page-cap", what, operation.id)


def _wanted(build: Build, operation: Operation) -> dict[str, str]:
    """Return the parameters of a list, and the node of each."""
    entity = build.index.entities[operation.entity]
    names = ["limit", "offset", "total"]
    names += ["sort"] if entity.listing.sorts else []
    names += ["q"] if entity.listing.search else []
    fields = {f.wire: f.id for f in entity.fields}
    filters = {f.wire: fields.get(f.wire, operation.id) for f in list_filters(build.index, entity)}
    return dict.fromkeys(names, operation.id) | filters


def _finding(build: Build, operation: Operation, code: str, what: str, node: str) -> Finding:
    path = module_path(build.index.entities[operation.entity].snake, "filters")
    return build.finding(code, f"{operation.id} {what}", path=path, node=node)
