"""Expressions after a flow's effects, in terms of the rows before them.

What is not known exactly (a value set in a loop, a row that may be another's
alias) becomes a variable of its own, so that a proof holds for any value of it.
"""

from __future__ import annotations

from msgspec.structs import replace

from generator.expr.model import BOOL, INT, NULL, AggregateExpr, EntityRef, Expr, Literal, OldExpr
from generator.expr.walk import walk
from generator.ir.index import Index
from generator.ir.model import (
    Assign,
    Create,
    Delete,
    Each,
    Effect,
    Entity,
    Field,
    Flow,
    Link,
    Managed,
    Transition,
    When,
)
from generator.ir.writes import effects_of, row_entity
from generator.verify.coverage.proofs.rewrite import Leaf, decimals, of_row, rewritten, row_at, settled

Place = tuple[str, tuple[str, ...], str]  # root, hops, field
MAX_DEPTH = 6
OF_NOTHING: dict[str, Literal] = {
    **dict.fromkeys(("count", "sum"), Literal(0, INT)),
    **dict.fromkeys(("min", "max", "avg"), Literal(None, NULL)),
    "any": Literal(False, BOOL),
    "all": Literal(True, BOOL),
}


class Values:
    """What fields hold after some effects; `apart` are pairs of rows known to be different."""

    def __init__(
        self, index: Index, flow: Flow | None = None, apart: frozenset[frozenset[str]] = frozenset()
    ) -> None:
        self._index = index
        self._optional = _optional(flow)
        self._apart = apart
        self._known: dict[Place, tuple[str, Expr]] = {}  # with the entity of the row
        self._unknown: set[tuple[str, str]] = set()  # (entity, field) that may be other in any row
        self._made: set[str] = set()
        self._resized: set[str] = set()  # entities with rows more or fewer
        self._version = 0

    # --- effects -----------------------------------------------------------------

    def run(self, effects: tuple[Effect, ...]) -> None:
        """Carry out effects, one after the other."""
        for effect in effects:
            self._version += 1
            match effect:
                case Assign(target=target, value=value):
                    self._set(target, self.read(value))
                case Transition(target=target, to=to):
                    self._set(target, Literal(to, target.type))
                case Create(entity=entity, binding=binding, values=values):
                    given = {v.field: self.read(v.value) for v in values}
                    self.make(self._index.entities[entity], binding, given, free=False)
                case Delete(target=target):
                    self._resized.add(target.type.of)
                case Each() | When() | Link():
                    self._blur(effect)

    def make(self, entity: Entity, root: str, given: dict[str, Expr], *, free: bool) -> None:
        """Make a row; with `free`, what clients send may be anything."""
        self._made.add(root)
        self._resized.add(entity.name)
        for field in sorted(entity.fields, key=lambda f: f.managed is Managed.SNAPSHOT):
            if field.managed in {Managed.KEY, Managed.DERIVED, Managed.COUNTER, Managed.OWNER}:
                continue
            if field.managed is Managed.CLIENT and free:
                continue
            value = given.get(field.name) or self._first(entity, field, root)
            self._keep((root, (), field.name), entity.name, field, value)

    def _first(self, entity: Entity, field: Field, root: str) -> Expr:
        if field.managed is Managed.STATE:
            return Literal(next(m.initial for m in entity.machines if m.field == field.name), field.type)
        if field.managed is Managed.SNAPSHOT and field.value is not None:
            return self.read(of_row(field.value, row_at(entity.name, root)))
        return field.default or Literal(None, replace(field.type, nullable=True))

    def free(self, entity: str, root: str, names: list[str]) -> None:
        """Let some fields of a row be anything."""
        self._version += 1
        for name in names:
            field = self._index.field(entity, name)
            self._keep((root, (), name), entity, field, self._fresh((root, (), name), entity, field))

    def _set(self, target: EntityRef, value: Expr) -> None:
        found = self._placed(target)
        entity = row_entity(self._index, found)
        self._keep(
            (found.root, found.via, found.field), entity, self._index.field(entity, found.field), value
        )

    def _keep(self, place: Place, entity: str, field: Field, value: Expr) -> None:
        for other, (theirs, _) in list(self._known.items()):
            if theirs == entity and other[2] == field.name and not self._are_apart(other, place):
                self._known[other] = (entity, self._fresh(other, entity, field))
        exact = field.type.name not in {"decimal", "float"} or decimals(value) <= field.type.scale
        self._known[place] = (entity, value if exact else self._fresh(place, entity, field))

    def _blur(self, effect: Effect) -> None:
        for inner in effects_of((effect,)):
            match inner:
                case Assign(target=target) | Transition(target=target):
                    self._unknown.add((row_entity(self._index, target), target.field))
                case Create(entity=entity):
                    self._resized.add(entity)
                case Delete(target=target):
                    self._resized.add(target.type.of)
                case Link(collection=collection):
                    self._resized.add(collection.type.of)
                case Each() | When():
                    pass
        for place, (entity, _) in list(self._known.items()):
            if (entity, place[2]) in self._unknown:
                field = self._index.field(entity, place[2])
                self._known[place] = (entity, self._fresh(place, entity, field))

    # --- reading -----------------------------------------------------------------

    def read(self, expr: Expr, depth: int = 0) -> Expr:
        """Return the value of an expression now, over the values before."""

        def put(leaf: Leaf) -> Expr:
            match leaf:
                case EntityRef():
                    return self._field(leaf, depth)
                case OldExpr(operand=operand):
                    return Values(self._index).read(operand)
                case AggregateExpr():
                    return self._fold(leaf)

        return rewritten(expr, put)

    def _field(self, ref: EntityRef, depth: int) -> Expr:
        if not ref.field or ref.type.name == "rows":
            return ref
        entity = row_entity(self._index, ref)
        field = self._index.field(entity, ref.field)
        if field.managed is Managed.DERIVED and field.value is not None:
            return self._derived(ref, field, depth)
        found = self._placed(ref)
        place = (found.root, found.via, found.field)
        if place in self._known:
            return self._known[place][1]
        if self._may_differ(entity, place) or self._detoured(found):
            return self._fresh(place, entity, field)
        return replace(found, type=replace(field.type, nullable=self._may_be_null(found, field)))

    def _placed(self, ref: EntityRef) -> EntityRef:
        """Follow hops over rows that the effects have put there."""
        while ref.via and (ref.root, (), ref.via[0]) in self._known:
            value = self._known[ref.root, (), ref.via[0]][1]
            if not isinstance(value, EntityRef) or value.type.name != "row":
                break
            way = (*value.via, value.field) if value.field else ()
            ref = replace(ref, entity=value.entity, root=value.root, via=(*way, *ref.via[1:]))
            if way:  # hops as they led before: they may come back to where they began
                break
        return ref

    def _may_differ(self, entity: str, place: Place) -> bool:
        """Whether a field that nothing has set by this way may have been set by another."""
        if (entity, place[2]) in self._unknown:
            return True
        ways = (p for p, (e, _) in self._known.items() if e == entity and p[2] == place[2])
        return any(not self._are_apart(way, place) for way in ways)

    def _detoured(self, ref: EntityRef) -> bool:
        """Whether a hop on the way may lead to another row than before."""
        start = ref.entity.removeprefix("entity:")
        for number, hop in enumerate(ref.via):
            holder = self._index.hop(start, ref.via[:number])
            place = (ref.root, ref.via[:number], hop)
            if place in self._known or self._may_differ(holder, place):
                return True
        return False

    def _derived(self, ref: EntityRef, field: Field, depth: int) -> Expr:
        """Put a derived value's definition in its place, where it is exact and no fold."""
        value = field.value
        new = ref.root in self._made and not ref.via
        if new and value is not None and depth <= MAX_DEPTH:
            row = row_at(ref.entity.removeprefix("entity:"), ref.root)
            known = settled(self.read(of_row(value, row), depth + 1), field)
            if known is not None:
                return known
        folds = value is not None and not new and any(isinstance(e, AggregateExpr) for e in walk(value))
        if value is None or folds or depth > MAX_DEPTH or decimals(value) > field.type.scale:
            changed = self._known or self._unknown or self._resized
            found = self._placed(ref)
            place = (found.root, found.via, found.field)
            return self._fresh(place, row_entity(self._index, ref), field) if changed else found
        start = ref.entity.removeprefix("entity:")
        return self.read(of_row(value, row_at(start, ref.root, ref.via)), depth + 1)

    def _fold(self, expr: AggregateExpr) -> Expr:
        """Keep a fold over rows of which nothing was changed; else it is something new."""
        source = expr.source
        if isinstance(source, EntityRef) and self._owns_nothing(source):
            return OF_NOTHING[expr.op]
        counted = source.type.of if isinstance(source, EntityRef) else source.entity.removeprefix("entity:")
        read = {
            name for part in walk(expr) if isinstance(part, EntityRef) for name in (part.field, *part.via)
        }
        written = {name for _, name in self._unknown} | {place[2] for place in self._known}
        derived = {
            f.name for e in self._index.entities.values() for f in e.fields if f.managed is Managed.DERIVED
        }
        if counted in self._resized or read & written or (read & derived and (written or self._resized)):
            return replace(expr, binding=f"{expr.binding}'{self._version}")
        return expr

    def _owns_nothing(self, source: EntityRef) -> bool:
        """Whether the collection is that of a new row, for which nothing was made."""
        if source.via or source.root not in self._made:
            return False
        holder = source.entity.removeprefix("entity:")
        collection = self._index.collection(holder, source.field)
        return collection.kind == "owned" and collection.entity not in self._resized

    # --- rows ----------------------------------------------------------------------

    def _are_apart(self, left: Place, right: Place) -> bool:
        """Whether two places lie in different rows for sure."""
        if left[:2] == right[:2]:
            return left[2] != right[2]
        new = [p[:2] for p in (left, right) if not p[1] and p[0] in self._made]
        if len(new) == 2:
            return True
        if new and not any(self._may_lead_to_new(p) for p in (left, right) if p[:2] not in new):
            return True
        return frozenset((_name(left), _name(right))) in self._apart

    def _may_lead_to_new(self, place: Place) -> bool:
        """Whether a way may end at a row that was made: only if some reference was set."""
        if not place[1]:
            return False
        return any(e.type.name == "row" for _, e in self._known.values()) and bool(self._made)

    def _may_be_null(self, ref: EntityRef, field: Field) -> bool:
        start = ref.entity.removeprefix("entity:")
        hops = (self._index.field(self._index.hop(start, ref.via[:n]), hop) for n, hop in enumerate(ref.via))
        return field.type.nullable or ref.root in self._optional or any(h.type.nullable for h in hops)

    def _fresh(self, place: Place, entity: str, field: Field) -> EntityRef:
        """Return a variable for a value that is not known; at the same time and place it is the same."""
        root = f"{_name(place)}'{self._version}"
        return EntityRef(
            f"entity:{entity}",
            field.name,
            root=root,
            type=replace(field.type, nullable=True)
            if (place[1] or place[0] in self._optional)
            else field.type,
        )


def _name(place: Place) -> str:
    return ".".join((place[0], *place[1]))


def _optional(flow: Flow | None) -> frozenset[str]:
    """Return the bindings that may stand for no row."""
    if flow is None:
        return frozenset()
    return frozenset(f"input:{i.name}" for i in flow.inputs if i.type.nullable)
