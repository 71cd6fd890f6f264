"""Gate: the application describes itself rightly: every operation, its statuses, no dangling reference.

What hand-written extensions add is theirs; no more is asked of it than ids and references.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from generator.emit.operations import endpoint
from generator.emit.python import module_path
from generator.ir.model import Operation
from generator.verify.gates.build import Build, CannotRun
from generator.verify.model import Finding

_METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
_PARAMETER = re.compile(r"\{([^{}]*)\}")
_NOT_IN_IR = frozenset({("get", "/health")})

Found = dict[tuple[str, str], dict[str, Any]]


def check(build: Build) -> list[Finding]:
    """Compare the description with the operation table, and with itself."""
    probe = build.probe
    if "openapi" in probe.failures:
        return [
            build.failed("openapi-fails", "the application can't describe itself", probe.failures["openapi"])
        ]
    if probe.openapi is None:
        raise CannotRun(probe.why_not("openapi"))
    document = probe.openapi
    found = {
        (method, path): item[method]
        for path, item in document.get("paths", {}).items()
        for method in _METHODS
        if method in item
    }
    own = {key: found[key] for key in found if key not in (probe.extended or ())}
    return [
        *_operations(build, own),
        *_ids(build, found),
        *_document(build, document, own),
    ]


def described(build: Build) -> str:
    """Return the description as the text of a file, in the application's own order; "" if there is none."""
    try:
        document = build.probe.openapi
    except CannotRun:
        return ""
    return "" if document is None else json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _operations(build: Build, found: Found) -> Iterator[Finding]:
    wanted = set(_NOT_IN_IR)
    for operation in build.ir.api.operations:
        key = (operation.method.lower(), endpoint(build.index, operation).path)
        wanted.add(key)
        if key not in found:
            yield _finding(build, operation, "operation-missing", f"{operation.method} {key[1]} is not there")
        elif str(operation.status) not in found[key].get("responses", {}):
            what = f"{operation.method} {key[1]} does not answer {operation.status}"
            yield _finding(build, operation, "status-missing", what)
    for method, path in sorted(found.keys() - wanted):
        what = f"{method.upper()} {path} is no operation of the application"
        yield build.finding("operation-extra", what, path="app/main.py")


def _finding(build: Build, operation: Operation, code: str, message: str) -> Finding:
    path = module_path(build.index.entities[operation.entity].snake, "router")
    return build.finding(code, message, path=path, node=operation.id)


def _document(build: Build, document: dict[str, Any], found: Found) -> Iterator[Finding]:
    if not str(document.get("openapi", "")).startswith("3."):
        yield build.finding("openapi-version", "the description has no OpenAPI version", path="app/main.py")
    for (method, path), operation in found.items():
        declared = {p["name"] for p in operation.get("parameters", ()) if p.get("in") == "path"}
        if declared != set(_PARAMETER.findall(path)) or "{" in _PARAMETER.sub("", path):
            what = f"{method.upper()} {path} declares the path parameters {sorted(declared)}"
            yield build.finding("path-parameters", what, path="app/main.py")
    for reference in sorted(set(_references(document))):
        if not _resolves(document, reference):
            yield build.finding("reference", f"{reference} refers to nothing", path="app/main.py")


def _ids(build: Build, found: Found) -> Iterator[Finding]:
    """Report each operation whose id is missing, or another's too."""
    times = Counter(o.get("operationId", "") for o in found.values())
    known = {(o.method.lower(), endpoint(build.index, o).path): o for o in build.ir.api.operations}
    for key, described in found.items():
        name = described.get("operationId", "")
        if times[name] > 1 or not name:
            what = f"{times[name]} operations have the id {name!r}"
            if operation := known.get(key):
                yield _finding(build, operation, "operation-id", what)
            else:
                yield build.finding("operation-id", what, path="app/main.py")


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _resolves(document: Any, reference: str) -> bool:
    if not reference.startswith("#/"):
        return False
    for part in reference.removeprefix("#/").split("/"):
        document = (
            document.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(document, dict) else None
        )
    return document is not None
