"""What the application's modules define, and what their imports bind, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeVar

import msgspec

N = TypeVar("N", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Target(msgspec.Struct, frozen=True):
    """What an imported name stands for: a module of the application, or a symbol of one."""

    module: str
    symbol: str = ""


class Modules:
    """Every module of the application by dotted name."""

    def __init__(self, sources: dict[str, ast.Module]) -> None:
        self.trees = {_dotted(path): tree for path, tree in sources.items()}
        self.paths = {_dotted(path): path for path in sources}
        self._nodes = {name: list(ast.walk(tree)) for name, tree in self.trees.items()}
        self.names = {name: frozenset(_bound(tree)) for name, tree in self.trees.items()}
        self.functions = {
            name: {n.name: n for n in tree.body if isinstance(n, Function)}
            for name, tree in self.trees.items()
        }

    def has(self, target: Target) -> bool:
        """Whether the module defines the symbol (a module below it counts)."""
        return (
            not target.symbol
            or target.symbol in self.names[target.module]
            or f"{target.module}.{target.symbol}" in self.trees
            or "__getattr__" in self.names[target.module]
        )

    def function(self, target: Target) -> Function | None:
        """Return the function that a target is."""
        return self.functions[target.module].get(target.symbol)

    def nodes(self, module: str, kind: type[N]) -> Iterator[N]:
        """Yield every node of a kind, wherever it stands in the module."""
        return (node for node in self._nodes[module] if isinstance(node, kind))

    def imports(self, module: str) -> Iterator[tuple[str, Target, int]]:
        """Yield (local name, what it stands for, line) of each import of one of our modules."""
        for node in self.nodes(module, ast.stmt):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name in self.trees and alias.asname:
                        yield alias.asname, Target(alias.name), node.lineno
            elif isinstance(node, ast.ImportFrom):
                yield from self._imported_from(module, node)

    def _imported_from(self, module: str, node: ast.ImportFrom) -> Iterator[tuple[str, Target, int]]:
        source = self._absolute(module, node)
        if source not in self.trees:
            return
        for alias in node.names:
            inner = f"{source}.{alias.name}"
            target = Target(inner) if inner in self.trees else Target(source, alias.name)
            yield alias.asname or alias.name, target, node.lineno

    def _absolute(self, module: str, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        is_package = self.paths[module].endswith("/__init__.py")
        parts = module.split(".")[: len(module.split(".")) - node.level + is_package]
        return ".".join([*parts, *([node.module] if node.module else [])])


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _bound(tree: ast.Module) -> Iterator[str]:
    """Yield every name that a module binds at its top level, in branches too."""
    todo: list[ast.stmt] = list(tree.body)
    while todo:
        node = todo.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Import() | ast.ImportFrom():
                yield from (a.asname or a.name.partition(".")[0] for a in node.names)
            case ast.If() | ast.Try() | ast.With() | ast.For() | ast.While():
                todo += [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.stmt)]
            case _:
                yield from _stored(node)


def _stored(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            yield inner.id
