"""Changes of routers and of the answers to violated constraints."""

from __future__ import annotations

import ast

from generator.verify.mutants.code.site import Facts, Site, Sites
from generator.verify.mutants.text import Item, Source, arguments, called, keyword

_METHODS = {"post": "put", "put": "post", "patch": "put", "delete": "post", "get": "post"}
_CODES = {"out_of_range": "conflict", "conflict": "in_use", "in_use": "conflict", "guard_failed": "conflict"}


def route_sites(source: Source, _facts: Facts) -> Sites:
    """Yield every change of a router."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="router"), attr=name)) if name in _METHODS:
                yield from _route(source, node, node.func)
            case ast.Call() if called(node) == "problems":
                yield from _problems(source, node)
            case ast.List(elts=elements) if any(called(e) == "PathRow" for e in elements):
                yield from _rows(source, elements)
            case _:
                pass


def _route(source: Source, call: ast.Call, function: ast.expr) -> Sites:
    name = called(call)
    other = f"router.{_METHODS[name]}"
    yield Site("route_changed", call.lineno, f"`{name}` becomes `{other}`", source.replace(function, other))
    status = keyword(call, "status_code")
    if isinstance(status, ast.Constant):
        text = "200" if status.value != 200 else "201"
        what = f"{status.value!r} becomes {text}"
        yield Site("status_changed", status.lineno, what, source.replace(status, text))


def _problems(source: Source, call: ast.Call) -> Sites:
    items = arguments(call)
    for number, item in enumerate(items):
        if isinstance(item, ast.Constant):
            what = f"{item.value!r} is not described"
            yield Site("status_changed", item.lineno, what, source.without(items, number))


def _rows(source: Source, elements: list[ast.expr]) -> Sites:
    items: list[Item] = list(elements)
    for number, element in enumerate(elements):
        what = "a missing row of the path is not looked for"
        yield Site("route_changed", element.lineno, what, source.without(items, number))


def violation_sites(source: Source, _facts: Facts) -> Sites:
    """Yield every change of the answers to violated constraints."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or called(node) != "Violation" or len(node.args) < 3:
            continue
        status, code, about = node.args[:3]
        known = about.value if isinstance(about, ast.Constant) else ""
        if isinstance(status, ast.Constant) and isinstance(code, ast.Constant):
            text = "409" if status.value != 409 else "422"
            what = f"{status.value!r} becomes {text}"
            yield Site("status_changed", node.lineno, what, source.replace(status, text), str(known))
            other = _CODES.get(str(code.value), "other")
            what = f"{code.value!r} becomes {other}"
            edit = source.replace(code, repr(other))
            yield Site("error_code_changed", node.lineno, what, edit, str(known))
        if keyword(node, "missing") is not None:
            items = arguments(node)
            what = "a missing row is answered as one in use"
            edit = source.without(items, len(items) - 1)
            yield Site("status_changed", node.lineno, what, edit, str(known))
