"""Gate: an operation is one transaction or one statement; nothing inside it goes around the transaction."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from generator.emit.operations import function_name
from generator.emit.python import module_path
from generator.ir.model import Operation, OperationKind
from generator.verify.gates.build import Build
from generator.verify.gates.modules import Function
from generator.verify.model import Finding

_DATABASE = "database"
_WRITES = frozenset({OperationKind.CREATE, OperationKind.UPDATE, OperationKind.DELETE, OperationKind.FLOW})


def check(build: Build) -> list[Finding]:
    """Look at the service function of each operation that writes."""
    found: list[Finding] = []
    for operation in build.ir.api.operations:
        if operation.kind in _WRITES:
            found += _operation(build, operation)
    return found


def _operation(build: Build, operation: Operation) -> Iterator[Finding]:
    path = module_path(build.index.entities[operation.entity].snake, "service")
    tree, name = build.modules.get(path), function_name(operation)
    function = (
        next((n for n in tree.body if isinstance(n, Function) and n.name == name), None) if tree else None
    )
    if function is None:
        return  # the calls gate says so
    for line in _around(function):
        what = f"a statement of {operation.id} goes around its transaction"
        yield build.finding("outside", what, path=path, line=line, node=operation.id)
    if len(lines := _begun(function)) > 1:
        what = f"{operation.id} is {len(lines)} transactions, so a failure leaves half of it"
        yield build.finding("several", what, path=path, line=lines[1], node=operation.id)


def _around(function: Function) -> list[int]:
    """Return the lines inside of the transaction's work that use the database itself."""
    works = [n for n in ast.walk(function) if isinstance(n, Function | ast.Lambda) and n is not function]
    names = (n for work in works for n in ast.walk(work) if isinstance(n, ast.Name))
    return sorted({n.lineno for n in names if n.id == _DATABASE})


def _begun(function: Function) -> list[int]:
    """Return the lines on which a transaction begins, or a statement stands beside one."""
    calls = [n for n in ast.walk(function) if isinstance(n, ast.Call) and _receiver(n) == _DATABASE]
    begun = [n.lineno for n in calls if isinstance(n.func, ast.Attribute) and n.func.attr == "run"]
    alone = [n.lineno for n in calls if isinstance(n.func, ast.Attribute) and n.func.attr == "execute"]
    return sorted(begun + alone)


def _receiver(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(value=ast.Name(id=name)):
            return name
        case _:
            return ""
