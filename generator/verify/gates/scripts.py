"""What a migration makes, item by item, as it is written: to tell whose fault a difference is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from generator.core.syntax_tree import parse
from generator.emit.migrations import emit_migrations
from generator.ir.model import ApplicationIR

VERSIONS = "migrations/versions/"
_MADE_LATER = frozenset({"create_index", "create_foreign_key"})


class Item(NamedTuple):
    """A column, constraint or index: what it is written as, and where."""

    text: str
    line: int


Items = dict[tuple[str, str], Item]  # (table, name); the table itself is ""


def items(tree: ast.Module) -> Items:
    """Return everything that a script makes."""
    found: Items = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            for key, item in _made(node, node.func.attr):
                found.setdefault(key, item)
    return found


def as_emitted(ir: ApplicationIR) -> Items:
    """Return what the migrations of an IR make."""
    scripts = (f for f in emit_migrations(ir) if f.path.startswith(VERSIONS))
    return {key: item for file in scripts for key, item in items(parse(file.text)).items()}


def _made(call: ast.Call, does: str) -> Iterator[tuple[tuple[str, str], Item]]:
    arguments = [_text(a) for a in call.args]
    if does == "create_table" and arguments and arguments[0]:
        yield (arguments[0], ""), Item("", call.lineno)
        for inner in call.args[1:]:
            if isinstance(inner, ast.Call):
                yield (arguments[0], _name(inner)), Item(ast.unparse(inner), inner.lineno)
    elif does in _MADE_LATER and len(arguments) > 1 and arguments[1]:
        yield (arguments[1], arguments[0]), Item(ast.unparse(call), call.lineno)


def _name(call: ast.Call) -> str:
    named = [_text(k.value) for k in call.keywords if k.arg == "name"]
    return (named or [_text(call.args[0]) if call.args else ""])[0]


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
