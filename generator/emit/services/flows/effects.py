"""Effects as statements over records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import assert_never

from generator.core.names import plural
from generator.emit.exprs.loads import Load
from generator.emit.python import attribute, literal
from generator.emit.services.code import Bind, Body
from generator.emit.services.flows.creation import Creation
from generator.emit.services.flows.needs import Needs, row_at
from generator.emit.services.flows.rules import Rules
from generator.emit.services.flows.writes import Writes, changed_entities
from generator.emit.services.function import Function
from generator.emit.services.loads import Holders, Loader, statement
from generator.emit.services.rows import touch
from generator.expr.model import ArithmeticExpr, EntityRef, Expr, RowsOf, Type
from generator.expr.walk import refs
from generator.guards.model import GuardSpec
from generator.ir.model import Assign, Create, Delete, Each, Effect, Field, Link, Transition, When
from generator.ir.writes import effects_of, family, row_entity


class Effects:
    """Adds the statements of a flow's effects to its function."""

    def __init__(self, function: Function, needs: Needs, writes: Writes) -> None:
        self._function = function
        self._home = function.home
        self._index = function.index
        self._needs = needs
        self._writes = writes
        self.rules = Rules(function, needs, self._row)
        self._loader = Loader(function, needs.lock)
        self._depth = 0
        self._loops = 0
        self._declared: list[str] = []
        self._touched: set[tuple[int, str]] = set()
        self._late = {g.scope: g for g in needs.guards.pre if g.scope}

    def add(self, effects: tuple[Effect, ...]) -> None:
        """Add effects in order."""
        for effect in effects:
            self._one(effect)

    def _one(self, effect: Effect) -> None:
        match effect:
            case Assign():
                self._assign(effect)
            case Transition():
                self._transition(effect)
            case Create():
                self._create(effect)
            case Each():
                self._outermost(lambda: self._each(effect))
            case When():
                self._outermost(lambda: self._when(effect))
            case Delete():
                self._delete(effect)
            case Link():
                self._link(effect)
            case _:
                assert_never(effect)

    # --- blocks ------------------------------------------------------------------

    def _outermost(self, add: Callable[[], None]) -> None:
        """Add a block; what it collects is declared before the outermost one."""
        outer, self._function.body = self._function.body, Body()
        self._depth += 1
        add()
        self._depth -= 1
        inner, self._function.body = self._function.body, outer
        if self._depth == 0:
            for line in self._declared:
                outer.line(line)
            self._declared.clear()
        outer.statements.extend(inner.statements)

    @property
    def _nested(self) -> bool:
        return self._depth > 0

    def _each(self, effect: Each) -> None:
        rows = self._source(effect)
        name = self._function.bind(effect.binding, effect.binding)
        if self._computed(effect.where):
            self._writes.ready()
        self._writes.expect(changed_entities(self._needs, tuple(effects_of(effect.body))))
        if isinstance(effect.source, RowsOf):
            self._load_each(effect, name, rows)
        if self._makes_one_each(effect) and self._all_made(effect, name, rows):
            return
        before = self._writes.pending()
        self._loops += 1
        with self._function.block(f"for {name} in {rows}:", effect.id):
            self._let_go(self._needs.moved_by(effect.body))
            if effect.where is None:
                self.add(effect.body)
            else:
                self._ready(effect.where)
                with self._function.block(f"if {self._function.exprs().holds(effect.where)}:"):
                    self.add(effect.body)
        self._loops -= 1
        self._writes.restore(before)

    def _makes_one_each(self, effect: Each) -> bool:
        """Whether a loop on the first level does nothing but make a row, which no rule has to see."""
        alone = self._depth == 1 and self._writes.waiting and len(effect.body) == 1
        alone = alone and not self._computed(effect.where)
        return alone and isinstance(effect.body[0], Create) and not self.rules.concern(effect.body[0])

    def _all_made(self, effect: Each, name: str, rows: str) -> bool:
        """Add the rows of such a loop as one list, if the making is one expression."""
        (create,) = effect.body
        assert isinstance(create, Create)  # noqa: S101 - asked before
        outer, self._function.body = self._function.body, Body()
        Creation(self._function, self._needs, self._loader, create, self._value).add()
        made, self._function.body = self._function.body.statements, outer
        if len(made) != 1 or not isinstance(made[0], Bind):
            return False
        condition = f" if {self._function.exprs().holds(effect.where)}" if effect.where is not None else ""
        new = self._function.variable(plural(create.binding))
        self._function.body.line(f"{new} = [{made[0].value} for {name} in {rows}{condition}]", create.id)
        self._writes.inserted(create.entity, f"*{new}")
        return True

    def _source(self, effect: Each) -> str:
        if isinstance(effect.source, RowsOf):
            self._writes.ready()
            entity = effect.source.entity.removeprefix("entity:")
            name = self._function.variable(self._index.entities[entity].plural)
            every = statement(self._home, entity, self._needs.lock(entity), "EVERY_ROW")
            self._function.body.bind(name, f"await tx.all({self._home.model(entity)}, {every})")
            return name
        rows = self._function.exprs().rows(effect.source)
        return f"list({rows})" if self._changes_members(effect) else rows

    def _load_each(self, effect: Each, name: str, rows: str) -> None:
        load = self._needs.below(effect.binding)
        self._loader.below(load, Holders(name, (f"for {name} in {rows}",)))

    def _changes_members(self, effect: Each) -> bool:
        """Whether the loop's own collection gains or loses rows while it runs."""
        entity = self._needs.flow.names[effect.binding]
        inner = tuple(effects_of(effect.body))
        made = any(isinstance(e, Create) and e.entity == entity for e in inner)
        gone = any(isinstance(e, Delete) and entity in self._gone_with(e) for e in inner)
        linked = any(isinstance(e, Link) and e.row.type.of == entity for e in inner)
        return made or gone or linked

    def _gone_with(self, effect: Delete) -> set[str]:
        return family(self._index, self._index.entities[effect.target.type.of])

    def _when(self, effect: When) -> None:
        self._ready(effect.condition)
        holds = self._function.exprs().holds(effect.condition)
        before = self._writes.pending()
        with self._function.block(f"if {holds}:", effect.id):
            self._branch(effect.then)
        if not effect.otherwise:
            self._writes.restore(before)
            return
        after = self._writes.pending()
        self._writes.restore(before)
        with self._function.block("else:"):
            self._branch(effect.otherwise)
        self._writes.restore(after)

    def _branch(self, effects: tuple[Effect, ...]) -> None:
        self.add(effects)
        self.rules.check_branch(effects)

    def _ready(self, expr: Expr | None) -> None:
        """Have SQL compute what an expression needs, after what was written."""
        if expr is not None and self._computed(expr):
            self._writes.ready()
            self._function.compute(expr)

    def _computed(self, expr: Expr | None) -> bool:
        """Whether SQL computes a part of an expression."""
        return expr is not None and bool(self._home.values.of(expr))

    # --- rows --------------------------------------------------------------------

    def _row(self, ref: EntityRef) -> str:
        """Return the row that holds the field of a reference; conditions have seen to it that it is there."""
        function, entity = self._function, ref.entity.removeprefix("entity:")
        text = function.rows[ref.root]
        function.maybe.discard(ref.root)  # in this block
        for number, name in enumerate(ref.via, 1):
            place = (ref.root, *ref.via[:number])
            field = self._index.field(entity, name)
            text, entity = function.places.get(place) or f"{text}.{attribute(name)}", field.type.of
            if place in function.sure:
                continue
            if field.type.nullable:
                text = function.ascertain(place, text, entity)
            elif field.id in self._needs.moving:
                text = function.hold(place, text)
        return text

    def _value(self, value: Expr, type_: Type) -> str:
        """Return a value as a field holds it; where that can't be null, rows on the way are there."""
        self._ready(value)
        if value.type.nullable and not type_.nullable:
            for ref in refs(value):
                if ref.root in self._function.rows:
                    self._row(ref)
        return self._function.exprs().stored(value, type_)

    def _set(self, effect: Assign | Transition, row: str, change: str) -> None:
        """Set a field of a row, and everything that goes with that."""
        target = effect.target
        entity, field = row_entity(self._index, target), self._field(target)
        self._function.body.line(f"{row}.{attribute(field.wire)} {change}", effect.id)
        place = (id(self._function.body), row)
        if place not in self._touched and not self._is_new(target):
            self._touched.add(place)
            touch(self._function, self._index.entities[entity], row)
        if not (self._is_new(target) and self._writes.waiting):
            self._writes.changed(entity, row, nested=self._nested)
        self._note(target, effect)

    def _note(self, ref: EntityRef, effect: Effect) -> None:
        self._declared += self.rules.written(ref, effect, nested=self._nested, looped=self._loops > 0)

    def _is_new(self, target: EntityRef) -> bool:
        made = {e.binding for e in self._needs.effects if isinstance(e, Create)}
        return target.root in made and not target.via

    def _assign(self, effect: Assign) -> None:
        target = effect.target
        row = self._row(target)
        value = self._value(effect.value, target.type)
        self._set(effect, row, _change(effect, f"{row}.{attribute(self._field(target).wire)}", value))
        if target.type.name == "row":
            self._refer(target, row, effect.value)

    def _field(self, ref: EntityRef) -> Field:
        return self._index.field(row_entity(self._index, ref), ref.field)

    def _refer(self, target: EntityRef, row: str, value: Expr) -> None:
        """Let a reference that is read later lead to its new row."""
        self._let_go((self._field(target).id,))
        holder = self._load_at(target)
        child = holder.references.get(target.field) if holder is not None else None
        if holder is None or child is None:
            return
        if isinstance(value, EntityRef):
            text = self._function.rows[value.root] if not value.field else self._function.exprs().row(value)
            self._function.body.line(f"{row}.{attribute(target.field)} = {text}")
        else:
            self._loader.reference(holder, target.field, child, Holders(row))

    def _let_go(self, moved: Iterable[str]) -> None:
        """Forget which rows these references led to, whichever row's they are: two names may be one row's."""
        for place in list(self._function.sure):
            root, *via = place
            entity, fields = self._needs.flow.names[root], []
            for name in via:
                field = self._index.field(entity, name)
                entity = field.type.of
                fields.append(field.id)
            if not set(fields).isdisjoint(moved):
                self._function.forget(place)

    def _load_at(self, ref: EntityRef) -> Load | None:
        load = self._needs.trees.get(ref.root)
        for name in ref.via:
            load = load.references.get(name) if load is not None else None
        return load

    def _transition(self, effect: Transition) -> None:
        late: GuardSpec | None = self._late.get(effect.id)
        if late is not None:
            self._function.guard(late)
        row = self._row(effect.target)
        self._set(effect, row, f"= {literal(effect.to)}")

    # --- rows that come and go ---------------------------------------------------

    def _create(self, effect: Create) -> None:
        creation = Creation(self._function, self._needs, self._loader, effect, self._value)
        name = creation.add()
        if self._nested and self._writes.waiting:
            rows = self._function.variable(plural(effect.binding))
            self._declared.append(f"{rows}: list[{self._home.model(effect.entity)}] = []")
            self._function.body.line(f"{rows}.append({name})")
            self._writes.inserted(effect.entity, f"*{rows}")
            self.rules.adopt(effect, rows)
        else:
            self._writes.inserted(effect.entity, name)
        made = EntityRef(f"entity:{effect.entity}", "", (), effect.binding)
        self._note(made, effect)

    def _delete(self, effect: Delete) -> None:
        self._writes.ready()
        target = effect.target
        statement_ = f"{self._home.queries(target.type.of)}.DELETE"
        if target.type.name == "rows":
            rows = self._function.exprs().rows(target)
            self._function.body.line(f"await tx.delete({statement_}, *{rows})", effect.id)
            return
        row = self._row(row_at(target))
        self._function.body.line(f"await tx.delete({statement_}, {row})", effect.id)

    def _link(self, effect: Link) -> None:
        self._writes.ready()
        ref = effect.collection
        holder, linked = self._row(ref), self._linked(effect.row)
        verb = "REMOVE" if effect.remove else "ADD"
        statement_ = f"{self._home.queries(row_entity(self._index, ref))}.{verb}_{ref.field.upper()}"
        self._function.body.line(f"await tx.execute({statement_}, id={holder}.id, ids=[{linked}])", effect.id)
        if self._read_later(effect, ref):
            row = self._row(row_at(effect.row))
            rows = f"{holder}.{attribute(ref.field)}"
            test, change = ("in", "remove") if effect.remove else ("not in", "append")
            with self._function.block(f"if {row} {test} {rows}:"):
                self._function.body.line(f"{rows}.{change}({row})")
        self._note(ref, effect)

    def _linked(self, row: EntityRef) -> str:
        """Return a row's id; behind a reference that is always set, the row need not be in memory."""
        if row.field and not row.type.nullable:
            return self._function.exprs().stored(row, row.type)
        return f"{self._row(row_at(row))}.id"

    def _read_later(self, effect: Effect, collection: EntityRef) -> bool:
        entity = row_entity(self._index, collection)
        return self._needs.read_after(effect, entity, collection.field)


def _change(effect: Assign, place: str, value: str) -> str:
    """Return what follows the place that is set: `= value`, or `+= value` and the like."""
    match effect.value:
        case ArithmeticExpr(op="+" | "-" | "*" as op, left=left, type=Type(nullable=False)) if (
            left == effect.target
        ):
            start = f"{place} {op} "
            if value.startswith(start):
                return f"{op}= {value.removeprefix(start)}"
    return f"= {value}"


def _same(ref: EntityRef, other: EntityRef) -> bool:
    return (ref.root, ref.via, ref.field) == (other.root, other.via, other.field)
