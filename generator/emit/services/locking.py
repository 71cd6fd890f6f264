"""Locking the rows of a path: the owner before the row that it owns."""

from __future__ import annotations

from collections.abc import Sequence

from generator.emit.operations import PathArgument
from generator.emit.services.function import Function
from generator.emit.services.loads import statement
from generator.emit.services.signature import keywords


def lock_path(function: Function, arguments: Sequence[PathArgument]) -> str:
    """Lock the last row of the path, its owner first; return its variable, bound to "self"."""
    last = arguments[-1]
    if last.owners:
        owner = last.owners[-1]
        name = lock_row(function, owner, function.variable(owner.entity.snake))
        function.places[("self", last.entity.owner_field)] = name
    return lock_row(function, last, function.bind("self", last.entity.snake))


def lock_row(function: Function, argument: PathArgument, name: str) -> str:
    """Lock a row of the path into a variable."""
    entity = argument.entity.name
    row = statement(function.home, entity, "LOCK", "AT" if argument.owners else "")
    found = keywords((argument,))
    function.body.bind(name, f"await tx.one({function.home.model(entity)}, {row}, {found})")
    return name
