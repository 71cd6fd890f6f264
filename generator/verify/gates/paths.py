"""Gate: each handler hands the rows of its path to its own service function, each in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from generator.emit.operations import Endpoint, endpoint
from generator.emit.python import module_path
from generator.verify.gates.build import Build
from generator.verify.gates.modules import Function
from generator.verify.model import Finding


def check(build: Build) -> list[Finding]:
    """Look at the call in each handler."""
    found: list[Finding] = []
    for operation in build.ir.api.operations:
        point = endpoint(build.index, operation)
        if point.arguments:
            found += _handler(build, point)
    return found


def _handler(build: Build, point: Endpoint) -> Iterator[Finding]:
    path = module_path(point.entity.snake, "router")
    tree, wanted = build.modules.get(path), [a.name for a in point.arguments]
    for handler in tree.body if tree else ():
        if isinstance(handler, Function) and handler.name == point.function:
            for call in _service_calls(handler, point.function):
                given = [ast.unparse(a) for a in call.args[1 : 1 + len(wanted)]]
                if given != wanted:
                    what = f"{point.operation.id} hands {given} to its service, not {wanted}"
                    node = point.operation.id
                    yield build.finding("wrong-row", what, path=path, line=call.lineno, node=node)


def _service_calls(handler: Function, name: str) -> Iterator[ast.Call]:
    for node in (n for statement in handler.body for n in ast.walk(statement)):
        match node:
            case ast.Call(func=ast.Attribute(attr=called)) if called == name:
                yield node
            case _:
                pass
