"""A create that meets a row which is already there: reuse it, add to it, replace parts of it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import cast

from generator.emit.python import attribute, literal
from generator.emit.services.function import Function
from generator.emit.services.loads import Lock, statement
from generator.emit.services.queries import existing_name
from generator.emit.services.rows import seen_from, touch
from generator.expr.evaluate import Environment, holds
from generator.expr.model import ContextRef, EntityRef, Expr
from generator.expr.walk import walk
from generator.ir.model import Entity, Field, Unique

_EXISTING = "existing"


class Conflicts:
    """Looks for the row that is in the way of a new one, and writes the one or the other."""

    def __init__(self, function: Function, entity: Entity, name: str, given: Mapping[str, Expr]) -> None:
        self._function = function
        self._entity = entity
        self._name = name
        self._given = given
        self._queries = function.home.queries(entity.name)
        self._uniques = [
            u for u in entity.uniques if u.on_conflict != "reject" and self._certain(u) is not False
        ]
        self._merging = [u for u in self._uniques if u.on_conflict != "reuse"]
        self.existing = function.bind(_EXISTING, _EXISTING) if self._uniques else ""

    @property
    def possible(self) -> bool:
        """Whether a row that is there already may be the answer."""
        return bool(self._uniques)

    @property
    def new(self) -> str:
        """Return the last argument of the answer: whether the row is new."""
        return f", new={self.existing} is None" if self._merging else ""

    def only_new(self) -> str:
        """Return the condition of the row being new, or nothing when it always is by now."""
        return f"{self.existing} is None" if self._merging else ""

    # --- looking -----------------------------------------------------------------

    def look(self, references: Mapping[str, str], lock: Lock) -> None:
        """Find the row that is in the way; answer with it, or change it."""
        declared = False
        for unique in self._uniques:
            certain = self._certain(unique)
            later = declared and bool(self._merging)
            if (certain is None or later) and not declared:
                model = self._function.home.model(self._entity.name)
                self._function.body.line(f"{self.existing}: {model} | None = None")
            tests = [f"{self.existing} is None"] if later else []
            if certain is None and unique.only is not None:
                tests.append(self._function.exprs().holds(unique.only))
            with self._function.block(f"if {' and '.join(tests)}:") if tests else nullcontext():
                self._find(unique)
                self._answer(unique, references, lock)
            declared = True

    def _certain(self, unique: Unique) -> bool | None:
        """Whether every new row falls under the unique, as far as its constants say."""
        if unique.only is None:
            return True
        constant = seen_from(unique.only, self._given)
        if any(isinstance(e, EntityRef | ContextRef) for e in walk(constant)):
            return None
        return holds(constant, cast("Environment", None), {})  # a constant asks for nothing

    def _find(self, unique: Unique) -> None:
        fields = [self._field(name) for name in unique.fields]
        model = self._function.home.model(self._entity.name)
        arguments = [model, f"{self._queries}.{existing_name(self._entity, unique)}"]
        arguments += [f"{attribute(f.wire)}={self._name}.{attribute(f.wire)}" for f in fields]
        self._function.body.line(f"{self.existing} = await tx.maybe({', '.join(arguments)})")

    def _answer(self, unique: Unique, references: Mapping[str, str], lock: Lock) -> None:
        with self._function.block(f"if {self.existing} is not None:"):
            if unique.on_conflict == "reuse":
                self._reuse()
            else:
                self._merge(unique, references, lock)

    def _reuse(self) -> None:
        stored = self._function.home.runtime("replies", "Stored")
        document = (
            f"tx.document({literal(self._entity.name)}, {self._queries}.DOCUMENT, id={self.existing}.id)"
        )
        self._function.body.line(f"return {stored}({self.existing}.id, await {document}, new=False)")

    def _merge(self, unique: Unique, references: Mapping[str, str], lock: Lock) -> None:
        body = self._function.body
        for name in unique.targets:
            body.line(self._change(self._field(name), add=unique.on_conflict == "add"))
        touch(self._function, self._entity, self.existing)
        body.line(f"{self._name} = {self.existing}")
        for name, variable in references.items():
            if name not in unique.fields:
                field = self._field(name)
                row = statement(self._function.home, field.type.of, lock(field.type.of), "")
                key = f"{self._name}.{attribute(field.wire)}"
                one = f"await tx.one({self._function.home.model(field.type.of)}, {row}, id={key})"
                value = f"{one} if {key} is not None else None" if field.type.nullable else one
                body.bind(variable, value, pure=True)

    def _change(self, field: Field, *, add: bool) -> str:
        there, new = f"{self.existing}.{attribute(field.wire)}", f"{self._name}.{attribute(field.wire)}"
        if not add:
            return f"{there} = {new}"
        return f"{there} += {new}"

    def _field(self, name: str) -> Field:
        return self._function.index.field(self._entity.name, name)

    # --- writing -----------------------------------------------------------------

    def write(self) -> None:
        """Insert the new row, or save the one that it was merged into."""
        function = self._function
        race = [literal(function.home.constraints[u.id]) for u in self._uniques]
        lost = f", race=({', '.join(race)},)" if race else ""
        insert = f"await tx.insert({self._queries}.INSERT, {self._name}{lost})"
        if not self._merging:
            function.body.line(insert)
            return
        with function.block(f"if {self.existing} is None:"):
            function.body.line(insert)
        with function.block("else:"):
            function.body.line(f"await tx.save({self._queries}.UPDATE, {self._name})")
