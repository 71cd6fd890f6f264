"""What a flow needs in memory, and how it locks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from generator.emit.exprs.computed import needs_sql
from generator.emit.exprs.derived import expand
from generator.emit.exprs.loads import Load, add_collection, add_reference, load_tree, merge
from generator.expr.model import INT, AggregateExpr, EntityRef, Expr, RowsOf, Type
from generator.expr.rewrite import seen_from
from generator.expr.walk import refs
from generator.guards.model import FlowGuards, GuardSpec
from generator.ir.index import Index
from generator.ir.model import (
    Assign,
    Create,
    Delete,
    Each,
    Effect,
    Flow,
    Link,
    Managed,
    Transition,
    When,
)
from generator.ir.writes import effects_of, holders, row_entity


def moved(expr: Expr, scope: str, entity: str) -> Expr:
    """Return an expression about a row ("self") as one about the row at a dotted path."""
    root, *via = scope.split(".")
    return seen_from(expr, entity, root, tuple(via))


def row_at(ref: EntityRef) -> EntityRef:
    """Return a reference that reads the row which `ref` leads to, and not only its id."""
    via = (*ref.via, ref.field) if ref.field else ref.via
    return EntityRef(ref.entity, "", via, ref.root, Type("row", of=ref.type.of))


@dataclass
class Needs:
    """The rows that a flow reads, and those that it changes."""

    index: Index
    flow: Flow
    guards: FlowGuards
    changed: set[str] = field(default_factory=set)
    trees: dict[str, Load] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.effects = tuple(effects_of(self.flow.effects))
        self.changed = set(self._changed())
        self.trees = load_tree(self.index, self._exprs())
        snapshots = [e for effect in self.effects for e in self._snapshots(effect)]
        self._before = load_tree(self.index, snapshots)
        for effect in reversed(self.effects):
            self._join(effect)

    def entity_at(self, scope: str) -> str:
        """Return the entity of the row at a dotted path."""
        root, *via = scope.split(".")
        return self.index.hop(self.flow.names[root], tuple(via))

    def lock(self, entity: str) -> str:
        """Return how the rows of an entity are locked: all alike, so that no lock is made stronger later."""
        return "LOCK" if entity in self.changed else "SHARE"

    def below(self, binding: str) -> Load:
        """Return what hangs on the row of a binding."""
        return self.trees.get(binding) or Load(self.flow.names[binding])

    @cached_property
    def moving(self) -> frozenset[str]:
        """The references that the flow sets: rows behind them are others afterwards."""
        return self.moved_by(self.effects)

    def moved_by(self, effects: tuple[Effect, ...]) -> frozenset[str]:
        """Return the ids of the references that effects set."""
        set_ = [e.target for e in effects_of(effects) if isinstance(e, Assign)]
        return frozenset(
            self.index.field(row_entity(self.index, t), t.field).id for t in set_ if t.type.name == "row"
        )

    def goes_over(self, scope: str) -> bool:
        """Whether the dotted path to a row goes over a reference that the flow sets."""
        root, *via = scope.split(".")
        entity = self.flow.names[root]
        for name in via:
            field = self.index.field(entity, name)
            if field.id in self.moving:
                return True
            entity = field.type.of
        return False

    # --- what is changed ---------------------------------------------------------

    def _changed(self) -> Iterator[str]:
        if self.flow.subject != "none":
            yield self.flow.entity
        for effect in self.effects:
            match effect:
                case Assign(target=ref) | Transition(target=ref) | Link(collection=ref):
                    yield row_entity(self.index, ref)
                case Create(entity=entity):
                    yield from self._owner_of(entity)
                case Delete(target=target):
                    yield target.type.of
                    yield from self._owner_of(target.type.of)
                case Each() | When():
                    pass

    def _owner_of(self, entity: str) -> Iterator[str]:
        yield from holders(self.index, self.index.entities[entity])

    # --- what is read ------------------------------------------------------------

    def _exprs(self) -> list[Expr]:
        found = [g.expr for g in (*self.guards.pre, *self.guards.post)]
        found += [self.seen(g) for g in self.guards.invariants]
        for effect in self.effects:
            found += self._read_by(effect)
        return found + [row_at(e.row) for e in self.effects if isinstance(e, Link) and self._linked_row(e)]

    def _linked_row(self, effect: Link) -> bool:
        """Whether the row behind a reference has to be there to be linked: its id is not enough."""
        row, collection = effect.row, effect.collection
        later = self.read_after(effect, row_entity(self.index, collection), collection.field)
        return bool(row.field) and (row.type.nullable or later)

    def seen(self, guard: GuardSpec) -> Expr:
        """Return a rule's expression as seen from the flow's own rows."""
        root = guard.scope.split(".")[0]
        return moved(expand(guard.expr, self.index), guard.scope, f"entity:{self.flow.names[root]}")

    def _read_by(self, effect: Effect) -> Iterator[Expr]:
        match effect:
            case Assign(target=target, value=value):
                yield from (target, value)
            case Transition(target=target):
                yield target
            case Create():
                yield from self._read_by_create(effect)
            case Each(source=source, binding=binding, where=where):
                if isinstance(source, EntityRef):
                    yield AggregateExpr("count", source, f"each:{binding}", type=INT)
                if where is not None:
                    yield where
            case When(condition=condition):
                yield condition
            case Delete(target=target):
                yield self._deleted(target)
            case Link(collection=collection, row=row):
                yield msgspec.structs.replace(collection, field="", type=Type("row"))
                yield row

    def _deleted(self, target: EntityRef) -> Expr:
        if target.type.name == "rows":
            return AggregateExpr("count", target, "deleted", type=INT)
        return row_at(target)

    def _read_by_create(self, effect: Create) -> Iterator[Expr]:
        entity = self.index.entities[effect.entity]
        given = {v.field: v.value for v in effect.values}
        yield from given.values()
        if entity.owner_field and isinstance(owner := given[entity.owner_field], EntityRef):
            yield row_at(owner)

    def _snapshots(self, effect: Effect) -> Iterator[Expr]:
        """Yield what a new row reads of the rows around it before it is there."""
        if not isinstance(effect, Create):
            return
        entity = self.index.entities[effect.entity]
        given = {v.field for v in effect.values}
        for known in entity.fields:
            if known.managed is Managed.SNAPSHOT and known.name not in given and known.value is not None:
                yield moved(expand(known.value, self.index), effect.binding, entity.id)

    # --- rows under another name -------------------------------------------------

    def _join(self, effect: Effect) -> None:
        """Let what hangs on a later name of a row hang on the name under which it is loaded."""
        match effect:
            case Each(source=EntityRef() as source, binding=binding) if binding in self.trees:
                holder = self._at((source.root, *source.via), source.entity)
                merge(add_collection(self.index, holder, source.field), self.trees[binding])
            case Create(binding=binding, values=values):
                self._as_element(effect)
                for tree in (self.trees.get(binding), self._before.get(binding)):
                    for value in values:
                        self._same(tree.references.get(value.field) if tree else None, value.value)
            case Link(collection=collection, row=row, remove=False):
                entity = row_entity(self.index, collection)
                for element in self._elements(effect, entity, collection.field):
                    self._same(element, row)
            case Assign(target=target, value=value) if target.type.name == "row":
                holder = self._at((target.root, *target.via), target.entity)
                self._same(holder.references.get(target.field), value)
            case _:
                pass

    def _as_element(self, effect: Create) -> None:
        """Let what hangs on the rows of an owner hang on a new one, where they are read later."""
        entity = self.index.entities[effect.entity]
        elements = self._elements(effect, entity.owner, entity.owner_collection)
        for element in elements:
            merge(self.trees.setdefault(effect.binding, Load(entity.name)), element)

    def _elements(self, effect: Effect, entity: str, collection: str) -> list[Load]:
        """Return what hangs on the rows of a collection that is read after an effect."""
        if not self.read_after(effect, entity, collection):
            return []
        return [element for tree in self.trees.values() for element in tree.rows_of(entity, collection)]

    def _same(self, load: Load | None, value: Expr) -> None:
        """Let what hangs on a new reference hang on every row that it may lead to."""
        if load is None:
            return
        for ref in refs(value):
            if ref.type.name == "row":
                row = self._at((ref.root, *row_at(ref).via), ref.entity)
                merge(row, load)
                for name in load.references:
                    row.references[name].from_elsewhere = True

    def _at(self, path: tuple[str, ...], entity: str) -> Load:
        root, *via = path
        load = self.trees.setdefault(root, Load(entity.removeprefix("entity:")))
        for name in via:
            load = add_reference(self.index, load, name)
        return load

    # --- questions ---------------------------------------------------------------

    def evaluated(self) -> list[Expr]:
        """Return every expression as it is written in the spec."""
        fields = {
            e.entity: self.index.entities[e.entity].fields for e in self.effects if isinstance(e, Create)
        }
        snapshots = [f.value for known in fields.values() for f in known if f.managed is Managed.SNAPSHOT]
        found = [g.expr for g in self.guards] + [e for e in snapshots if e is not None]
        return found + [e for effect in self.effects for e in self._read_by(effect)]

    def snapshot_hops(self, effect: Create) -> frozenset[str]:
        """Return the references of a new row behind which its snapshots look."""
        tree = self._before.get(effect.binding)
        return frozenset(tree.references) if tree else frozenset()

    def read_after(self, effect: Effect, entity: str, name: str) -> bool:
        """Whether a collection of an entity is read once an effect is done."""
        place = next(n for n, e in enumerate(self.effects) if e is effect)
        around = [e for e in self.effects if isinstance(e, Each) and effect in effects_of(e.body)]
        later = [*self.effects[place + 1 :], *(inner for e in around for inner in effects_of(e.body))]
        exprs = [e for other in later if other is not effect for e in self._read_by(other)]
        exprs += [g.expr for g in self.guards.post] + [self.seen(g) for g in self.guards.invariants]
        trees = load_tree(self.index, exprs)
        return any(load.holds(entity, name) for load in trees.values())

    def effects_use_sql(self) -> bool:
        """Whether an effect depends on what SQL computes, so that writes can't wait."""
        exprs = [e for effect in self.effects for e in (*self._read_by(effect), *self._snapshots(effect))]
        loops = any(isinstance(e, Each) and isinstance(e.source, RowsOf) for e in self.effects)
        return loops or any(needs_sql(expand(e, self.index)) for e in exprs)
