"""Edits of Python text by its syntax tree: nodes are found, their text is replaced, all else stays."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TypeVar

N = TypeVar("N", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Source:
    """One module's text and tree."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self._starts = [0]
        for line in text.encode().splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def function(self, name: str) -> Function:
        return next(n for n in self.tree.body if isinstance(n, Function) and n.name == name)

    def klass(self, name: str) -> ast.ClassDef:
        return next(n for n in self.tree.body if isinstance(n, ast.ClassDef) and n.name == name)

    def of(self, node: ast.AST) -> str:
        """Return the text of a node."""
        return ast.get_source_segment(self.text, node) or ""

    def replaced(self, node: ast.AST, new: str) -> str:
        """Return the module's text with a node's text replaced."""
        first, last = self._at(node)
        raw = self.text.encode()
        return (raw[:first] + new.encode() + raw[last:]).decode()

    def removed(self, *nodes: ast.AST) -> str:
        """Return the module's text without some statements, or arguments of a call."""
        raw = self.text.encode()
        for node in sorted(nodes, key=lambda n: -self._at(n)[0]):
            first, last = self._at(node)
            rest = raw[last:]
            end = last + len(rest) - len(rest.lstrip(b" "))
            end += 1 if raw[end : end + 1] == b"," else 0
            raw = raw[:first] + raw[end:]
        return raw.decode()

    def before(self, node: ast.stmt, line: str) -> str:
        """Return the module's text with a statement put before another, at its depth."""
        first, _ = self._at(node)
        raw = self.text.encode()
        return (raw[:first] + f"{line}\n{' ' * node.col_offset}".encode() + raw[first:]).decode()

    def after(self, node: ast.stmt, line: str) -> str:
        """Return the module's text with a statement put behind another, at its depth."""
        _, last = self._at(node)
        raw = self.text.encode()
        return (raw[:last] + f"\n{' ' * node.col_offset}{line}".encode() + raw[last:]).decode()

    def _at(self, node: ast.AST) -> tuple[int, int]:
        assert isinstance(node, ast.expr | ast.stmt | ast.arg | ast.keyword)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[node.end_lineno - 1] + node.end_col_offset,
        )


def every(node: ast.AST, kind: type[N], test: Callable[[N], bool] = lambda _: True) -> list[N]:
    """Return all nodes of a kind below one that fulfil a condition, in the order of the text."""
    found = [n for n in ast.walk(node) if isinstance(n, kind) and test(n)]
    return sorted(found, key=lambda n: (getattr(n, "lineno", 0), getattr(n, "col_offset", 0)))


def first(node: ast.AST, kind: type[N], test: Callable[[N], bool] = lambda _: True) -> N:
    """Return the first of `every`."""
    return every(node, kind, test)[0]


def calls(node: ast.AST, name: str) -> list[ast.Call]:
    """Return the calls of a function or method of that name."""
    return every(node, ast.Call, lambda c: called(c) == name)


def called(call: ast.Call) -> str:
    """Return the last part of the name of what is called."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def says(node: ast.AST, text: object) -> bool:
    """Whether a constant stands below a node."""
    return any(isinstance(n, ast.Constant) and n.value == text for n in ast.walk(node))


def guards(function: ast.AST, constraint: str) -> Iterator[ast.If]:
    """Yield the `if` statements that raise for a constraint."""
    for found in every(function, ast.If):
        if any(isinstance(s, ast.Raise) and says(s, constraint) for s in found.body):
            yield found
