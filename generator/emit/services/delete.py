"""The service that deletes a row."""

from __future__ import annotations

from generator.emit.exprs.computed import needs_sql
from generator.emit.exprs.derived import expand
from generator.emit.exprs.loads import Load, load_tree
from generator.emit.operations import Endpoint, called
from generator.emit.python import attribute, literal
from generator.emit.services.code import Body
from generator.emit.services.function import Function, Home
from generator.emit.services.loads import Holders, Loader
from generator.emit.services.locking import lock_path
from generator.emit.services.signature import function_text, keywords, transaction_text
from generator.guards.model import FlowGuards
from generator.ir.writes import holders


def delete(home: Home, point: Endpoint, guards: FlowGuards) -> str:
    """Return the function that deletes a row."""
    description = f"Delete {called(point.entity)}."
    queries = home.queries(point.entity.name)
    if not (guards.pre or guards.invariants):
        body = Body()
        inner = Body()
        inner.line(f"raise {home.runtime('errors', 'NotFound')}({literal(point.entity.name)})")
        row = f"{queries}.DELETE_AT, {keywords(point.arguments)}"
        body.block(f"if not await database.execute({row}):", inner)
        return function_text(home, point, description, body)
    function = Function(home)
    name = lock_path(function, point.arguments)
    tree = load_tree(home.index, [g.expr for g in guards]).get("self", Load(point.entity.name))
    changed = {point.entity.name, *holders(home.index, point.entity)}
    loader = Loader(function, lambda e: "LOCK" if e in changed else "SHARE")
    loader.below(tree, Holders(name))
    for guard in guards.pre:
        function.guard(guard)
    gone = f"await tx.delete({queries}.DELETE, {name})"
    early = any(needs_sql(expand(g.expr, home.index)) for g in guards.invariants)
    if early:
        function.lock_tables(g.expr for g in guards.invariants)
        function.body.line(gone)
    else:
        _leave(function, point, tree, name)
    for guard in guards.invariants:
        function.guard(guard)
    if not early:
        function.body.line(gone)
    return transaction_text(home, point, description, function.body)


def _leave(function: Function, point: Endpoint, tree: Load, name: str) -> None:
    """Take the row out of its owner's collection, for the owner's rules."""
    if tree.holds(point.entity.owner, point.entity.owner_collection):
        holder = function.places[("self", point.entity.owner_field)]
        function.body.line(f"{holder}.{attribute(point.entity.owner_collection)}.remove({name})")
