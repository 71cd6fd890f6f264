"""The rows of a program as expressions see them, also those that are not made yet."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from generator.expr.evaluate import Rows as Bound
from generator.expr.evaluate import collection_rows, evaluate
from generator.expr.model import EntityRef, Expr
from generator.ir.index import Index
from generator.ir.model import Assign, Create, Each, Field, Managed, OperationKind
from generator.ir.writes import effects_of
from generator.verify.plan.maker import is_narrow
from generator.verify.plan.reading import from_python, read_text, to_python
from generator.verify.plan.realize import Run
from generator.verify.plan.session import Session
from generator.verify.plan.values import Token, Value
from generator.verify.plan.wants import Move, Place, Program, sent_links

MAX_DEPTH = 12


class Made(msgspec.Struct, frozen=True):
    """A row that a flow makes: by which effect of the move that stands where."""

    binding: str
    place: Place


class Stored(msgspec.Struct, frozen=True):
    """A row of the interpreter that is not wanted by name."""

    entity: str
    id: str


Handle = int | Made | Stored
Scope = dict[str, Any]  # binding -> Handle or None


class World:
    """An `Environment` over a run: what is made is read from the interpreter, the rest is imagined."""

    def __init__(self, session: Session, run: Run, place: Place, *, after: bool = False) -> None:
        self.now = session.now
        self._session = session
        self._index: Index = session.index
        self.run = run
        self.program: Program = run.program
        self.place = place
        self._keys = {i: k for k, i in reversed(list(run.ids.items()))}
        self._depth = 0
        self._assigned: dict[tuple[int, str], Expr] | None = None
        self._base: Program | None = None  # what was run, if the program is another one
        self.after = after  # whether the fields that the flow at `place` assigns have their new values

    def assigned(self, row: Handle, name: str) -> Expr | None:
        """Return what the flow at `place` sets a field of a row to."""
        if not self.after or not isinstance(row, int):
            return None
        if self._assigned is None:
            self._assigned = self._assignments()
        return self._assigned.get((row, name))

    def _assignments(self) -> dict[tuple[int, str], Expr]:
        operation = self._index.operations.get(self.move(self.place).operation)
        if operation is None or operation.kind is not OperationKind.FLOW:
            return {}
        before = self.at(self.place)
        scope = before.scope(self.place)
        found: dict[tuple[int, str], Expr] = {}
        for effect in effects_of(self._index.flows[operation.flow].effects):
            if isinstance(effect, Assign):
                holder = before.holder(effect.target, scope)
                if isinstance(holder, int):
                    found.setdefault((holder, effect.target.field), effect.value)
        return found

    def _later(self, key: int, name: str) -> Value:
        """Return what an update that has not been sent yet sets a field to; None if there is none."""
        if self._base is None or len(self.program.late) == len(self._base.late):
            return None
        later = (m for m in self.program.late[len(self._base.late) :] if self.updates(m, key))
        return next((m.values[name] for m in later if name in m.values), None)

    def holder(self, ref: EntityRef, scope: Scope) -> Any:
        """Return the row that holds the field of a reference."""
        handle = scope.get(ref.root)
        for hop in ref.via:
            handle = None if handle is None else self.field(handle, hop)
        return handle

    def definition(self, row: Any, name: str) -> tuple[Expr, Scope] | None:
        """Return what a derived field of a row is computed from, and for which row."""
        entity = "" if row is None else self.entity_of(row)
        if not name or row is None or not self._index.has_field(entity, name):
            return None
        field = self._index.field(entity, name)
        return (
            None
            if field.managed is not Managed.DERIVED or field.value is None
            else (field.value, {"self": row})
        )

    def at(self, place: Place, *, after: bool = False) -> World:
        """Return the same rows as another move sees them."""
        inner = World(self._session, self.run, place, after=after)
        inner._depth = self._depth + 1
        inner.program, inner._base = self.program, self._base
        return inner

    def imagine(self, program: Program) -> World:
        """Return the world with other values, as if they had been sent."""
        other = World(self._session, self.run, self.place, after=self.after)
        other._base = self._base or self.program
        other.program = program
        return other

    def _resent(self, key: int, name: str) -> bool:
        """Whether a value that the row was made with is another one now."""
        if self._base is None or self._base is self.program or key not in self._base.wants:
            return False
        now = self.program.wants[key].values
        return name in now and now[name] != self._base.wants[key].values.get(name)

    # --- handles ---

    def handle(self, entity: str, row_id: str) -> Handle:
        """Return the wanted row behind an id, or the stored one."""
        return self._keys.get(row_id, Stored(entity, row_id))

    def wanted(self, row: Any) -> int | None:
        """Return the wanted row that a handle or an id stands for."""
        if isinstance(row, bool):  # of another type than the reference: no row
            return None
        if isinstance(row, int):
            return row
        return self._keys.get(row.id if isinstance(row, Stored) else str(row))

    def entity_of(self, handle: Handle) -> str:
        """Return the entity of a row."""
        match handle:
            case Made():
                return self.effect(handle).entity
            case Stored():
                return handle.entity
            case _:
                return self.program.wants[handle].entity

    def effect(self, made: Made) -> Create:
        """Return the effect that makes a row."""
        flow = self._index.flows[self._index.operations[self.move(made.place).operation].flow]
        return next(
            e for e in effects_of(flow.effects) if isinstance(e, Create) and e.binding == made.binding
        )

    def move(self, place: Place) -> Move:
        """Return the move that stands somewhere; a plain create has one without values."""
        return place.get(self.program) or Move("", {"self": place.key})

    def scope(self, place: Place) -> Scope:
        """Return what each binding of the operation at `place` stands for."""
        move = self.move(place)
        scope: Scope = dict(move.rows)
        operation = self._index.operations.get(move.operation)
        if operation is None or operation.kind is not OperationKind.FLOW:
            return scope
        flow = self._index.flows[operation.flow]
        if flow.subject_input and "self" in scope:
            scope.setdefault(f"input:{flow.subject_input}", scope["self"])
        for item in flow.inputs:
            if item.type.name == "row":
                scope.setdefault(f"input:{item.name}", None)
        for effect in effects_of(flow.effects):
            if isinstance(effect, Create):
                scope[effect.binding] = Made(effect.binding, place)
            elif isinstance(effect, Each):
                scope[effect.binding] = self._first(effect, scope)
        return scope

    def _first(self, effect: Each, scope: Scope) -> Handle | None:
        try:
            return next(iter(collection_rows(effect.source, self, scope)), None)  # type: ignore[return-value]
        except KeyError:
            return None

    def value_of(self, expr: Expr, scope: Scope) -> Any:
        """Return an expression's value now; None too when it can't be told."""
        try:
            return evaluate(expr, self, scope)
        except (KeyError, TypeError, RecursionError, AttributeError, ArithmeticError, ValueError):
            return None

    def spelled(self, value: Any) -> Value:
        """Return a value as the planner writes it; one that was sent as a unique one stays that."""
        written = from_python(value)
        known = isinstance(written, str | int | Decimal) and not isinstance(written, bool)
        symbol = (
            self._session.names.sent.get(str(written) if known and not isinstance(written, int) else written)
            if known
            else None
        )
        if isinstance(symbol, dict) and "$unique" in symbol and not is_narrow(symbol):
            return Token(symbol["$unique"], {k: v for k, v in symbol.items() if k != "$unique"})
        return written

    # --- Environment ---

    def field(self, row: Any, name: str) -> Any:
        """Return a field's value, derived ones computed."""
        field = self._index.field(self.entity_of(row), name)
        if field.managed is Managed.DERIVED and field.value is not None:
            return self._nested(field.value, {"self": row}, self)
        match row:
            case Made():
                return self._made_field(row, field)
            case Stored():
                return self._stored(row.entity, row.id, field)
            case _:
                return self._wanted(row, field)

    def before(self, row: Any, name: str) -> Any:
        """Return a field's value before the operation."""
        if isinstance(row, int) and row in self.run.ids:
            return self._stored(
                self.entity_of(row), self.run.ids[row], self._index.field(self.entity_of(row), name)
            )
        return None

    def members(self, row: Any, collection: str) -> Sequence[Any]:
        """Return the rows of a collection."""
        if isinstance(row, Made):
            return ()
        entity = self.entity_of(row)
        found = self._index.collection(entity, collection)
        sent = self._sent_links(row, collection) if found.kind == "links" else None
        if sent is not None:
            return sent
        if isinstance(row, int) and row not in self.run.ids:
            if found.kind == "links":
                return self.program.wants[row].links.get(collection, ())
            return self.program.owned_by(row, found.entity)
        row_id = row.id if isinstance(row, Stored) else self.run.ids[row]
        ids = self._session.members(row_id, found)
        new = self._new() if found.kind == "owned" else None
        made = new is not None and self.program.wants[new].owner == row
        mine = [new] if made and self.program.wants[new or 0].entity == found.entity else []
        gone = self._gone() if found.kind == "owned" else None
        return [*(h for h in (self.handle(found.entity, i) for i in ids) if h != gone), *mine]

    def _gone(self) -> int | None:
        """Return the row that the request at `place` is about to delete, if rules are looked at after it."""
        operation = self._index.operations.get(self.move(self.place).operation) if self.after else None
        deletes = operation is not None and operation.kind is OperationKind.DELETE
        return self.move(self.place).rows.get("self") if deletes else None

    def _new(self) -> int | None:
        """Return the row that the create request at `place` is about to make, if its rules are looked at."""
        key = self.place.key
        if self.place.kind == "target":
            operation = self._index.operations.get(self.move(self.place).operation)
            create = operation is not None and operation.kind is OperationKind.CREATE
            key = self.move(self.place).rows["self"] if create else 0
        elif self.place.kind != "create":
            return None
        return key if self.after and key in self.program.wants and key not in self.run.ids else None

    def _sent_links(self, row: Any, collection: str) -> tuple[int, ...] | None:
        """Return what the update at `place` links a row to; None if it leaves that alone."""
        move = self.move(self.place)
        if not isinstance(row, int) or not self.updates(move, row):
            return None
        linked = sent_links(move, collection)
        return linked if linked or collection in move.values else None

    def rows(self, entity: str) -> Sequence[Any]:
        """Return all rows of an entity."""
        return [self.handle(entity, i) for i in sorted(self._session.rows(entity))]

    def value(self, source: str, name: str) -> Any:
        """Return an input's value."""
        del source
        return self.input(self.place, name)

    def input(self, place: Place, name: str) -> Any:
        """Return an input's value of the move that stands somewhere."""
        move = self.move(place)
        flow = self._index.flows[self._index.operations[move.operation].flow]
        item = next(i for i in flow.inputs if i.name == name)
        if item.type.name == "row":
            return move.rows.get(f"input:{name}")
        if name in move.values:
            return to_python(move.values[name], item.type, self._session)
        return None if item.default is None else evaluate(item.default, self, {})

    def _nested(self, expr: Expr, scope: Bound, env: Any) -> Any:
        self._depth += 1
        try:
            return None if self._depth > MAX_DEPTH else evaluate(expr, env, scope)
        finally:
            self._depth -= 1

    def _stored(self, entity: str, row_id: str, field: Field) -> Any:
        row = self._session.row(entity, row_id)
        value = None if row is None else row.get(field.name)
        if value is None or field.type.name != "row":
            return read_text(value, field.type)
        return self.handle(field.type.of, str(value))

    def _wanted(self, key: int, field: Field) -> Any:
        value = self.assigned(key, field.name)
        if value is not None:
            inner = self.at(self.place)
            return inner.value_of(value, inner.scope(self.place))
        move = self.move(self.place)
        if self.updates(move, key):
            if field.name in move.values:
                return to_python(move.values[field.name], field.type, self._session)
            if f"field:{field.name}" in move.rows:
                return move.rows[f"field:{field.name}"]
        later = self._later(key, field.name)
        if later is not None:
            return to_python(later, field.type, self._session)
        if key in self.run.ids and not self._resent(key, field.name):
            return self._stored(self.entity_of(key), self.run.ids[key], field)
        return self._imagined(key, field)

    def updates(self, move: Move, key: int) -> bool:
        """Whether a move is an update of a wanted row."""
        operation = self._index.operations.get(move.operation)
        if operation is None or operation.kind is not OperationKind.UPDATE:
            return False
        return move.rows.get("self") == key

    def _imagined(self, key: int, field: Field) -> Any:
        """Return what a row that is not made yet will have."""
        want = self.program.wants[key]
        if field.name in want.values:
            return to_python(want.values[field.name], field.type, self._session)
        if field.name in want.refs:
            return want.refs[field.name]
        if field.managed is Managed.OWNER:
            return want.owner
        if want.maker is not None:
            return self._made_field(Made(self.binding(want.entity, want.maker), Place("maker", key)), field)
        return self._initial(field, {"self": key})

    def binding(self, entity: str, maker: Move) -> str:
        """Return under which name a flow makes its first row of an entity."""
        flow = self._index.flows[self._index.operations[maker.operation].flow]
        return next(
            e.binding for e in effects_of(flow.effects) if isinstance(e, Create) and e.entity == entity
        )

    def _made_field(self, made: Made, field: Field) -> Any:
        for item in self.effect(made).values:
            if item.field == field.name:
                inner = self.at(made.place)
                return inner.value_of(item.value, inner.scope(made.place))
        return self._initial(field, {"self": made})

    def _initial(self, field: Field, scope: Scope) -> Any:
        match field.managed:
            case Managed.STATE:
                machine = next(
                    m
                    for m in self._index.entities[self.entity_of(scope["self"])].machines
                    if m.field == field.name
                )
                return machine.initial
            case Managed.SNAPSHOT if field.value is not None:
                return self._nested(field.value, scope, self)
            case Managed.COUNTER:
                return 1
            case _:
                return None if field.default is None else self._nested(field.default, scope, self)
