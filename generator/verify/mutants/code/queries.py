"""Changes of statements: locks, conditions, lists, derived values."""

from __future__ import annotations

import ast
from typing import Any

from generator.verify.mutants.code.exprs import expression_sites, fold_sites
from generator.verify.mutants.code.site import Facts, Site, Sites
from generator.verify.mutants.text import Source, arguments, called, keyword

_LOCKS = {"locking": ("sharing", ""), "sharing": ("",)}


def query_sites(source: Source, facts: Facts) -> Sites:
    """Yield every change of a module of statements."""
    for statement in source.tree.body:
        match statement:
            case ast.FunctionDef(name="wire"):
                yield from _values(source, facts, statement)
            case ast.Assign(value=ast.Call() as call) if called(call) == "Listing":
                yield from _listing(source, facts, call)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield from _statement(source, facts, name, value)
            case _:
                pass


def _values(source: Source, facts: Facts, function: ast.FunctionDef) -> Sites:
    yield from expression_sites(source, facts, function, "derived_changed")
    yield from fold_sites(source, function)
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and called(node) == "decimal_text" and len(node.args) == 2:
            digits = node.args[1]
            if isinstance(digits, ast.Constant) and isinstance(digits.value, int):
                more = str(digits.value + 1)
                what = f"{more} digits instead of {digits.value}"
                yield Site("derived_changed", node.lineno, what, source.replace(digits, more))


def _statement(source: Source, facts: Facts, name: str, value: ast.expr) -> Sites:
    for node in ast.walk(value):
        if isinstance(node, ast.Call):
            yield from _lock(source, node)
            yield from _conditions(source, node)
    if "COUNT" in name or not name.startswith("_") or "where" in source.segment(value):
        yield from _inner(source, facts, value)


def _inner(source: Source, facts: Facts, value: ast.expr) -> Sites:
    """Yield the changes of a statement's comparisons and aggregates."""
    yield from expression_sites(source, facts, value, "derived_changed")
    yield from fold_sites(source, value)


def _lock(source: Source, call: ast.Call) -> Sites:
    for other in _LOCKS.get(called(call), ()):
        inner = source.segment(call.args[0])
        text = f"sql.{other}({inner})" if other else inner
        what = "the lock is only shared" if other else "the rows are not locked"
        yield Site("lock_dropped", call.lineno, what, source.replace(call, text))


def _conditions(source: Source, call: ast.Call) -> Sites:
    if called(call) not in ("where", "and_") or len(call.args) < 2:
        return
    for number, condition in enumerate(call.args):
        what = f"`{source.segment(condition)}` dropped"
        yield Site("list_changed", condition.lineno, what, source.without(arguments(call), number))


def _listing(source: Source, facts: Facts, call: ast.Call) -> Sites:
    items = arguments(call)
    for number, item in enumerate(items):
        if isinstance(item, ast.keyword) and item.arg in ("search", "default"):
            what = f"`{item.arg}` dropped"
            yield Site("list_changed", item.lineno, what, source.without(items, number))
    for name in ("filters", "sorts"):
        yield from _entries(source, keyword(call, name), name)
    for name in ("search", "default_sort", "unless"):
        yield from _elements(source, keyword(call, name), name)
    order = keyword(call, "default_sort")
    if isinstance(order, ast.Tuple):
        for element in order.elts:
            yield from _direction(source, element)
    for name in ("filters", "default"):
        part = keyword(call, name)
        if part is not None:
            yield from expression_sites(source, facts, part, "list_changed")


def _entries(source: Source, value: ast.expr | None, name: str) -> Sites:
    if not isinstance(value, ast.Dict):
        return
    entries: list[Any] = list(zip(value.keys, value.values, strict=True))
    for number, (key, _) in enumerate(entries):
        what = f"{source.segment(key)} dropped from `{name}`"
        yield Site("list_changed", key.lineno, what, source.without(entries, number))


def _elements(source: Source, value: ast.expr | None, name: str) -> Sites:
    if not isinstance(value, ast.Tuple):
        return
    for number, element in enumerate(value.elts):
        what = f"{source.segment(element)} dropped from `{name}`"
        if len(value.elts) == 1:
            yield Site("list_changed", element.lineno, what, source.replace(value, "()"))
        else:
            yield Site("list_changed", element.lineno, what, source.without(list(value.elts), number))


def _direction(source: Source, element: ast.expr) -> Sites:
    if isinstance(element, ast.Constant) and isinstance(element.value, str):
        other = element.value[1:] if element.value.startswith("-") else f"-{element.value}"
        what = f"sorted by {other} instead of {element.value}"
        yield Site("list_changed", element.lineno, what, source.replace(element, repr(other)))
