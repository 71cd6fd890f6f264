"""Gate: what an operation reads to decide, or changes, is locked; whoever loses a race tries again.

Requests sent one after the other can't show a missing lock, so it is read off
the source: what each statement's name promises must be what it does, and each
operation must lock what the IR says that it changes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from generator.emit.operations import function_name
from generator.emit.python import module, module_path
from generator.expr.model import AggregateExpr, Expr, RowsOf
from generator.expr.walk import walk
from generator.ir.model import (
    Assign,
    Create,
    Delete,
    Each,
    Link,
    Operation,
    OperationKind,
    Transition,
    When,
)
from generator.ir.writes import effects_of, row_entity
from generator.verify.gates.build import Build
from generator.verify.gates.modules import Function
from generator.verify.model import Finding

_LOADS = frozenset({"one", "maybe", "all", "rows", "load", "load_links"})
_PROMISES = {"LOCK_TABLE": "lock_table", "LOCK": "locking", "EXISTING": "locking", "SHARE": "sharing"}
_STRONG = frozenset({"locking", "lock_table"})


def check(build: Build) -> list[Finding]:
    """Check the statements of each entity, then each operation that writes."""
    statements = {e.name: _statements(build, e.snake) for e in build.ir.domain.entities}
    found: list[Finding] = []
    for entity in build.ir.domain.entities:
        path = module_path(entity.snake, "queries")
        for name, (lock, line) in statements[entity.name].items():
            if (promised := _promise(name)) and lock != promised:
                what = f"{name} does not lock: it is no sql.{promised}(…)"
                found.append(build.finding("statement", what, path=path, line=line, node=entity.id))
    locks = {entity: {n: lock for n, (lock, _) in all_.items()} for entity, all_ in statements.items()}
    for operation in build.ir.api.operations:
        found += _operation(build, operation, locks)
    return found


def _promise(name: str) -> str:
    return next((lock for prefix, lock in _PROMISES.items() if name.startswith(prefix)), "")


def _statements(build: Build, snake: str) -> dict[str, tuple[str, int]]:
    """Return name -> (the lock that it takes, line) of an entity's statements."""
    tree = build.modules.get(module_path(snake, "queries"))
    found = {}
    for node in tree.body if tree else ():
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = (_lock(value), node.lineno)
            case _:
                pass
    return found


def _lock(value: ast.expr) -> str:
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="sql"), attr=name)):
            return name if name in _PROMISES.values() else ""
        case _:
            return ""


def _operation(build: Build, operation: Operation, locks: dict[str, dict[str, str]]) -> Iterator[Finding]:
    entity = build.index.entities[operation.entity]
    path = module_path(entity.snake, "service")
    tree, name = build.modules.get(path), function_name(operation)
    function = (
        next((n for n in tree.body if isinstance(n, Function) and n.name == name), None) if tree else None
    )
    if tree is None or function is None:
        return  # the calls gate says so
    loads = list(_loads(build, tree, function))
    taken = {e: {locks[e].get(statement, "") for at, statement, _ in loads if at == e} for e in locks}
    for at, statement, line in loads:
        looks_first = any(taken[at])  # to find out what to lock
        if operation.kind is not OperationKind.READ and not locks[at].get(statement) and not looks_first:
            what = f"{operation.id} reads rows of {at} without a lock ({statement})"
            yield build.finding("unlocked", what, path=path, line=line, node=operation.id)
    for changed in sorted(_changed(build, operation)):
        if not taken[changed] & _STRONG:
            what = f"{operation.id} changes rows of {changed} that it has not locked for change"
            yield build.finding("weak", what, path=path, line=function.lineno, node=operation.id)
    for counted in sorted(_tables(build, operation)):
        if "lock_table" not in taken[counted]:
            what = f"{operation.id} decides over all rows of {counted} without locking their table"
            yield build.finding("table", what, path=path, line=function.lineno, node=operation.id)
    yield from _races(build, operation, function, path)


def _loads(build: Build, tree: ast.Module, function: Function) -> Iterator[tuple[str, str, int]]:
    """Yield (entity, statement, line) of each statement of rows that a transaction runs."""
    modules = {module(e.snake, "queries"): e.name for e in build.ir.domain.entities}
    known = {
        alias.asname: modules[alias.name]
        for node in tree.body
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name in modules
    }
    for call in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
        match call.func:
            case ast.Attribute(value=ast.Name(id="tx"), attr=method) if method in _LOADS | {"execute"}:
                for name, statement in _named(call):
                    entity = known.get(name)
                    links = statement.startswith("LINKS_")
                    if entity and not links and (method in _LOADS or statement == "LOCK_TABLE"):
                        yield entity, statement, call.lineno
            case _:
                pass


def _named(call: ast.Call) -> Iterator[tuple[str, str]]:
    for argument in call.args:
        match argument:
            case ast.Attribute(value=ast.Name(id=name), attr=statement) if statement.isupper():
                yield name, statement
            case _:
                pass


def _changed(build: Build, operation: Operation) -> set[str]:
    """Return the entities whose rows, there before, the operation changes after looking at them."""
    if operation.kind is not OperationKind.FLOW:
        return set()
    flow = build.index.flows[operation.flow]
    made = {e.binding for e in effects_of(flow.effects) if isinstance(e, Create)}
    found = {flow.entity} if flow.subject != "none" else set()
    for effect in effects_of(flow.effects):
        match effect:
            case Assign(target=ref) | Transition(target=ref) | Link(collection=ref):
                if ref.root not in made or ref.via:
                    found.add(row_entity(build.index, ref))
            case Delete(target=ref):
                if ref.root not in made:
                    found.add(ref.type.of)
            case Create() | Each() | When():
                pass
    return found


def _tables(build: Build, operation: Operation) -> set[str]:
    """Return the entities of which a guard reads all rows."""
    guards = build.guards.get(operation.entity, operation.name)
    exprs: list[Expr] = [g.expr for g in guards]
    sources = [e.source for expr in exprs for e in walk(expr) if isinstance(e, AggregateExpr)]
    return {s.entity.removeprefix("entity:") for s in sources if isinstance(s, RowsOf)}


def _races(build: Build, operation: Operation, function: Function, path: str) -> Iterator[Finding]:
    """Ask that whoever is slower looks again for the row of a unique that is not simply refused."""
    if operation.kind is not OperationKind.CREATE:
        return
    entity = build.index.entities[operation.entity]
    wanted = {u.id for u in entity.uniques if u.on_conflict != "reject"}
    named = {
        c.value
        for n in ast.walk(function)
        if isinstance(n, ast.keyword) and n.arg == "race"
        for c in ast.walk(n.value)
        if isinstance(c, ast.Constant)
    }
    for violation in build.physical.violations:
        if violation.constraint in wanted and violation.name not in named:
            what = f"{operation.id} fails when somebody else is faster: {violation.name} is no `race`"
            yield build.finding("race", what, path=path, line=function.lineno, node=violation.constraint)
