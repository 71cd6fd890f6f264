"""Gate: each guard of the guard IR has exactly one call site in its operation, and there are no others."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from generator.emit.operations import function_name
from generator.emit.python import module_path
from generator.guards.model import FlowGuards
from generator.ir.model import Operation
from generator.verify.gates.build import Build
from generator.verify.gates.modules import Function
from generator.verify.model import Finding


def check(build: Build) -> list[Finding]:
    """Count the call sites of every guard, operation by operation."""
    known = frozenset(g.source_constraint_id for e in build.guards.entries for g in e.guards)
    found: list[Finding] = []
    for operation in build.ir.api.operations:
        guards = build.guards.get(operation.entity, operation.name)
        found += _operation(build, operation, guards, known)
    return found


def _operation(
    build: Build, operation: Operation, guards: FlowGuards, known: frozenset[str]
) -> Iterator[Finding]:
    path = module_path(build.index.entities[operation.entity].snake, "service")
    tree = build.modules.get(path)
    sites = _sites(tree, function_name(operation), known) if tree else []
    have = Counter(guard for guard, _ in sites)
    want = Counter(g.source_constraint_id for g in guards)
    for guard in sorted(want.keys() | have.keys()):
        if have[guard] != want[guard]:
            line = next((line for name, line in sites if name == guard), 0)
            what = f"{guard} is checked {have[guard]} times in {operation.id}, not {want[guard]}"
            code = "not-called" if have[guard] < want[guard] else "called-too-often"
            yield build.finding(code, what, path=path, line=line, node=guard if want[guard] else operation.id)


def _meant(function: Function) -> list[str]:
    """Return the names in a function that are not its own: an inner one may be called like another."""
    inside = [n for n in ast.walk(function) if n is not function]
    own = {n.name for n in inside if isinstance(n, Function)}
    own |= {n.arg for n in inside if isinstance(n, ast.arg)}
    names = [n for n in inside if isinstance(n, ast.Name)]
    own |= {n.id for n in names if isinstance(n.ctx, ast.Store)}
    return [n.id for n in names if n.id not in own]


def _sites(tree: ast.Module, name: str, known: frozenset[str]) -> list[tuple[str, int]]:
    """Return (guard, line) of each guard named in a function or in what it calls in its module."""
    functions = {n.name: n for n in tree.body if isinstance(n, Function)}
    todo, reached = [name], set[str]()
    while todo:
        current = todo.pop()
        if current in functions and current not in reached:
            reached.add(current)
            todo += _meant(functions[current])
    return [
        (node.value, node.lineno)
        for function in sorted(reached)
        for node in ast.walk(functions[function])
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in known
    ]
