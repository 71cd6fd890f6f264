"""Changes of services: guards, effects, locks, defaults, answers."""

from __future__ import annotations

import ast
from typing import Any

from generator.verify.mutants.code.exprs import expression_sites, symbol
from generator.verify.mutants.code.site import Facts, Site, Sites
from generator.verify.mutants.text import Source, arguments, called, keyword

_WRITES = frozenset({"insert", "save", "flush", "delete"})
_SWAPPED = {"+": "-=", "-": "+=", "*": "+=", "/": "*="}
_PARAMETERS = frozenset({"limit", "offset", "sort", "q", "total"})


def service_sites(source: Source, facts: Facts) -> Sites:
    """Yield every change of a service module."""
    for function in source.tree.body:
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                yield from _statement(source, facts, node)
                if isinstance(node, ast.Call):
                    yield from _call(source, facts, node)


def _statement(source: Source, facts: Facts, node: ast.AST) -> Sites:
    match node:
        case ast.If():
            yield from _branch(source, facts, node)
        case ast.AugAssign(target=ast.Attribute()):
            yield from _step(source, node)
        case ast.Assign(targets=[ast.Attribute() as target], value=value):
            yield Site("effect_dropped", node.lineno, "dropped", source.replace(node, "pass"))
            yield from _assigned(source, facts, target, value)
        case ast.Expr(value=ast.Await(value=ast.Call() as call)):
            yield from _awaited(source, node, call)
        case ast.Expr(value=ast.Call() as call) if called(call) == "found":
            what = "a missing row is not refused"
            yield Site("guard_dropped", node.lineno, what, source.replace(call.func, "bool"))
        case ast.comprehension() | ast.IfExp():
            yield from _filtered(source, facts, node)
        case ast.For() if len(node.body) == 1:
            pass  # its body is seen on its own
        case _:
            pass


def _branch(source: Source, facts: Facts, node: ast.If) -> Sites:
    refuses = isinstance(node.body[0], ast.Raise)
    kind = "guard_dropped" if refuses else "conflict_changed" if _is_conflict(node) else "effect_changed"
    for value in (False,) if refuses else (False, True):
        text = _constant_test(node.test, value=value)
        what = "the guard is never broken" if refuses else f"the condition is always {value}"
        yield Site(kind, node.lineno, what, source.replace(node.test, text))  # type: ignore[arg-type]
    yield from expression_sites(source, facts, node.test, "comparison_flipped")


def _constant_test(test: ast.expr, *, value: bool) -> str:
    """Keep what a type checker narrows by, so that only behaviour changes."""
    return f"bool({int(value)})" if isinstance(test, ast.expr) else ""


def _is_conflict(node: ast.If) -> bool:
    names = {n.id for n in ast.walk(node.test) if isinstance(n, ast.Name)}
    return "existing" in names


def _step(source: Source, node: ast.AugAssign) -> Sites:
    yield Site("effect_dropped", node.lineno, "dropped", source.replace(node, "pass"))
    written = symbol(node.op)
    if written in _SWAPPED:
        other = _SWAPPED[written]
        text = f"{source.segment(node.target)} {other} {source.segment(node.value)}"
        yield Site(
            "effect_changed", node.lineno, f"`{written}=` becomes `{other}`", source.replace(node, text)
        )
    if not isinstance(node.value, ast.Constant):
        yield Site("effect_changed", node.lineno, "the operand becomes 1", source.replace(node.value, "1"))
    elif type(node.value.value) is int:
        more = node.value.value + 1
        what = f"`{node.value.value}` becomes `{more}`"
        yield Site("effect_changed", node.lineno, what, source.replace(node.value, str(more)))


def _assigned(source: Source, facts: Facts, target: ast.Attribute, value: ast.expr) -> Sites:
    other = _other(facts, value)
    if other is not None:
        what = f"{source.segment(value)} becomes {other}"
        yield Site("effect_changed", value.lineno, what, source.replace(value, other))
    elif not isinstance(value, ast.Constant):
        text = source.segment(target)
        yield from expression_sites(source, facts, value, "effect_changed")
        if _is_plain(value):
            yield Site("effect_changed", value.lineno, "keeps the old value", source.replace(value, text))


def _is_plain(value: ast.expr) -> bool:
    return isinstance(value, ast.BinOp)


