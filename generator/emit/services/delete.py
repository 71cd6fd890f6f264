"""The service that deletes a row."""

from __future__ import annotations

from generator.emit.exprs.loads import Load, load_tree
from generator.emit.operations import Endpoint, called
from generator.emit.python import literal
from generator.emit.services.code import Body
from generator.emit.services.function import Function, Home
from generator.emit.services.loads import Holders, Loader
from generator.emit.services.locking import lock_path
from generator.emit.services.signature import function_text, keywords, transaction_text
from generator.guards.model import FlowGuards


def delete(home: Home, point: Endpoint, guards: FlowGuards) -> str:
    """Return the function that deletes a row."""
    description = f"Delete {called(point.entity)}."
    queries = home.queries(point.entity.name)
    if not guards.pre:
        body = Body()
        inner = Body()
        inner.line(f"raise {home.runtime('errors', 'NotFound')}({literal(point.entity.name)})")
        row = f"{queries}.DELETE_AT, {keywords(point.arguments)}"
        body.block(f"if not await database.execute({row}):", inner)
        return function_text(home, point, description, body)
    function = Function(home)
    name = lock_path(function, point.arguments)
    tree = load_tree(home.index, [g.expr for g in guards.pre]).get("self", Load(point.entity.name))
    loader = Loader(function, lambda e: "LOCK" if e in (point.entity.name, point.entity.owner) else "SHARE")
    loader.below(tree, Holders(name))
    for guard in guards.pre:
        function.guard(guard)
    function.body.line(f"await tx.delete({queries}.DELETE, {name})")
    return transaction_text(home, point, description, function.body)
