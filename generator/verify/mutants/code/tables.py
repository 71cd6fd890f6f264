"""Changes of models and migrations: types, what may be null, constraints, defaults."""

from __future__ import annotations

import ast
import re

from generator.verify.mutants.code.site import Facts, Site, Sites
from generator.verify.mutants.text import Item, Source, arguments, called, keyword

_TYPES = {
    "Integer": "BigInteger",
    "BigInteger": "Integer",
    "Boolean": "Integer",
    "Date": "DateTime",
    "Double": "Integer",
    "Float": "Integer",
    "Uuid": "String(36)",
    "Time": "Interval",
}
_CONSTRAINTS = frozenset(
    {
        "CheckConstraint",
        "UniqueConstraint",
        "ForeignKeyConstraint",
        "ForeignKey",
        "ExcludeConstraint",
        "Index",
    }
)
_OPERATIONS = frozenset({"create_index", "create_check_constraint", "create_foreign_key", "execute"})
_MOVED = {">=": ">", ">": ">=", "<=": "<", "<": "<="}
_ORDER = re.compile(r"(?<![<>=!])(>=|<=|>|<)(?![<>=])")
_DROPPED = {"ondelete": "what refers to it stays", "postgresql_where": "it holds for every row"}


def table_sites(source: Source, facts: Facts) -> Sites:
    """Yield every change of a module of models or of the first migration."""
    for root in source.tree.body:
        if isinstance(root, ast.FunctionDef) and root.name == "downgrade":
            continue
        for node in ast.walk(root):
            match node:
                case ast.Expr(value=ast.Call() as call) if called(call) in _OPERATIONS:
                    what = f"`{called(call)}` dropped"
                    yield Site("constraint_dropped", node.lineno, what, source.replace(node, "pass"))
                case ast.Call():
                    yield from _call(source, facts, node)
                case ast.Attribute(value=ast.Name(id="sa"), attr=name) if name in _TYPES:
                    what = f"{name} becomes {_TYPES[name]}"
                    yield Site("type_changed", node.lineno, what, source.replace(node, f"sa.{_TYPES[name]}"))
                case ast.AnnAssign(annotation=ast.Subscript(value=ast.Name(id="Mapped"))):
                    yield from _mapped(source, node)
                case ast.Tuple():
                    yield from _dropped(source, list(node.elts))
                case _:
                    pass


def _call(source: Source, facts: Facts, call: ast.Call) -> Sites:
    name, items = called(call), arguments(call)
    if name in ("create_table", "mapped_column", "Column"):
        yield from _dropped(source, items)
    if name in ("String", "Numeric"):
        yield from _sizes(source, call)
    if name == "CheckConstraint":
        yield from _condition(source, call.args[0])
    for number, item in enumerate(items):
        if isinstance(item, ast.keyword):
            yield from _option(source, facts, items, number, item)


def _dropped(source: Source, items: list[Item] | list[ast.expr]) -> Sites:
    every: list[Item] = list(items)
    for number, item in enumerate(every):
        if isinstance(item, ast.Call) and called(item) in _CONSTRAINTS:
            name = keyword(item, "name")
            which = f" {source.segment(name)}" if name is not None else ""
            what = f"`{called(item)}`{which} dropped"
            yield Site("constraint_dropped", item.lineno, what, source.without(every, number))


def _sizes(source: Source, call: ast.Call) -> Sites:
    for size in call.args:
        if isinstance(size, ast.Constant) and isinstance(size.value, int):
            text = str(size.value + 1)
            yield Site(
                "type_changed", size.lineno, f"{size.value} becomes {text}", source.replace(size, text)
            )


def _condition(source: Source, value: ast.expr) -> Sites:
    if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
        return
    found = _ORDER.search(value.value)
    if found is not None:
        other = _MOVED[found[1]]
        text = value.value[: found.start()] + other + value.value[found.end() :]
        what = f"`{found[1]}` becomes `{other}`"
        yield Site("boundary_moved", value.lineno, what, source.replace(value, repr(text)))


def _option(source: Source, facts: Facts, items: list[Item], number: int, item: ast.keyword) -> Sites:
    match item:
        case ast.keyword(arg="nullable", value=ast.Constant(value=known)):
            what = "it accepts null" if not known else "it refuses null"
            edit = source.replace(item.value, repr(not known))
            yield Site("constraint_dropped", item.lineno, what, edit)
        case ast.keyword(arg="unique", value=ast.Constant(value=True)):
            yield Site("constraint_dropped", item.lineno, "not unique", source.replace(item.value, "False"))
        case ast.keyword(arg="timezone"):
            yield Site("type_changed", item.lineno, "no time zone", source.replace(item.value, "False"))
        case ast.keyword(arg="collation"):
            yield Site("type_changed", item.lineno, "no collation", source.without(items, number))
        case ast.keyword(arg="server_default"):
            yield Site("default_changed", item.lineno, "no default", source.without(items, number))
            if isinstance(item.value, ast.Constant) and (other := facts.sibling(item.value.value)):
                what = f"the default becomes {other}"
                yield Site("default_changed", item.lineno, what, source.replace(item.value, repr(other)))
        case ast.keyword(arg=str() as name) if name in _DROPPED:
            yield Site("constraint_dropped", item.lineno, _DROPPED[name], source.without(items, number))
        case _:
            pass


def _mapped(source: Source, node: ast.AnnAssign) -> Sites:
    annotation = node.annotation
    if not isinstance(annotation, ast.Subscript) or called(node.value or annotation) != "mapped_column":
        return
    inner = annotation.slice
    if isinstance(inner, ast.BinOp):
        text = source.segment(inner.left)
        yield Site("constraint_dropped", node.lineno, "it refuses null", source.replace(inner, text))
    else:
        text = f"{source.segment(inner)} | None"
        yield Site("constraint_dropped", node.lineno, "it accepts null", source.replace(inner, text))
