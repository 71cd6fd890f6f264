"""Locking the rows of a path: the owner before the row that it owns."""

from __future__ import annotations

from collections.abc import Sequence

from generator.emit.operations import PathArgument
from generator.emit.services.function import Function
from generator.emit.services.loads import statement
from generator.emit.services.signature import keywords
from generator.ir.model import Entity
from generator.ir.writes import holders


def lock_path(function: Function, arguments: Sequence[PathArgument]) -> str:
    """Lock the last row of the path, its owners first; return its variable, bound to "self"."""
    last = arguments[-1]
    if last.owners:
        function.places[("self", last.entity.owner_field)] = lock_owners(function, last.owners, last.entity)
    return lock_row(function, last, function.bind("self", last.entity.snake))


def lock_owners(function: Function, owners: Sequence[PathArgument], owned: Entity) -> str:
    """Lock the owner of a row, and before it those above that have rules about it; return its variable."""
    wanted = holders(function.index, owned)
    for above in owners[:-1]:
        if above.entity.name in wanted:
            _lock(function, above)
    return lock_row(function, owners[-1], function.variable(owners[-1].entity.snake))


def _lock(function: Function, argument: PathArgument) -> None:
    """Lock a row that is read later, or not at all."""
    row = statement(function.home, argument.entity.name, "LOCK", "AT" if argument.owners else "")
    model = function.home.model(argument.entity.name)
    function.body.line(f"await tx.one({model}, {row}, {keywords((argument,))})")


def lock_row(function: Function, argument: PathArgument, name: str) -> str:
    """Lock a row of the path into a variable."""
    entity = argument.entity.name
    row = statement(function.home, entity, "LOCK", "AT" if argument.owners else "")
    found = keywords((argument,))
    function.body.bind(name, f"await tx.one({function.home.model(entity)}, {row}, {found})")
    return name
