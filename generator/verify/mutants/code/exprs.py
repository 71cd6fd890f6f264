"""Changes of expressions: comparisons, bounds, boolean and arithmetic operators."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from generator.verify.mutants.code.site import Facts, Site, Sites
from generator.verify.mutants.model import Kind
from generator.verify.mutants.text import Source, called

_NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_MOVED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
}
_SYMBOLS: dict[type[ast.AST], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Mod: "%",
    ast.FloorDiv: "//",
    ast.Pow: "**",
}
_FOLDS = {"any": "all", "all": "any"}
_SQL_FOLDS = {"sum": "max", "count": "sum", "max": "min", "min": "max", "avg": "max", "and_": "or_"}


def symbol(operator: ast.AST) -> str:
    """Return an operator as it is written."""
    return _SYMBOLS[type(operator)]


def expression_sites(source: Source, facts: Facts, root: ast.AST, arithmetic: Kind) -> Sites:
    """Yield the changes of everything in an expression; arithmetic ones count as `arithmetic`."""
    for node in ast.walk(root):
        match node:
            case ast.Compare(ops=[_], comparators=[_]):
                yield from _comparison(source, facts, node)
            case ast.BoolOp():
                other = "or" if isinstance(node.op, ast.And) else "and"
                text = f"({f' {other} '.join(_operand(source, v) for v in node.values)})"
                yield _site(source, "boolean_swapped", node, text, f"`and`/`or` becomes `{other}`")
            case ast.UnaryOp(op=ast.Not()):
                text = f"({source.segment(node.operand)})"
                yield _site(source, "boolean_swapped", node, text, "`not` dropped")
            case ast.BinOp() if type(node.op) in _ARITHMETIC:
                yield from _binary(source, node, arithmetic)
            case ast.Call(func=ast.Name(id=name)) if name in _FOLDS:
                what = f"`{name}` becomes `{_FOLDS[name]}`"
                yield _site(source, "boolean_swapped", node.func, _FOLDS[name], what)
            case _:
                pass


def fold_sites(source: Source, root: ast.AST) -> Sites:
    """Yield the changes of SQL aggregates: `func.sum` becomes `func.max`, and so on."""
    for node in ast.walk(root):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "func" and node.attr in _SQL_FOLDS:
            other = _SQL_FOLDS[node.attr]
            yield _site(source, "derived_changed", node, f"func.{other}", f"`{node.attr}` becomes `{other}`")


def _comparison(source: Source, facts: Facts, node: ast.Compare) -> Sites:
    operator, right = node.ops[0], node.comparators[0]
    for kind, table in (("comparison_flipped", _NEGATED), ("boundary_moved", _MOVED)):
        other = table.get(type(operator))
        if other is not None:
            text = _compared(source, node, _SYMBOLS[other], source.segment(right))
            what = f"`{symbol(operator)}` becomes `{_SYMBOLS[other]}`"
            yield _site(source, kind, node, text, what)  # type: ignore[arg-type]
    yield from _more_states(source, facts, node, operator, right)
    for number, value in _numbers(node):
        for other_value in (value + 1, value - 1):
            what = f"`{value}` becomes `{other_value}`"
            yield _site(source, "boundary_moved", number, str(other_value), what)


def _compared(source: Source, node: ast.Compare, operator: str, right: str) -> str:
    return f"{_operand(source, node.left)} {operator} {right}"


def _more_states(
    source: Source, facts: Facts, node: ast.Compare, operator: ast.cmpop, right: ast.expr
) -> Sites:
    """Let one state more through than the guard does."""
    listed = right.elts if isinstance(right, ast.Tuple) else [right]
    states = {e.value: None for e in listed if isinstance(e, ast.Constant) and isinstance(e.value, str)}
    other = facts.other_state(states) if len(states) == len(listed) else None
    if other is None or not isinstance(node.left, ast.Attribute):
        return
    word = "not in" if isinstance(operator, ast.NotEq | ast.NotIn) else "in"
    text = _compared(source, node, word, repr((*states, other)))
    yield _site(source, "transition_added", node, text, f"{other} is let through too")


def _binary(source: Source, node: ast.BinOp, kind: Kind) -> Sites:
    other = _SYMBOLS[_ARITHMETIC[type(node.op)]]
    text = f"({_operand(source, node.left)} {other} {_operand(source, node.right)})"
    yield _site(source, kind, node, text, f"`{symbol(node.op)}` becomes `{other}`")


def _operand(source: Source, node: ast.expr) -> str:
    text = source.segment(node)
    plain = isinstance(node, ast.Name | ast.Attribute | ast.Constant | ast.Call | ast.Subscript)
    return text if plain else f"({text})"


def _numbers(node: ast.Compare) -> Iterator[tuple[ast.Constant, int]]:
    """Yield the integers that the comparison is about, those of its arithmetic and calls included."""
    todo: list[ast.AST] = [node.left, *node.comparators]
    while todo:
        found = todo.pop()
        if isinstance(found, ast.Constant):
            if isinstance(found.value, int) and not isinstance(found.value, bool):
                yield found, found.value
        elif isinstance(found, ast.BinOp | ast.UnaryOp):
            todo += ast.iter_child_nodes(found)
        elif isinstance(found, ast.Call) and called(found) in ("timedelta", "const"):
            todo += [*found.args, *(k.value for k in found.keywords)]


def _site(source: Source, kind: Kind, node: ast.expr, text: str, what: str) -> Site:
    return Site(kind, node.lineno, what, source.replace(node, text))
