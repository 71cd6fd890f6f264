"""`ast.parse` for several threads at once, which CPython 3.11 can't do (SystemError: recursion depth)."""

from __future__ import annotations

import ast
from threading import Lock

_LOCK = Lock()


def parse(text: str, name: str = "<unknown>") -> ast.Module:
    """Return the tree of a module; SyntaxError and ValueError as `ast.parse`."""
    with _LOCK:
        return ast.parse(text, name)


def parse_expression(text: str) -> ast.expr:
    """Return the tree of an expression."""
    with _LOCK:
        return ast.parse(text, mode="eval").body