def _other(facts: Facts, value: ast.expr) -> str | None:
    """Return another constant of the same kind."""
    match value:
        case ast.Constant(value=bool() as known):
            return repr(not known)
        case ast.Constant(value=int() as known):
            return repr(known + 1)
        case ast.Constant(value=str() as known):
            sibling = facts.sibling(known)
            return repr(sibling) if sibling is not None else None
        case _:
            return None


def _awaited(source: Source, node: ast.Expr, call: ast.Call) -> Sites:
    name, table = called(call), bool(call.args) and "LOCK_TABLE" in source.segment(call.args[0])
    if name in _WRITES or (name == "execute" and not table):
        yield Site("effect_dropped", node.lineno, f"`{name}` dropped", source.replace(node, "pass"))
    elif table:
        yield Site("lock_dropped", node.lineno, "the table is not locked", source.replace(node, "pass"))


def _filtered(source: Source, facts: Facts, node: Any) -> Sites:
    if isinstance(node, ast.comprehension):
        for test in node.ifs:
            if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.IsNot):
                what = "the condition is always true"
                yield Site("effect_changed", test.lineno, what, source.replace(test, "bool(1)"))
                yield from expression_sites(source, facts, test, "effect_changed")


def _call(source: Source, facts: Facts, call: ast.Call) -> Sites:
    name = called(call)
    if keyword(call, "race") is not None:
        number = next(n for n, a in enumerate(arguments(call)) if getattr(a, "arg", "") == "race")
        what = "whoever was faster is not looked for again"
        yield Site("lock_dropped", call.lineno, what, source.without(arguments(call), number))
    if name == "GuardFailed":
        yield from _refusal(source, call)
    elif name == "Stored":
        yield from _stored(source, call)
    elif name == "page":
        yield from _page(source, call)
    elif name == "model_dump":
        yield from _dumped(source, call)
    elif isinstance(call.func, ast.Name) and keyword(call, "id") is not None:
        yield from _record(source, facts, call)


def _refusal(source: Source, call: ast.Call) -> Sites:
    status = call.args[2] if len(call.args) > 2 else None
    if isinstance(status, ast.Constant):
        text = "422" if status.value != 422 else "409"
        yield Site("status_changed", call.lineno, f"answers {text}", source.replace(status, text))
    elif len(call.args) == 2:
        text = f"{source.segment(call.args[1])}, 409"
        yield Site("status_changed", call.lineno, "answers 409", source.replace(call.args[1], text))
    other = repr("rule:Other:0")
    yield Site("error_code_changed", call.lineno, "names another guard", source.replace(call.args[0], other))


def _stored(source: Source, call: ast.Call) -> Sites:
    new = keyword(call, "new")
    if new is not None:
        text = f"not ({source.segment(new)})"
        yield Site("status_changed", call.lineno, "201 and 200 change places", source.replace(new, text))


def _page(source: Source, call: ast.Call) -> Sites:
    items = arguments(call)
    for number, item in enumerate(items):
        if isinstance(item, ast.keyword) and item.arg in _PARAMETERS - {"limit", "offset"}:
            what = f"`{item.arg}` is not passed on"
            yield Site("list_changed", item.lineno, what, source.without(items, number))
        elif isinstance(item, ast.keyword) and item.arg in ("limit", "offset"):
            text = f"{source.segment(item.value)} + 1"
            what = f"`{item.arg}` is one more"
            yield Site("list_changed", item.lineno, what, source.replace(item.value, text))
    filters = keyword(call, "filters")
    if isinstance(filters, ast.Dict):
        entries: list[Any] = list(zip(filters.keys, filters.values, strict=True))
        for number, (key, _) in enumerate(entries):
            what = f"the filter {source.segment(key)} is not passed on"
            yield Site("list_changed", key.lineno, what, source.without(entries, number))


def _dumped(source: Source, call: ast.Call) -> Sites:
    unset = keyword(call, "exclude_unset")
    if unset is not None:
        what = "what is left out is written too"
        yield Site("effect_changed", call.lineno, what, source.replace(unset, "False"))


def _record(source: Source, facts: Facts, call: ast.Call) -> Sites:
    for argument in call.keywords:
        other = _other(facts, argument.value)
        if other is not None:
            what = f"{argument.arg} begins as {other}"
            yield Site("default_changed", argument.lineno, what, source.replace(argument.value, other))
        else:
            yield from expression_sites(source, facts, argument.value, "effect_changed")
