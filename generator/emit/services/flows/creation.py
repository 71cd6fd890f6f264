"""A row that a flow makes."""

from __future__ import annotations

from collections.abc import Callable

from generator.emit.python import attribute
from generator.emit.services.flows.needs import Needs
from generator.emit.services.function import Function
from generator.emit.services.loads import Holders, Loader, statement
from generator.emit.services.rows import NewRow
from generator.expr.model import EntityRef, Expr, Literal, Type
from generator.ir.model import Create, Field

Stored = Callable[[Expr, Type], str]


class Creation:
    """Adds the statements that make one record."""

    def __init__(
        self, function: Function, needs: Needs, loader: Loader, effect: Create, stored: Stored
    ) -> None:
        self._function = function
        self._home = function.home
        self._needs = needs
        self._loader = loader
        self._effect = effect
        self._stored = stored
        self._entity = function.index.entities[effect.entity]
        self._values = {v.field: v.value for v in effect.values}

    def add(self) -> str:
        """Make the record and tie it to the rows around it; return its variable."""
        row = NewRow(self._function, self._entity)
        for name, given in self._values.items():
            value = given
            field = self._function.index.field(self._entity.name, name)
            code = self._stored(value, field.type)
            if self._hops_behind(field, value):
                code, value = self._looked_up(field, code, value.type)
            row.give(name, code, value)
        call = row.text()
        record = self._function.bind(self._effect.binding, self._effect.binding)
        self._function.body.bind(record, call, self._effect.id)
        self._refer(record)
        self._join(record)
        return record

    def _hops_behind(self, field: Field, value: Expr) -> bool:
        """Whether a snapshot looks behind a reference that is chosen by an expression."""
        chosen = not isinstance(value, EntityRef | Literal)
        return chosen and field.name in self._needs.snapshot_hops(self._effect)

    def _looked_up(self, field: Field, code: str, type_: Type) -> tuple[str, Expr]:
        """Load the row that was chosen; return its id and the row, as given values."""
        key = self._function.variable(field.wire)
        self._function.body.bind(key, code)
        binding = f"{self._effect.binding}.{field.name}"
        name = self._function.bind(binding, field.name)
        row = statement(self._home, field.type.of, self._needs.lock(field.type.of), "")
        one = f"await tx.one({self._home.model(field.type.of)}, {row}, id={key})"
        if type_.nullable:
            self._function.maybe.add(binding)
            one = f"{one} if {key} is not None else None"
        self._function.body.bind(name, one)
        return key, EntityRef(f"entity:{field.type.of}", "", (), binding, field.type)

    def _refer(self, record: str) -> None:
        """Set the references that are read later."""
        load = self._needs.below(self._effect.binding)
        for name, child in load.references.items():
            value = self._values.get(name)
            if isinstance(value, EntityRef):
                self._function.body.line(f"{record}.{attribute(name)} = {self._record(value)}")
            elif value is not None or self._function.index.field(self._entity.name, name).value is not None:
                self._loader.reference(load, name, child, Holders(record))

    def _record(self, ref: EntityRef) -> str:
        return self._function.exprs().row(ref) if ref.field else self._function.rows[ref.root]

    def _join(self, record: str) -> None:
        """Let the owner's collection hold the row, where it is read later."""
        owner = self._values.get(self._entity.owner_field)
        collection = self._entity.owner_collection
        if not isinstance(owner, EntityRef):
            return
        if not self._needs.read_after(self._effect, self._entity.owner, collection):
            return
        if self._entity.owner_field not in self._needs.below(self._effect.binding).references:
            self._function.body.line(f"{self._record(owner)}.{attribute(collection)}.append({record})")
