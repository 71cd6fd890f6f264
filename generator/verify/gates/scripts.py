"""What migrations make, item by item, as it is written: to tell whose fault a difference is."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from generator.core.syntax_tree import parse, parse_expression
from generator.emit.history import VERSIONS, History
from generator.emit.migrations import emit_migrations
from generator.ir.model import ApplicationIR

__all__ = ["VERSIONS", "Item", "Items", "as_emitted", "items"]

_ADDED = re.compile(r'ALTER TABLE "?(\w+)"? ADD CONSTRAINT "?(\w+)"? ')
_RENAMED = re.compile(r'ALTER (?:TABLE "?(\w+)"? RENAME CONSTRAINT|INDEX) "?(\w+)"? (?:RENAME )?TO "?(\w+)"?')


class Item(NamedTuple):
    """A column, constraint or index: what it is written as, and where."""

    text: str
    line: int
    path: str = ""


Key = tuple[str, str]  # (table, name); the table itself is ""
Items = dict[Key, Item]
Scripts = Iterable[tuple[str, ast.Module]]


def items(scripts: Scripts) -> Items:
    """Return everything that is there after the upgrades of some scripts, run in order."""
    found: Items = {}
    for path, tree in scripts:
        for call in _calls(tree):
            _apply(found, call, path)
    return found


def as_emitted(ir: ApplicationIR, history: History | str) -> Items:
    """Return what the migrations of an IR make; further revisions are known from the history only."""
    if isinstance(history, History) and len(history.revisions) > 1:
        return items((r.path, parse(r.text)) for r in history.revisions)
    scripts = (f for f in emit_migrations(ir) if f.path.startswith(VERSIONS))
    return items((f.path, parse(f.text)) for f in scripts)


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield the calls of `op` of an upgrade, in order."""
    functions = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "upgrade")
    for function in functions:
        for node in ast.walk(function):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="op"))):
                    yield node
                case _:
                    pass


def _apply(found: Items, call: ast.Call, path: str) -> None:
    does = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if does in _STEPS:
        _STEPS[does](found, call, path, [_text(a) for a in call.args])


def _create_table(found: Items, call: ast.Call, path: str, names: list[str]) -> None:
    table = names[0] if names else ""
    if not table:
        return
    found.setdefault((table, ""), Item("", call.lineno, path))
    for inner in call.args[1:]:
        if isinstance(inner, ast.Call):
            found.setdefault((table, _name(inner)), Item(ast.unparse(inner), inner.lineno, path))


def _add_column(found: Items, call: ast.Call, path: str, names: list[str]) -> None:
    column = call.args[1] if len(call.args) > 1 else None
    if isinstance(column, ast.Call):
        found[names[0], _name(column)] = Item(ast.unparse(column), call.lineno, path)


def _create_part(found: Items, call: ast.Call, path: str, names: list[str]) -> None:
    if len(names) > 1 and names[1]:
        found.setdefault((names[1], names[0]), Item(ast.unparse(call), call.lineno, path))


def _drop_table(found: Items, _call: ast.Call, _path: str, names: list[str]) -> None:
    for key in [k for k in found if k[0] == names[0]]:
        del found[key]


def _drop_column(found: Items, _call: ast.Call, _path: str, names: list[str]) -> None:
    found.pop((names[0], names[1]), None)


def _drop_constraint(found: Items, _call: ast.Call, _path: str, names: list[str]) -> None:
    found.pop((names[1], names[0]), None)


def _drop_index(found: Items, call: ast.Call, _path: str, names: list[str]) -> None:
    found.pop((_given(call, "table_name"), names[0]), None)


def _rename_table(found: Items, _call: ast.Call, _path: str, names: list[str]) -> None:
    for key in [k for k in found if k[0] == names[0]]:
        found[names[1], key[1]] = found.pop(key)


def _execute(found: Items, call: ast.Call, path: str, names: list[str]) -> None:
    added = _ADDED.match(names[0]) if names else None
    if added is not None:
        found[added[1], added[2]] = Item(names[0], call.lineno, path)
    renamed = _RENAMED.fullmatch(names[0]) if names else None
    for key in [k for k in found if renamed and k[1] == renamed[2] and renamed[1] in (None, k[0])]:
        assert renamed is not None  # noqa: S101 - else there is no key
        found[key[0], renamed[3]] = found.pop(key)


def _alter_column(found: Items, call: ast.Call, path: str, names: list[str]) -> None:
    item = found.get((names[0], names[1]))
    column = parse_expression(item.text) if item is not None and item.text else None
    if not isinstance(column, ast.Call):
        return
    given = {k.arg: k.value for k in call.keywords}
    if isinstance(type_ := given.get("type_"), ast.expr):
        column.args[1] = type_
    for word in ("server_default", "nullable"):
        if word in given:
            column.keywords = [k for k in column.keywords if k.arg != word]
            if not (isinstance(given[word], ast.Constant) and given[word].value is None):  # type: ignore[attr-defined]
                column.keywords.insert(0 if word == "server_default" else 9, ast.keyword(word, given[word]))
    name = _given(call, "new_column_name")
    if name:
        del found[names[0], names[1]]
        column.args[0] = ast.Constant(name)
    found[names[0], name or names[1]] = Item(ast.unparse(column), call.lineno, path)


_STEPS: dict[str, Callable[[Items, ast.Call, str, list[str]], None]] = {
    "create_table": _create_table,
    "add_column": _add_column,
    "create_index": _create_part,
    "create_foreign_key": _create_part,
    "create_check_constraint": _create_part,
    "create_unique_constraint": _create_part,
    "create_exclude_constraint": _create_part,
    "drop_table": _drop_table,
    "drop_column": _drop_column,
    "drop_constraint": _drop_constraint,
    "drop_index": _drop_index,
    "rename_table": _rename_table,
    "alter_column": _alter_column,
    "execute": _execute,
}


def _given(call: ast.Call, name: str) -> str:
    return next((_text(k.value) for k in call.keywords if k.arg == name), "")


def _name(call: ast.Call) -> str:
    return _given(call, "name") or (_text(call.args[0]) if call.args else "")


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
