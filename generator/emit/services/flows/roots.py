"""Locking the rows that a request names: the flow's subject and its reference inputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from generator.emit.operations import Endpoint, PathArgument, owner_chain
from generator.emit.python import attribute, literal
from generator.emit.services.flows.needs import Needs
from generator.emit.services.function import Function
from generator.emit.services.loads import Holders, Loader, statement
from generator.emit.services.locking import lock_path
from generator.ir.model import Entity, Flow


@dataclass(frozen=True)
class Root:
    """A row that is found by an id of the request."""

    binding: str
    name: str
    entity: Entity
    id: str
    nullable: bool = False


class Roots:
    """Adds the statements that lock the rows of a request, and load what hangs on them."""

    def __init__(self, function: Function, point: Endpoint, flow: Flow, needs: Needs) -> None:
        self._function = function
        self._home = function.home
        self._point = point
        self._flow = flow
        self._needs = needs
        self._order = {name: n for n, name in enumerate(function.index.ir.tests.seed_order)}

    def add(self) -> None:
        """Lock every root, entities in one order everywhere, and load below them."""
        roots = list(self._found())
        for root in roots:
            self._function.bind(root.binding, root.name)
        roots.sort(key=lambda r: (self._order[r.entity.name], r.nullable))
        for _, group in groupby(roots, key=lambda r: (r.entity.name, r.nullable)):
            self._group(list(group))
        self._check_owners()
        loader = Loader(self._function, self._needs.lock)
        for binding in list(self._function.rows):
            self._below(loader, binding)

    def _found(self) -> Iterable[Root]:
        flow, arguments = self._flow, self._point.arguments
        if arguments and arguments[-1].owners:
            lock_path(self._function, arguments)
        elif arguments:
            yield Root("self", self._point.entity.snake, self._point.entity, arguments[-1].name)
        for given in flow.inputs:
            if given.type.name != "row":
                continue
            located = flow.subject == "input" and given.name == flow.subject_input
            binding = "self" if located else f"input:{given.name}"
            entity = self._function.index.entities[given.type.of]
            yield Root(binding, given.name, entity, f"data.{attribute(given.wire)}", given.type.nullable)

    # --- one entity --------------------------------------------------------------

    def _group(self, roots: list[Root]) -> None:
        entity = roots[0].entity
        if entity.owner and entity.name in self._needs.changed:
            for root in roots:
                self._owner_first(root)
        elif len(roots) > 1 and not roots[0].nullable:
            self._together(roots)
        else:
            for root in roots:
                self._alone(root)

    def _row(self, entity: Entity, lock: str, form: str = "") -> str:
        return f"{self._home.model(entity.name)}, {statement(self._home, entity.name, lock, form)}"

    def _together(self, roots: list[Root]) -> None:
        """Lock rows of one entity in one statement, so that two requests can't block each other."""
        row = self._row(roots[0].entity, self._needs.lock(roots[0].entity.name), "ROWS")
        names = [self._function.rows[r.binding] for r in roots]
        self._function.body.unpack(names, f"await tx.rows({row}, {', '.join(r.id for r in roots)})")

    def _alone(self, root: Root) -> None:
        row = self._row(root.entity, self._needs.lock(root.entity.name))
        self._bind(root, f"await tx.one({row}, id={root.id})")

    def _bind(self, root: Root, one: str) -> None:
        if root.nullable:
            self._function.maybe.add(root.binding)
            one = f"{one} if {root.id} is not None else None"
        self._function.body.bind(self._function.rows[root.binding], one)

    def _owner_first(self, root: Root) -> None:
        """Find the row, lock its owner, then the row itself."""
        name = self._function.rows[root.binding]
        self._bind(root, f"await tx.one({self._row(root.entity, '')}, id={root.id})")
        owner = self._function.index.entities[root.entity.owner]
        field = self._function.index.field(root.entity.name, root.entity.owner_field)
        with self._function.when(f"{name} is not None" if root.nullable else ""):
            key = f"id={name}.{attribute(field.wire)}"
            self._function.body.line(f"await tx.one({self._row(owner, self._needs.lock(owner.name))}, {key})")
            self._function.body.line(f"await tx.one({self._row(root.entity, 'LOCK')}, id={name}.id)")

    # --- paths that leave owners out ---------------------------------------------

    def _check_owners(self) -> None:
        """Check the owners that a path names, when it does not name all of them."""
        *named, subject = self._point.arguments or (None,)
        if subject is None or subject.owners or not named:
            return
        known = {a.entity.name: a.name for a in named if a is not None}
        text, entity = self._function.rows["self"], subject.entity
        for owner in reversed(owner_chain(self._function.index, entity)):
            field = self._function.index.field(entity.name, entity.owner_field)
            key = f"{text}.{attribute(field.wire)}"
            if owner.name in known:
                self._refuse(f"{key} != {known.pop(owner.name)}", subject)
            if not known:
                return
            text, entity = self._function.variable(owner.snake), owner
            self._function.body.bind(text, f"await tx.one({self._row(owner, '')}, id={key})")

    def _refuse(self, condition: str, subject: PathArgument) -> None:
        error = self._home.runtime("errors", "NotFound")
        with self._function.block(f"if {condition}:"):
            self._function.body.line(f"raise {error}({literal(subject.entity.name)})")

    def _below(self, loader: Loader, binding: str) -> None:
        load = self._needs.below(binding)
        name = self._function.rows[binding]
        if load.empty:
            return
        if binding in self._function.maybe:
            with self._function.block(f"if {name} is not None:"):
                loader.below(load, Holders(name))
        else:
            loader.below(load, Holders(name))
