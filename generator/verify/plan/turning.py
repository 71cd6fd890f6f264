"""Turning a knob: programs in which it stands at a value, made so at creation or later."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import msgspec

from generator.expr.model import ArithmeticExpr, ComparisonExpr, ContextRef, EntityRef
from generator.expr.walk import walk
from generator.ir.index import Index, updatable_fields
from generator.ir.model import (
    Assign,
    Collection,
    Create,
    Each,
    Managed,
    OperationKind,
    StateMachine,
    Transition,
)
from generator.ir.writes import effects_of
from generator.verify.plan import candidates
from generator.verify.plan.builder import Builder, Unreachable
from generator.verify.plan.conditions import Maker as FlowMaker
from generator.verify.plan.conditions import Writer, find_operation
from generator.verify.plan.knobs import Knob
from generator.verify.plan.leading import lead
from generator.verify.plan.linking import relinked
from generator.verify.plan.values import Value
from generator.verify.plan.wants import Move, Program, Want
from generator.verify.plan.ways import Ways

MAX_WAYS = 3  # tried for one move of a state


class Turner:
    """Makes programs from a program by turning knobs."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._index: Index = builder.index
        self.ways: Ways | None = None

    def turn(
        self, program: Program, knob: Knob, value: Any, *, late_first: bool = False
    ) -> Iterator[Program]:
        """Yield programs in which the knob stands at `value`."""
        match knob.kind:
            case "field":
                ways = [self._at_creation(program, knob, value), *self._update(program, knob, value)]
                yield from reversed(ways) if late_first else ways
            case "input" | "patch":
                yield knob.place.change(program, lambda m: m.with_value(knob.name, value))
            case "state":
                if self.ways is not None and not _is_new(program, knob.key):
                    yield from self.ways.into(program, knob.key, knob.name, str(value))
                yield from self._onward(program, knob, str(value))
                yield from self.reach(program, knob.key, knob.name, str(value), late_first=late_first)
            case "ref" | "patch_ref" | "input_ref":
                yield from self.refer(program, knob, value)
            case "written":
                yield from self.write(program, knob)
            case "count":
                yield from self.count(program, knob, int(value))

    def _at_creation(self, program: Program, knob: Knob, value: Value) -> Program:
        return program.put(knob.key, program.wants[knob.key].with_value(knob.name, value))

    def _update(self, program: Program, knob: Knob, value: Value) -> Iterator[Program]:
        want = program.wants[knob.key]
        operation = find_operation(self._index, want.entity, OperationKind.UPDATE)
        entity = self._index.entities[want.entity]
        if operation is None or _is_new(program, knob.key):
            return
        if any(f.name == knob.name for f in updatable_fields(entity)):
            yield program.with_late(Move(operation.id, {"self": knob.key}, {knob.name: value}))

    # --- references ---

    def refer(self, program: Program, knob: Knob, key: int | None) -> Iterator[Program]:
        """Yield programs in which a reference leads to the row `key`, or to none."""
        match knob.kind:
            case "ref" if self._is_owner(program, knob):
                if key is not None:
                    want = msgspec.structs.replace(program.wants[knob.key], owner=key)
                    yield program.put(knob.key, want)
            case "ref":
                yield program.put(knob.key, program.wants[knob.key].with_ref(knob.name, key))
            case "patch_ref" if key is not None:
                yield knob.place.change(program, lambda m: m.with_row(f"field:{knob.name}", key))
            case "written" if key is not None and not _is_new(program, knob.key):
                entity = program.wants[knob.key].entity
                writers = self._builder.makers.writers.get((entity, knob.name), [])
                yield from lead(self, program, knob.key, writers, key)
            case "input_ref" if key is not None:
                yield knob.place.change(program, lambda m: self._point(m, knob.name, key))

    def _is_owner(self, program: Program, knob: Knob) -> bool:
        return self._index.entities[program.wants[knob.key].entity].owner_field == knob.name

    def link(self, program: Program, key: int, collection: str, linked: int) -> Program:
        """Link a row to another when that one is made."""
        want = program.wants[key]
        rows = dict.fromkeys((*want.links.get(collection, ()), linked))
        return program.put(key, msgspec.structs.replace(want, links={**want.links, collection: tuple(rows)}))

    def _point(self, move: Move, name: str, key: int) -> Move:
        flow = self._index.flows[self._index.operations[move.operation].flow]
        moved = move.with_row(f"input:{name}", key)
        return moved.with_row("self", key) if name == flow.subject_input else moved

    def refer_new(self, program: Program, knob: Knob, entity: str) -> Iterator[Program]:
        """Yield programs in which a reference leads to a row of its own; of its kind: also one alike."""
        with suppress(Unreachable):
            grown, key = self._builder.row(program, entity)
            yield from self.refer(grown, knob, key)
        if knob.key in program.wants and program.wants[knob.key].entity == entity:
            with suppress(Unreachable):
                grown, key = self._builder.twin(program, knob.key)
                yield from self.refer(grown, knob, key)

    # --- collections ---

    def count(self, program: Program, knob: Knob, change: int) -> Iterator[Program]:
        """Yield programs in which a collection has that many rows more or fewer."""
        want = program.wants[knob.key]
        collection = self._index.collection(want.entity, knob.name)
        if want.maker is not None and collection.kind == "owned":
            yield from self._count_source(program, want.maker, collection.entity, change)
        elif collection.kind == "links":
            yield from relinked(self._builder, program, knob, change)
        elif change < 0:
            yield from self._fewer(program, program.owned_by(knob.key, collection.entity)[change:])
        else:
            yield from self._more(program, knob.key, collection, min(change, 12))

    def _more(self, program: Program, key: int, collection: Collection, number: int) -> Iterator[Program]:
        """Add owned rows, by their create operation or by a flow that makes such rows."""
        grown: Program | None = program
        for _ in range(number):
            grown = None if grown is None else self._child(grown, key, grown.wants[key], collection.entity)
        if grown is not None:
            yield grown
            return
        for maker in self._builder.makers.makers.get(collection.entity, ()):
            grown = program
            for _ in range(number):
                grown = None if grown is None else self._made_below(grown, key, maker, collection)
            if grown is not None:
                yield grown

    def _made_below(
        self, program: Program, key: int, maker: FlowMaker, collection: Collection
    ) -> Program | None:
        """Run a flow that makes a row owned by the row `key`."""
        owner = next((v.value for v in maker.effect.values if v.field == collection.inverse), None)
        if not isinstance(owner, EntityRef) or owner.via or owner.field or _is_new(program, key):
            return None
        if owner.root != "self" and not owner.root.startswith("input:"):
            return None
        operation = self._index.operations[maker.operation]
        try:
            return _put(*self._builder.flow(program, operation, {owner.root: key}), key, "moves")
        except Unreachable:
            return None

    def _count_source(self, program: Program, maker: Move, entity: str, change: int) -> Iterator[Program]:
        """Change the rows that a flow makes owned rows from."""
        flow = self._index.flows[self._index.operations[maker.operation].flow]
        for effect in effects_of(flow.effects):
            if not isinstance(effect, Each) or not isinstance(effect.source, EntityRef):
                continue
            makes = any(isinstance(e, Create) and e.entity == entity for e in effect.body)
            if makes and effect.source.root in maker.rows and not effect.source.via:
                knob = Knob("count", effect.source.field, key=maker.rows[effect.source.root])
                yield from self.count(program, knob, change)

    def _child(self, program: Program, key: int, want: Want, entity: str) -> Program | None:
        if not want.made_by_create or find_operation(self._index, entity, OperationKind.CREATE) is None:
            return None
        try:
            grown, child = self._builder.created(
                program, entity, {self._index.entities[entity].owner_field: key}
            )
        except Unreachable:
            return None
        return grown.add(self._builder.unlike(grown, child))[0]

    def _fewer(self, program: Program, gone: list[int]) -> Iterator[Program]:
        left: Program | None = program
        for key in gone:
            if left is None or program.wants[key].inside is not None:
                return
            left = left.without(key) if key in left.wants else left
        if gone and left is not None:
            yield left

    # --- states and fields that only operations write ---

    def _onward(self, program: Program, knob: Knob, state: str) -> Iterator[Program]:
        """Yield programs in which a row goes on from the state it is in."""
        want = program.wants[knob.key]
        machine = next(m for m in self._index.entities[want.entity].machines if m.field == knob.name)
        if knob.current not in machine.states or knob.current == machine.initial:
            return
        for path in self._paths(want.entity, machine, state, str(knob.current)):
            for when in ("late", "moves"):
                yield from self.walk(program, knob.key, path, when)

    def reach(
        self, program: Program, key: int, field: str, state: str, *, late_first: bool = False
    ) -> Iterator[Program]:
        """Yield programs in which a row has been brought to a state by the shortest ways of flows."""
        want = program.wants[key]
        machine = next(m for m in self._index.entities[want.entity].machines if m.field == field)
        movers = {w.operation for w in self._builder.makers.writers.get((want.entity, field), ())}
        early, moves = (tuple(m for m in ms if m.operation not in movers) for ms in (want.early, want.moves))
        bare = program.put(key, msgspec.structs.replace(want, early=early, moves=moves))
        for path in self._paths(want.entity, machine, state):
            for when in ("late", "moves", "early") if late_first else ("moves", "early", "late"):
                yield from self.walk(bare, key, path, when)

    def _paths(
        self, entity: str, machine: StateMachine, state: str, start: str = ""
    ) -> list[list[list[Writer]]]:
        """Return the shortest way to a state: for each of its moves the flows that make it."""
        first = start or machine.initial
        queue: deque[tuple[str, list[list[Writer]]]] = deque([(first, [])])
        seen = {first}
        while queue:
            at, path = queue.popleft()
            if at == state:
                return [path]
            for origin, to in machine.transitions:
                ways = self.movers(entity, machine.field, at, to) if origin == at else []
                if ways and to not in seen:
                    seen.add(to)
                    queue.append((to, [*path, ways]))
        return []

    def reachable(self, entity: str, field: str, state: str) -> bool:
        """Whether flows lead from the initial state to another one."""
        machine = next(m for m in self._index.entities[entity].machines if m.field == field)
        return bool(self._paths(entity, machine, state))

    def movers(self, entity: str, field: str, at: str, to: str) -> list[Writer]:
        """Return the flows' effects that move a state field from one state to another."""
        found = self._builder.makers.writers.get((entity, field), ())
        return [w for w in found if _moves(w, at, to)]

    def walk(self, program: Program, key: int, path: list[list[Writer]], when: str) -> Iterator[Program]:
        """Yield programs in which a row goes a way; for each move of it one of its flows is taken."""
        if not path:
            yield program
            return
        for writer in path[0][:MAX_WAYS]:
            bound = self.bind(program, key, writer)
            if bound is not None:
                yield from self.walk(_put(*bound, key, when), key, path[1:], when)

    def write(self, program: Program, knob: Knob, gap: Any = None) -> Iterator[Program]:
        """Yield programs in which a flow that sets the field has been run on the row, by `gap` first."""
        want = program.wants[knob.key]
        writers = self._builder.makers.writers.get((want.entity, knob.name), ())
        for writer in sorted(writers, key=lambda w: _opposes(w, gap))[:4]:
            bound = self.bind(program, knob.key, writer)
            if bound is None or _is_new(program, knob.key):
                continue
            grown, move = bound
            for sized in (*self._sized(move, writer, gap), move):
                for when in ("moves", "late", "early"):
                    yield _put(grown, sized, knob.key, when)

    def _sized(self, move: Move, writer: Writer, gap: Any) -> Iterator[Move]:
        """Yield the move with a number that its effect reads as large as what is missing."""
        if not isinstance(gap, int | float | Decimal) or not isinstance(writer.effect, Assign) or not gap:
            return
        flow = self._index.flows[self._index.operations[move.operation].flow]
        read = {e.name for e in walk(writer.effect.value) if isinstance(e, ContextRef)}
        for item in flow.inputs:
            if item.name in read and item.type.name in {"int", "decimal", "float"}:
                for amount in candidates.enough(item, abs(Decimal(str(gap)))):
                    yield move.with_value(item.name, amount)

    def bind(self, program: Program, key: int, writer: Writer) -> tuple[Program, Move] | None:
        """Return the flow's request that makes the effect happen to the row `key`."""
        operation = self._index.operations[writer.operation]
        loops = {loop.binding: loop for loop in writer.loops}
        try:
            found = self._root(program, key, writer.effect.target, loops)
            if found is None:
                return None
            program, binding, row = found
            return self._builder.flow(program, operation, {binding: row} if binding else {})
        except Unreachable:
            return None

    def _root(
        self, program: Program, key: int, ref: EntityRef, loops: dict[str, Each]
    ) -> tuple[Program, str, int] | None:
        """Return which row a binding must stand for so that the reference leads to `key`."""
        holder = key
        entities = [ref.entity.removeprefix("entity:")]
        for hop in ref.via:
            entities.append(self._index.field(entities[-1], hop).type.of)
        for entity, hop in reversed(list(zip(entities[:-1], ref.via, strict=True))):
            program, holder = self._referrer(program, entity, hop, holder)
        if ref.root not in loops:
            usable = ref.root in {"self", ""} or ref.root.startswith("input:")
            return (program, ref.root, holder) if usable else None
        return self._loop_root(program, holder, loops[ref.root], loops)

    def _loop_root(
        self, program: Program, element: int, loop: Each, loops: dict[str, Each]
    ) -> tuple[Program, str, int] | None:
        if not isinstance(loop.source, EntityRef):
            return self._all_rows_root(program, element, loop)
        source = loop.source
        entity = self._index.hop(source.entity.removeprefix("entity:"), source.via)
        collection = self._index.collection(entity, source.field)
        want = program.wants[element]
        if collection.kind == "owned":
            owner = want.owner if want.inside is None else want.inside.parent
            if owner is None:
                return None
        else:
            program, owner = self._builder.row(program, entity)
            linked = program.wants[owner]
            links = {**linked.links, source.field: (element,)}
            program = program.put(owner, msgspec.structs.replace(linked, links=links))
        return self._root(program, owner, source, loops)

    @staticmethod
    def _all_rows_root(program: Program, element: int, loop: Each) -> tuple[Program, str, int] | None:
        """Return the binding that `where` compares a reference of the element with, and that row."""
        for part in walk(loop.where) if loop.where is not None else ():
            if not isinstance(part, ComparisonExpr) or part.op != "==":
                continue
            for side, other in ((part.left, part.right), (part.right, part.left)):
                if not isinstance(side, EntityRef) or not isinstance(other, EntityRef):
                    continue
                row = program.wants[element].refs.get(side.field)
                plain = side.root == loop.binding and not side.via and not other.via and not other.field
                if plain and row is not None:
                    return program, other.root, row
        return program, "", 0

    def _referrer(self, program: Program, entity: str, hop: str, key: int) -> tuple[Program, int]:
        """Return a row of `entity` whose reference `hop` leads to `key`, adding one if there is none."""
        owner = self._index.field(entity, hop).managed is Managed.OWNER
        for other, want in program.wants.items():
            leads = want.owner == key if owner else want.refs.get(hop) == key
            if want.entity == entity and leads and not _is_new(program, other):
                return program, other
        return self._builder.row(program, entity, **{hop: key})


def _opposes(writer: Writer, gap: Any) -> bool:
    """Whether an effect only adds where something is to be taken away, or the other way round."""
    value = writer.effect.value if isinstance(writer.effect, Assign) else None
    if not isinstance(value, ArithmeticExpr) or not isinstance(gap, int | float | Decimal):
        return False
    return {"+": gap < 0, "-": gap > 0}.get(value.op, False)


def _put(program: Program, move: Move, key: int, when: str) -> Program:
    """Add a move to a row: before or after its owned rows are made, or after everything."""
    if when == "late":
        return program.with_late(move)
    want = program.wants[key]
    return program.put(key, want.with_early(move) if when == "early" else want.with_move(move))


def _is_new(program: Program, key: int) -> bool:
    """Whether the row is the one that the target is to make."""
    target = program.target
    return target is not None and target.operation.endswith(".create") and target.rows.get("self") == key


def _moves(writer: Writer, at: str, to: str) -> bool:
    match writer.effect:
        case Transition(allowed_from=allowed, to=state):
            return at in allowed and state == to
        case Assign(value=value):
            return getattr(value, "value", None) == to
    return False
