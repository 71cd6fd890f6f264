"""Changes of what clients may send: bounds, defaults, what may be left out or null."""

from __future__ import annotations

import ast
from decimal import Decimal

from generator.verify.mutants.code.site import Facts, Site, Sites
from generator.verify.mutants.text import Item, Source, arguments, called

_MOVED = {"ge": "gt", "gt": "ge", "le": "lt", "lt": "le"}
_SIZES = frozenset({"min_length", "max_length", "max_digits", "decimal_places"})
_CLASSES = ("Read", "Page")  # what is answered: nothing is checked by it


def schema_sites(source: Source, facts: Facts) -> Sites:
    """Yield every change of a module of schemas or of query parameters."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Call() if called(node) == "Field":
                yield from _field(source, node)
            case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=parts)):
                yield from _marks(source, list(parts))
            case ast.ClassDef():
                yield from _members(source, facts, node)
            case ast.Assign(targets=[ast.Name()], value=ast.Subscript() as value) if _is_literal(value):
                yield from _options(source, value)
            case _:
                pass


def _field(source: Source, call: ast.Call) -> Sites:
    items = arguments(call)
    for number, item in enumerate(items):
        if not isinstance(item, ast.keyword) or item.arg in (None, "description", "alias"):
            continue
        what = f"`{item.arg}` dropped"
        yield Site("constraint_dropped", item.lineno, what, source.without(items, number))
        if item.arg in _MOVED:
            other = f"{_MOVED[item.arg]}={source.segment(item.value)}"
            what = f"`{item.arg}` becomes `{_MOVED[item.arg]}`"
            yield Site("boundary_moved", item.lineno, what, source.replace(item, other))
        if item.arg in _MOVED or item.arg in _SIZES:
            yield from _steps(source, item.value)


def _steps(source: Source, value: ast.expr) -> Sites:
    for step in (1, -1):
        match value:
            case ast.Constant(value=int() as known) if known + step >= 0:
                yield _moved(source, value, str(known), str(known + step))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as known)):
                yield _moved(source, value, str(-known), str(-known + step))
            case ast.Call(func=ast.Name(id="Decimal"), args=[ast.Constant(value=str() as text)]):
                yield _moved(source, value.args[0], text, repr(str(Decimal(text) + step)))
            case _:
                pass


def _moved(source: Source, node: ast.expr, before: str, after: str) -> Site:
    return Site("boundary_moved", node.lineno, f"{before} becomes {after}", source.replace(node, after))


def _marks(source: Source, parts: list[ast.expr]) -> Sites:
    items: list[Item] = list(parts)
    for number, mark in enumerate(parts):
        if isinstance(mark, ast.Name) and number and len(parts) > 2:
            what = f"`{mark.id}` dropped"
            yield Site("constraint_dropped", mark.lineno, what, source.without(items, number))


def _members(source: Source, facts: Facts, node: ast.ClassDef) -> Sites:
    answered = node.name.endswith(_CLASSES)
    for member in node.body:
        if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
            yield from _nullable(source, member)
            if not answered:
                yield from _default(source, facts, member)


def _nullable(source: Source, member: ast.AnnAssign) -> Sites:
    match member.annotation:
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)) if member.value is None:
            what = "it can't be null"
            yield Site(
                "type_changed", member.lineno, what, source.replace(member.annotation, source.segment(left))
            )
        case ast.BinOp() | ast.Subscript(value=ast.Name(id="Omittable")):
            pass
        case annotation if "| None" in source.segment(annotation):
            pass  # it may be null already
        case annotation:
            text = f"{source.segment(annotation)} | None"
            yield Site("type_changed", member.lineno, "it may be null", source.replace(annotation, text))


def _default(source: Source, facts: Facts, member: ast.AnnAssign) -> Sites:
    name = ast.unparse(member.target)
    match member.value:
        case None:
            text = f"{source.segment(member)} = None"
            what = f"{name} may be left out"
            yield Site("constraint_dropped", member.lineno, what, source.replace(member, text))
        case ast.Constant(value=bool() as known):
            yield _other(source, member.value, repr(not known))
        case ast.Constant(value=int() as known):
            yield _other(source, member.value, str(known + 1))
        case ast.Constant(value=str() as known):
            other = facts.sibling(known) or f"{known}x"
            yield _other(source, member.value, repr(other))
        case ast.Call(func=ast.Name(id="Decimal"), args=[ast.Constant(value=str() as text) as value]):
            yield _other(source, value, repr(str(Decimal(text) + 1)))
        case _:
            pass


def _other(source: Source, value: ast.expr, text: str) -> Site:
    what = f"the default {source.segment(value)} becomes {text}"
    return Site("default_changed", value.lineno, what, source.replace(value, text))


def _is_literal(value: ast.Subscript) -> bool:
    return isinstance(value.value, ast.Name) and value.value.id == "Literal"


def _options(source: Source, value: ast.Subscript) -> Sites:
    """Take a value out of an enum, or let one more in."""
    options = list(value.slice.elts) if isinstance(value.slice, ast.Tuple) else [value.slice]
    items: list[Item] = list(options)
    if len(options) > 1:
        for number, option in enumerate(options):
            what = f"{source.segment(option)} is no value"
            yield Site("type_changed", option.lineno, what, source.without(items, number))
    text = f"{source.segment(options[-1])}, 'one_more'"
    what = "takes a value more"
    yield Site("type_changed", value.lineno, what, source.replace(options[-1], text))
