"""Gate: reading a row or a page takes a fixed number of statements: none in a loop, not all rows."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from generator.emit.operations import function_name
from generator.emit.python import module_path
from generator.ir.model import Operation, OperationKind
from generator.verify.gates.build import Build
from generator.verify.gates.modules import Function
from generator.verify.model import Finding

_READS = frozenset({OperationKind.READ, OperationKind.LIST})
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def check(build: Build) -> list[Finding]:
    """Look at the service function of each operation that reads."""
    found: list[Finding] = []
    for operation in build.ir.api.operations:
        if operation.kind in _READS:
            found += _operation(build, operation)
    return found


def _operation(build: Build, operation: Operation) -> Iterator[Finding]:
    path = module_path(build.index.entities[operation.entity].snake, "service")
    tree, name = build.modules.get(path), function_name(operation)
    for function in tree.body if tree else ():
        if isinstance(function, Function) and function.name == name:
            for line in _awaited_in_loops(function):
                what = f"{operation.id} sends a statement for each row"
                yield build.finding("statement-per-row", what, path=path, line=line, node=operation.id)
            for line in _all_rows(function):
                what = f"{operation.id} loads every row"
                yield build.finding("loads-all", what, path=path, line=line, node=operation.id)


def _awaited_in_loops(function: Function) -> list[int]:
    loops = [n for n in ast.walk(function) if isinstance(n, _LOOPS)]
    return sorted({n.lineno for loop in loops for n in ast.walk(loop) if isinstance(n, ast.Await)})


def _all_rows(function: Function) -> list[int]:
    names = (n for n in ast.walk(function) if isinstance(n, ast.Attribute))
    return sorted({n.lineno for n in names if n.attr == "fetch_all"})
