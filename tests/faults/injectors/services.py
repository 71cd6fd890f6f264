"""Faults of services and of the statements that they send."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from generator.guards.model import Phase
from generator.ir.model import Operation, OperationKind
from tests.faults.app import App
from tests.faults.model import Injected, NoPlace, pick
from tests.faults.source import Function, Source, called, calls, every, guards, says


def _places(app: App, *kinds: str) -> Iterator[tuple[Operation, str, Source, Function]]:
    """Yield each operation of some kinds, its module and its service function."""
    for operation in app.operations(*kinds):
        path = app.path(operation.entity, "service")
        source = Source(app.text(path))
        name = "list_page" if operation.kind is OperationKind.LIST else operation.name
        yield operation, path, source, source.function(name)


def _preconditions(app: App) -> Iterator[tuple[Operation, str, Source, ast.If, str]]:
    """Yield the call site of each `requires` of a flow."""
    for operation, path, source, function in _places(app, OperationKind.FLOW):
        for guard in app.guards.get(operation.entity, operation.name).pre:
            if guard.source_constraint_id.startswith("require:"):
                for site in guards(function, guard.source_constraint_id):
                    yield operation, path, source, site, guard.source_constraint_id


def guard_dropped(app: App) -> Injected:
    """Nothing checks a guard."""
    found = [Injected(app.with_text(p, s.removed(i)), c) for _, p, s, i, c in _one(_preconditions(app))]
    return pick(found)


def _one(
    places: Iterator[tuple[Operation, str, Source, ast.If, str]],
) -> list[tuple[Operation, str, Source, ast.If, str]]:
    return list(places)[:1]


def guard_of_another(app: App) -> Injected:
    """The guard of one flow is also applied in another of the same entity."""
    for operation, path, source, site, _ in _preconditions(app):
        used = {n.id for n in every(site.test, ast.Name)}
        for other, _, its, function in _places(app, OperationKind.FLOW):
            assigned = every(function, ast.Assign)
            named = [s for s in assigned if other.entity == operation.entity and used <= _names(s)]
            if named and other.id != operation.id:
                text = its.after(named[0], _indented(source, site, named[0].col_offset))
                return Injected(app.with_text(path, text), other.id)
    raise NoPlace


def _names(assign: ast.Assign) -> set[str]:
    return {t.id for t in assign.targets if isinstance(t, ast.Name)}


def _indented(source: Source, node: ast.stmt, depth: int) -> str:
    lines = source.of(node).splitlines()
    shift = depth - node.col_offset
    return "\n".join([lines[0], *(" " * max(shift, 0) + line[max(-shift, 0) :] for line in lines[1:])])


def half_understood(app: App) -> Injected:
    """Of `A and B` only A is checked."""
    for _, path, source, site, constraint in _preconditions(app):
        if isinstance(site.test, ast.BoolOp) and isinstance(site.test.op, ast.Or):
            text = source.replaced(site.test, source.of(site.test.values[0]))
            return Injected(app.with_text(path, text), constraint)
    raise NoPlace


def other_half_understood(app: App) -> Injected:
    """Of `A and B` only B is checked."""
    for _, path, source, site, constraint in _preconditions(app):
        if isinstance(site.test, ast.BoolOp) and isinstance(site.test.op, ast.Or):
            text = source.replaced(site.test, source.of(site.test.values[-1]))
            return Injected(app.with_text(path, text), constraint)
    raise NoPlace


def compared_with_name(app: App) -> Injected:
    """`a.x == b.y` compares with the text "y"."""
    for operation, path, source, site, _ in _preconditions(app):
        match site.test:
            case ast.Compare(
                left=ast.Attribute(), comparators=[ast.Attribute(attr=name) as right], ops=[ast.NotEq()]
            ):
                text = source.replaced(right, f'"{name}"')
                return Injected(app.with_text(path, text), operation.id)
            case _:
                pass
    raise NoPlace


def boundary_moved(app: App) -> Injected:
    """A comparison with an equals sign has lost it."""
    for operation, path, source, site, _ in _preconditions(app):
        for compare in every(site.test, ast.Compare):
            if isinstance(compare.ops[0], ast.Gt) and not isinstance(compare.comparators[0], ast.Constant):
                new = f"{source.of(compare.left)} >= {source.of(compare.comparators[0])}"
                return Injected(app.with_text(path, source.replaced(compare, new)), operation.id)
    raise NoPlace


def number_cut(app: App) -> Injected:
    """`0.5` has become `0`."""
    for operation, path, source, function in _places(app, OperationKind.FLOW):
        for call in calls(function, "Decimal"):
            match call.args:
                case [ast.Constant(value=str(number))] if "." in number:
                    text = source.replaced(call.args[0], f'"{number.partition(".")[0]}"')
                    return Injected(app.with_text(path, text), operation.id)
                case _:
                    pass
    raise NoPlace


def boolean_as_text(app: App) -> Injected:
    """`true` has become "true"."""
    for operation, path, source, function in _places(app, OperationKind.FLOW):
        for assign in every(function, ast.Assign):
            match assign:
                case ast.Assign(targets=[ast.Attribute()], value=ast.Constant(value=bool(value))):
                    text = source.replaced(assign.value, f'"{str(value).lower()}"')
                    return Injected(app.with_text(path, text), _effect(app, operation))
                case _:
                    pass
    raise NoPlace


def _effect(app: App, operation: Operation) -> str:
    return app.index.flows[operation.flow].effects[0].id


def transition_from_enum(app: App) -> Injected:
    """A move that only the order of the states suggests is allowed."""
    for operation, path, source, function in _places(app, OperationKind.FLOW):
        for guard in app.guards.get(operation.entity, operation.name).pre:
            states = _later(app, operation, guard.source_constraint_id)
            for site in guards(function, guard.source_constraint_id) if states else ():
                match site.test:
                    case ast.Compare(
                        left=left, ops=[ast.NotEq()], comparators=[ast.Constant(value=str(state))]
                    ):
                        new = f"{source.of(left)} not in ({state!r}, {states[0]!r})"
                        text = source.replaced(site.test, new)
                        return Injected(app.with_text(path, text), guard.source_constraint_id)
                    case _:
                        pass
    raise NoPlace


def _later(app: App, operation: Operation, effect: str) -> list[str]:
    """Return the states between which and its target a transition stands in the enum."""
    for found in app.index.flows[operation.flow].effects:
        if found.id == effect and (to := getattr(found, "to", "")):
            machines = app.index.entities[operation.entity].machines
            states = next(m.states for m in machines if to in m.states)
            return [s for s in states[: states.index(to)] if s not in getattr(found, "allowed_from", ())]
    return []


def copies_nothing(app: App) -> Injected:
    """The rows that a flow should make from others are not made."""
    for operation, path, source, function in _places(app, OperationKind.FLOW):
        for made in every(function, ast.ListComp):
            if isinstance(made.elt, ast.Call) and calls(made.elt, "new_id"):
                text = source.replaced(made.generators[0].iter, source.of(made.generators[0].iter) + "[:0]")
                return Injected(app.with_text(path, text), operation.id)
    raise NoPlace


def effect_dropped(app: App) -> Injected:
    """A flow leaves other rows as they are."""
    for operation, path, source, function in _places(app, OperationKind.FLOW):
        for loop in every(function, ast.For):
            if every(loop, ast.AugAssign):
                return Injected(app.with_text(path, source.removed(loop)), operation.id)
    raise NoPlace


def does_nothing(app: App) -> Injected:
    """A flow answers 200 and has done nothing."""
    for operation, path, source, function in _places(app, OperationKind.FLOW):
        assigned = [a for a in every(function, ast.Assign) if isinstance(a.targets[0], ast.Attribute)]
        loops = every(function, ast.For)
        if len(assigned) == 1 and not loops and operation.status == 200:
            saved = [s for s in every(function, ast.Expr) if calls(s, "save")]
            return Injected(app.with_text(path, source.removed(*assigned, *saved)), operation.id)
    raise NoPlace


def outside_transaction(app: App) -> Injected:
    """One effect of a flow is stored even if the rest fails."""
    for operation, path, source, function in _places(app, OperationKind.FLOW):
        for call in calls(function, "insert"):
            if isinstance(call.func, ast.Attribute) and source.of(call.func.value) == "tx":
                alone = source.of(call).replace("tx.", "other.", 1)
                text = source.replaced(call, f"database.run(lambda other: {alone})")
                return Injected(app.with_text(path, text), operation.id)
    raise NoPlace


def two_transactions(app: App) -> Injected:
    """What a flow does first stays when the rest fails."""
    for operation, path, source, function in _places(app, OperationKind.FLOW):
        for statement in [s for s in every(function, ast.Return) if calls(s, "run")]:
            first = source.of(statement).removeprefix("return ")
            return Injected(app.with_text(path, source.before(statement, first)), operation.id)
    raise NoPlace


def statement_per_row(app: App) -> Injected:
    """A list asks for each row on its own."""
    for operation, path, source, function in _places(app, OperationKind.LIST):
        last = function.body[-1]
        line = (
            f"for number in range(query.limit):\n        {source.of(last).replace('query.offset', 'number')}"
        )
        return Injected(app.with_text(path, source.before(last, line)), operation.id)
    raise NoPlace


def loads_every_row(app: App) -> Injected:
    """A list counts by loading all rows."""
    for operation, path, source, function in _places(app, OperationKind.LIST):
        line = "len(await database.fetch_all(queries.DOCUMENT))"
        return Injected(app.with_text(path, source.before(function.body[-1], line)), operation.id)
    raise NoPlace


def new_container(app: App) -> Injected:
    """Adding an item does not add it to the container of the path."""
    for operation, path, source, function in _places(app, OperationKind.CREATE):
        owner = app.index.entities[operation.entity].owner_field
        for keyword in every(function, ast.keyword) if owner else ():
            if keyword.arg == f"{owner}_id" and called(_around(function, keyword)) == operation.entity:
                return Injected(app.with_text(path, source.replaced(keyword.value, "new_id()")), operation.id)
    raise NoPlace


def _around(function: Function, keyword: ast.keyword) -> ast.Call:
    return next(c for c in every(function, ast.Call) if keyword in c.keywords)


def deletes_parent(app: App) -> Injected:
    """Deleting a nested row deletes its owner."""
    for operation, path, source, function in _places(app, OperationKind.DELETE):
        entity = app.index.entities[operation.entity]
        if entity.owner and app.index.entities[entity.owner].owner == "":
            parent = app.index.entities[entity.owner].snake
            for call in calls(function, "execute"):
                new = f"database.execute({parent}_queries.DELETE_AT, id={parent}_id)"
                text, needed = source.replaced(call, new), f"import app.{parent}.queries as {parent}_queries"
                return Injected(app.with_text(path, text, imports=needed), operation.id)
    raise NoPlace


def lists_every_parent(app: App) -> Injected:
    """A nested list holds the rows of every owner."""
    for operation in app.operations(OperationKind.LIST):
        if app.index.entities[operation.entity].owner:
            path = app.path(operation.entity, "queries")
            source = Source(app.text(path))
            listing = next(a for a in every(source.tree, ast.Assign) if source.of(a.targets[0]) == "LISTING")
            base = calls(listing, "Listing")[0].args[0]
            return Injected(app.with_text(path, source.replaced(base, "_DOCUMENTS")), operation.id)
    raise NoPlace


def derived_missing(app: App) -> Injected:
    """The answer lacks a derived value."""
    for operation in app.operations(OperationKind.READ):
        for field in app.index.entities[operation.entity].fields:
            if field.managed == "derived":
                path = app.path(operation.entity, "queries")
                source = Source(app.text(path))
                listed = every(source.function("wire"), ast.List)[0]
                item = next(e for e in listed.elts if says(e, field.wire))
                return Injected(app.with_text(path, source.removed(item)), field.id)
    raise NoPlace


def wire_renamed(app: App) -> Injected:
    """The answer has a value under another name."""
    for operation in app.operations(OperationKind.READ):
        path = app.path(operation.entity, "queries")
        source = Source(app.text(path))
        wires = {f.wire: f.id for f in app.index.entities[operation.entity].fields}
        for call in calls(source.function("wire"), "label"):
            wire = ast.literal_eval(call.args[0])
            if wire in wires:
                return Injected(
                    app.with_text(path, source.replaced(call.args[0], f'"{wire}_value"')), wires[wire]
                )
    raise NoPlace


def state_letter_case(app: App) -> Injected:
    """A new row starts in a state that is written otherwise than in the spec."""
    for operation, path, source, function in _places(app, OperationKind.FLOW):
        for guard in app.guards.get(operation.entity, operation.name).pre:
            for site in guards(function, guard.source_constraint_id):
                match site.test:
                    case ast.Compare(comparators=[ast.Constant(value=str(state)) as constant]) if (
                        guard.phase is Phase.PRE
                    ):
                        text = source.replaced(constant, f'"{state.swapcase()}"')
                        return Injected(app.with_text(path, text), operation.id)
                    case _:
                        pass
    raise NoPlace


def other_variable(app: App) -> Injected:
    """The body uses another name than the signature."""
    for operation, path, source, function in _places(app, OperationKind.READ):
        name = function.args.args[1].arg
        used = next(n for n in every(function, ast.Name) if n.id == name)
        return Injected(app.with_text(path, source.replaced(used, f"{name}_")), operation.id)
    raise NoPlace


def function_twice(app: App) -> Injected:
    """Two functions of a module have one name."""
    for operation, path, source, function in _places(app, OperationKind.READ):
        text = source.after(function, f"\n\n{source.of(function)}")
        return Injected(app.with_text(path, text), operation.id)
    raise NoPlace


def swallowed(app: App) -> Injected:
    """Whatever goes wrong is passed over."""
    for operation, path, source, function in _places(app, OperationKind.DELETE):
        kept = source.of(function.body[-1]).replace("\n", "\n    ")
        line = f"try:\n        {kept}\n    except Exception:\n        pass"
        return Injected(app.with_text(path, source.replaced(function.body[-1], line)), operation.id)
    raise NoPlace


def parent_updated(app: App) -> Injected:
    """Updating a nested row writes nothing of it."""
    for operation, path, source, function in _places(app, OperationKind.UPDATE):
        if app.index.entities[operation.entity].owner:
            for statement in [s for s in every(function, ast.Expr) if calls(s, "apply_changes")]:
                return Injected(app.with_text(path, source.removed(statement)), operation.id)
    raise NoPlace


def lock_dropped(app: App) -> Injected:
    """A statement that should lock its rows only reads them."""
    for operation in app.operations(OperationKind.FLOW):
        path = app.path(operation.entity, "queries")
        source = Source(app.text(path))
        for call in calls(source.tree, "locking"):
            entity = app.index.entities[operation.entity].id
            return Injected(app.with_text(path, source.replaced(call, source.of(call.args[0]))), entity)
    raise NoPlace


def read_without_lock(app: App) -> Injected:
    """A flow changes a row that it has only shared."""
    for operation, path, source, function in _places(app, OperationKind.FLOW):
        shared = app.path(operation.entity, "queries")
        for used in every(function, ast.Attribute, lambda a: a.attr == "LOCK"):
            if "\nSHARE = " in app.text(shared):
                text = source.replaced(used, source.of(used).replace("LOCK", "SHARE"))
                return Injected(app.with_text(path, text), operation.id)
    raise NoPlace
