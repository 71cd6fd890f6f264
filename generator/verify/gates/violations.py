"""Gate: the database holds what the IR demands, and its refusals are answered as the spec says.

Read off the IR on its own: what most of these constraints forbid is refused
before a statement is sent, so that no request shows them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from generator.core.syntax_tree import parse_expression
from generator.emit.tables import Physical, Table
from generator.ir.model import Rule, Unique
from generator.verify.gates.build import Build
from generator.verify.gates.scripts import VERSIONS, Item, items
from generator.verify.model import Finding

_PATH = "app/violations.py"
_WHERE = "postgresql_where"
Answer = tuple[Any, ...]  # status, code, constraint, and the entity that is missing


def check(build: Build) -> list[Finding]:
    """Compare each answer, then the condition of each CHECK and of each partial index."""
    return [*_answers(build), *_conditions(build)]


def _answers(build: Build) -> Iterator[Finding]:
    written = dict(_written(build.modules.get(_PATH)))
    wanted = dict(_wanted(build))
    for name, answer in wanted.items():
        node = str(answer[2])
        if name not in written:
            what = f"a violation of {name} has no answer"
            yield build.finding("no-answer", what, path=_PATH, node=node)
        elif written[name][0] != answer:
            what = f"a violation of {name} is answered {written[name][0]}, not {answer}"
            yield build.finding("answer", what, path=_PATH, line=written[name][1], node=node)


def _written(tree: ast.Module | None) -> Iterator[tuple[str, tuple[Answer, int]]]:
    for node in ast.walk(tree) if tree else ():
        if not isinstance(node, ast.Dict):
            continue
        for key, value in zip(node.keys, node.values, strict=True):
            match key, value:
                case ast.Constant(value=str() as name), ast.Call(args=[_, _, _, *_] as given):
                    missing = [k.value for k in value.keywords if k.arg == "missing"]
                    parts = [_constant(p) for p in (*given[:3], *missing)]
                    yield name, (tuple(parts), value.lineno)
                case _:
                    pass


def _constant(node: ast.expr) -> Any:
    return node.value if isinstance(node, ast.Constant) else ast.unparse(node)


def _wanted(build: Build) -> Iterator[tuple[str, Answer]]:
    rules, uniques = _stated(build)
    entities = {t.name: t.entity for t in build.physical.tables}
    for table in build.physical.tables:
        for check_ in table.checks:
            rule = rules.get(check_.node)
            if rule is None:
                yield check_.name, (422, "out_of_range", check_.node)
            else:
                yield check_.name, (rule.condition.status, "guard_failed", rule.condition.id)
        for name, node in _uniques(table):
            status = uniques[node].status if node in uniques else 409
            yield name, (status, "conflict", node)
        for column in table.columns if table.role != "counter" else ():
            if column.foreign_key is not None:
                key = column.foreign_key
                yield key.name, (409, "in_use", column.node or table.node, entities[key.table])


def _stated(build: Build) -> tuple[dict[str, Rule], dict[str, Unique]]:
    entities = build.ir.domain.entities
    rules = {r.id: r for e in entities for r in e.rules}
    return rules, {u.id: u for e in entities for u in e.uniques}


def _uniques(table: Table) -> list[tuple[str, str]]:
    return [
        *((u.name, u.node) for u in table.uniques),
        *((e.name, e.node) for e in table.exclusions),
        *((i.name, i.node) for i in table.indexes if i.unique),
    ]


def _conditions(build: Build) -> Iterator[Finding]:
    wanted = dict(_demanded(build.physical))
    for name, item in (*_of_models(build), *_of_migrations(build)):
        if name in wanted and item.text != wanted[name][0]:
            what = f"{name} demands {item.text!r}, not {wanted[name][0]!r}"
            yield build.finding("condition", what, path=item.path, line=item.line, node=wanted[name][1])


def _of_models(build: Build) -> Iterator[tuple[str, Item]]:
    for path in sorted(p for p in build.modules if p.endswith("/models.py")):
        for call in (n for n in ast.walk(build.modules[path]) if isinstance(n, ast.Call)):
            if (stated := _stated_in(call)) is not None:
                yield stated[0], Item(stated[1], call.lineno, path)


def _of_migrations(build: Build) -> Iterator[tuple[str, Item]]:
    """Yield what stands after all upgrades: an earlier revision may have demanded something else."""
    scripts = ((path, tree) for path, tree in sorted(build.modules.items()) if path.startswith(VERSIONS))
    for (_, name), item in items(scripts).items():
        call = parse_expression(item.text) if "(" in item.text and not item.text.startswith("ALTER") else None
        if isinstance(call, ast.Call) and (stated := _stated_in(call)) is not None:
            yield name, Item(stated[1], item.line, item.path)


def _demanded(physical: Physical) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield name -> (condition, node) of everything that has one."""
    for table in physical.tables:
        yield from ((c.name, (c.sql, c.node)) for c in table.checks)
        yield from ((i.name, (i.where, i.node)) for i in table.indexes if i.unique)


def _stated_in(call: ast.Call) -> tuple[str, str] | None:
    """Return (name, condition) of a CHECK or an index as a model or a migration writes it."""
    given = {k.arg: k.value for k in call.keywords}
    match call.func, call.args:
        case ast.Attribute(attr="CheckConstraint"), [ast.Constant(value=str() as text), *_]:
            return str(_constant(given.get("name", call))), text
        case ast.Attribute(attr="create_check_constraint"), [ast.Constant(value=str() as name), _, condition]:
            return (name, str(condition.value)) if isinstance(condition, ast.Constant) else None
        case ast.Attribute(attr="create_index" | "Index"), [ast.Constant(value=str() as name), *_]:
            return name, _inner(given.get(_WHERE))
        case _:
            return None


def _inner(node: ast.expr | None) -> str:
    """Return the text in `sa.text("…")`."""
    match node:
        case ast.Call(args=[ast.Constant(value=str() as text)]):
            return text
        case _:
            return ""
