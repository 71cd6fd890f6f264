"""A file's text, its syntax tree, and small changes at the places where nodes stand."""

from __future__ import annotations

import ast
from functools import cached_property

import msgspec

from generator.core.syntax_tree import parse
from generator.emit.tree import EmittedFile

Item = ast.expr | ast.keyword | tuple[ast.expr, ast.expr]


class Edit(msgspec.Struct, frozen=True):
    """Bytes `first` to `last` become `text`."""

    first: int
    last: int
    text: str


class Source:
    """One Python file of the application."""

    def __init__(self, file: EmittedFile) -> None:
        self.file, self.path = file, file.path
        self._data = file.text.encode()
        self.tree = parse(file.text)

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self._data.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        return starts

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """Node -> the node that holds it."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def node_at(self, line: int) -> str:
        """Return the IR node of the innermost block around a line."""
        around = [b for b in self.file.blocks if b.first <= line <= b.last]
        return min(around, key=lambda b: b.last - b.first).node if around else ""

    def segment(self, node: ast.AST) -> str:
        """Return a node's text."""
        first, last = self._range(node)
        return self._data[first:last].decode()

    def changed(self, edit: Edit) -> str:
        """Return the whole text with an edit made."""
        return (self._data[: edit.first] + edit.text.encode() + self._data[edit.last :]).decode()

    def replace(self, node: ast.AST, text: str) -> Edit:
        """Put a text in a node's place."""
        return Edit(*self._range(node), text)

    def without(self, items: list[Item], number: int) -> Edit:
        """Take one of several items (arguments, elements, entries) out, with its comma."""
        ranges = [self._item(i) for i in items]
        first, last = ranges[number]
        if number + 1 < len(ranges):
            last = ranges[number + 1][0]
        elif number:
            first = ranges[number - 1][1]
        elif self._data[last : last + 1] == b",":
            last += 1
        return Edit(first, last, "")

    def _item(self, item: Item) -> tuple[int, int]:
        if isinstance(item, tuple):
            return self._range(item[0])[0], self._range(item[1])[1]
        return self._range(item)

    def _range(self, node: ast.AST) -> tuple[int, int]:
        line, column = node.lineno, node.col_offset  # type: ignore[attr-defined]
        end, end_column = node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]
        return self._starts[line - 1] + column, self._starts[end - 1] + end_column


def arguments(call: ast.Call) -> list[Item]:
    """Return a call's arguments in order of place."""
    found: list[Item] = [*call.args, *call.keywords]
    return sorted(found, key=lambda a: (a.lineno, a.col_offset) if not isinstance(a, tuple) else (0, 0))


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword argument."""
    return next((k.value for k in call.keywords if k.arg == name), None)


def called(node: ast.AST) -> str:
    """Return the last name of what a call calls; "" for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""
