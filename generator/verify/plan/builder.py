"""First guesses: the rows and moves that an operation needs, before any guard has been asked."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from generator.expr.model import ContextRef, EntityRef, Expr
from generator.ir.index import Index, client_fields
from generator.ir.model import (
    Assign,
    Create,
    Entity,
    Field,
    Flow,
    Input,
    Managed,
    Operation,
    OperationKind,
    Unique,
)
from generator.ir.writes import effects_of, row_entity
from generator.verify.plan.conditions import Maker as FlowMaker
from generator.verify.plan.conditions import Makers, all_uniques, find_operation, is_shared
from generator.verify.plan.maker import Maker
from generator.verify.plan.values import Token, Value
from generator.verify.plan.wants import Fresh, Inside, Move, Program, Want, graft, keys_of

MAX_ROWS = 60


class Unreachable(Exception):  # noqa: N818
    """No operation makes such a row."""


class Builder:
    """Builds programs; `solved` holds, per entity, rows that are known to work."""

    def __init__(self, index: Index, makers: Makers, maker: Maker) -> None:
        self.index = index
        self.makers = makers
        self.maker = maker
        self.solved: dict[str, tuple[dict[int, Want], int]] = {}
        self._open: list[str] = []

    def renewer(self) -> Fresh:
        """Return what gives tokens numbers of their own: the same one to equal tokens."""
        known: dict[int, Token] = {}

        def renew(value: Value) -> Value:
            if not isinstance(value, Token):
                return value
            if value.number not in known:
                known[value.number] = self.maker.renew(value)
            return Token(known[value.number].number, value.shape)

        return renew

    # --- rows ---

    def row(self, program: Program, entity: str, **given: int) -> tuple[Program, int]:
        """Add a row of an entity and all it needs; `given` are references (or the owner) to use."""
        if entity in self.solved:
            return self._grafted(program, entity, given)
        if entity in self._open or len(program.wants) > MAX_ROWS:
            raise Unreachable(f"a row of {entity} needs another of its kind")
        self._open.append(entity)
        try:
            return self._build(program, entity, given)
        finally:
            self._open.pop()

    def _grafted(self, program: Program, entity: str, given: dict[str, int]) -> tuple[Program, int]:
        """Add the rows that are known to work, led to the given ones; leave out what is not needed."""
        part, key = self.solved[entity]
        grown, keys = graft(program, part, self.renewer())
        if not given:
            return grown, keys[key]
        want = grown.wants[keys[key]]
        if not want.made_by_create:
            led = None if want.maker is None else self._led(grown, keys[key], want.maker, given)
            return self._build(program, entity, given) if led is None else (led, keys[key])
        owner = self.index.entities[entity].owner_field
        for name, row in given.items():
            want = msgspec.structs.replace(want, owner=row) if name == owner else want.with_ref(name, row)
        beside = msgspec.structs.replace(
            grown, wants={k: w for k, w in grown.wants.items() if k != keys[key]}
        )
        grown = grown.put(keys[key], self.unlike(beside, want))
        used = needed(grown, keys[key])
        kept = {k: w for k, w in grown.wants.items() if k in program.wants or k in used}
        return msgspec.structs.replace(grown, wants=kept), keys[key]

    def twin(self, program: Program, key: int, **given: int) -> tuple[Program, int]:
        """Add a row like a created one: it refers to the same rows, but for the given ones."""
        want, renew = program.wants[key], self.renewer()
        if not want.made_by_create:
            raise Unreachable(f"rows of {want.entity} take no reference")
        values = {name: renew(value) for name, value in want.values.items()}
        copy = replace(want, values=values, early=(), moves=(), first=False)
        owner = self.index.entities[want.entity].owner_field
        for name, row in given.items():
            copy = replace(copy, owner=row) if name == owner else copy.with_ref(name, row)
        return program.add(self.unlike(program, copy))

    def _led(self, program: Program, key: int, maker: Move, given: dict[str, int]) -> Program | None:
        """Lead the references of a row that a flow makes to given rows, by what the flow takes them from."""
        makers = self.makers.makers.get(program.wants[key].entity, ())
        effect = next((m.effect for m in makers if m.operation == maker.operation), None)
        for name, row in given.items():
            value = next((v.value for v in effect.values if v.field == name), None) if effect else None
            if not isinstance(value, EntityRef):
                return None
            *hops, last = (value.root, *value.via, *([value.field] if value.field else []))
            if not hops:
                return program.put(key, replace(program.wants[key], maker=maker.with_row(last, row)))
            holder = maker.rows.get(hops[0])
            for hop in hops[1:]:
                holder = None if holder is None else program.wants[holder].refs.get(hop)
            if holder is None or not program.wants[holder].made_by_create:
                return None
            led = program.wants[holder]
            owner = self.index.entities[led.entity].owner_field == last
            program = program.put(holder, replace(led, owner=row) if owner else led.with_ref(last, row))
        return program

    def _build(self, program: Program, entity: str, given: dict[str, int]) -> tuple[Program, int]:
        if find_operation(self.index, entity, OperationKind.CREATE) is not None:
            program, want = self.created(program, entity, given)
            return program.add(want)
        for flow_maker in self.makers.makers.get(entity, ()):
            try:
                return self._made_by(program, entity, flow_maker, given)
            except Unreachable:
                continue
        raise Unreachable(f"no operation makes a row of {entity}")

    def created(self, program: Program, entity: str, given: dict[str, int]) -> tuple[Program, Want]:
        """Return a row to be made by its create operation, its references added."""
        node = self.index.entities[entity]
        values: dict[str, Value] = {}
        refs: dict[str, int | None] = {}
        for field in client_fields(node):
            if field.name in given:
                refs[field.name] = given[field.name]
            elif not required(field):
                continue
            elif field.type.name == "row":
                program, refs[field.name] = self.row(program, field.type.of)
            else:
                values[field.name] = self.value(node, field)
        owner: int | None = None
        if node.owner:
            owner = given.get(node.owner_field)
            if owner is None:
                program, owner = self.row(program, node.owner)
        return program, self._unshared(node, Want(entity, values, refs, owner))

    def value(self, entity: Entity, field: Field, variant: int = 0) -> Value:
        """Return a value for a field: one of its own if the field is unique by itself."""
        return (
            self.maker.unique(field)
            if _alone(self.index, entity.name, field.name)
            else self.maker.usual(field, variant)
        )

    def _unshared(self, entity: Entity, want: Want) -> Want:
        """Set what keeps the row apart from others wherever no fresh reference does."""
        for unique in all_uniques(entity):
            if not any(self._apart(entity, want, name) for name in unique.fields):
                want = self._set_apart(entity, unique, want)
        return want

    def _apart(self, entity: Entity, want: Want, name: str) -> bool:
        field = self.index.field(entity.name, name)
        if field.managed in {Managed.OWNER, Managed.COUNTER}:
            return True
        return isinstance(want.values.get(name), Token) or want.refs.get(name) is not None

    def _set_apart(self, entity: Entity, unique: Unique, want: Want) -> Want:
        """Give one field of the unique a value of its own; all of them where each has but few values."""
        fields = [self.index.field(entity.name, name) for name in unique.fields]
        own = [f for f in fields if f.managed is Managed.CLIENT and f.type.name != "row"]
        wide = next((f for f in own if self.maker.can_be_unique(f)), None)
        for field in own if wide is None else [wide]:
            want = want.with_value(field.name, self.maker.unique(field))
        return want

    def unlike(self, program: Program, want: Want) -> Want:
        """Return an owned row with values of few that no row beside it has, where they must differ."""
        node = self.index.entities[want.entity]
        beside = [w for w in program.wants.values() if w.entity == want.entity and w.owner == want.owner]
        for unique in node.uniques:
            own = [n for n in unique.fields if self.index.field(want.entity, n).managed is Managed.CLIENT]
            same = [w for w in beside if all(_held(w, n) == _held(want, n) for n in own)]
            free = [self.index.field(want.entity, n) for n in own if n in want.values]
            if same and free and node.owner_field in unique.fields:
                values = (self.maker.usual(free[0], n) for n in range(len(beside) + 1))
                taken = [_held(w, free[0].name) for w in same]
                new = next((v for v in values if v not in taken), None)
                want = want if new is None else want.with_value(free[0].name, new)
        return want

    def _made_by(
        self, program: Program, entity: str, flow_maker: FlowMaker, given: dict[str, int]
    ) -> tuple[Program, int]:
        operation = self.index.operations[flow_maker.operation]
        owner = self.index.entities[entity].owner
        outer = self._makes(operation, owner) if owner and owner not in self._open else None
        if outer is not None:
            program, parent = self.row(program, owner)
            collection = self.index.entities[entity].owner_collection
            return program.add(Want(entity, inside=Inside(parent, collection)))
        preset = {b: k for b, k in self._preset(operation, given).items() if k}
        program, move = self.flow(program, operation, preset)
        return program.add(Want(entity, maker=move))

    def _makes(self, operation: Operation, entity: str) -> FlowMaker | None:
        return next((m for m in self.makers.makers.get(entity, ()) if m.operation == operation.id), None)

    def _preset(self, operation: Operation, given: dict[str, int]) -> dict[str, int]:
        flow = self.index.flows[operation.flow]
        found = {f"input:{i.name}": given.get(i.name, 0) for i in flow.inputs if i.type.name == "row"}
        snake = self.index.entities[flow.entity].snake
        return {**found, "self": given.get(snake, 0)} if flow.subject != "none" else found

    # --- moves ---

    def flow(self, program: Program, operation: Operation, preset: dict[str, int]) -> tuple[Program, Move]:
        """Return a flow's request; `preset` says which rows to use for some bindings."""
        flow = self.index.flows[operation.flow]
        rows: dict[str, int] = {}
        if flow.subject != "none":
            if "self" in preset:
                rows["self"] = preset["self"]
            elif f"input:{flow.subject_input}" in preset:
                rows["self"] = preset[f"input:{flow.subject_input}"]
            else:
                program, rows["self"] = self.row(program, flow.entity)
        values: dict[str, Value] = {}
        for item in flow.inputs:
            binding = f"input:{item.name}"
            if binding in preset:
                rows[binding] = preset[binding]
            elif item.name == flow.subject_input or item.type.nullable or item.default is not None:
                continue
            elif item.type.name == "row":
                program, rows[binding] = self.row(program, item.type.of)
            else:
                values[item.name] = self._input_value(flow, item)
        return program, Move(operation.id, rows, values)

    def _input_value(self, flow: Flow, item: Input) -> Value:
        """Return a value for an input: one of its own if it is stored in a field that is unique."""
        alone = stored_in_unique(self.index, flow, item.name, self.maker)
        return self.maker.unique(item) if alone else self.maker.usual(item, 1)  # not what a row has already

    def target(self, operation: Operation) -> Program:
        """Return the first guess of a program that carries out an operation."""
        program = Program()
        match operation.kind:
            case OperationKind.CREATE:
                program, want = self.created(program, operation.entity, {})
                program, key = program.add(want)
                return program.aim(Move(operation.id, {"self": key}))
            case OperationKind.FLOW:
                program, move = self.flow(program, operation, {})
                return program.aim(move)
            case OperationKind.LIST:
                return program
            case _:
                program, key = self.row(program, operation.entity)
                return program.aim(Move(operation.id, {"self": key}))

    def alike(self, program: Program) -> Program:
        """Return the program with the rows of its subject's kind that a flow takes made like that one."""
        target = program.target
        key = None if target is None else target.rows.get("self")
        if target is None or key is None or not program.wants[key].made_by_create:
            return program
        entity = program.wants[key].entity
        for other in set(target.rows.values()) - {key}:
            if program.wants[other].entity == entity and program.wants[other].made_by_create:
                grown, twin = self.twin(program, key)
                program = msgspec.structs.replace(grown.put(other, grown.wants[twin]), target=target)
                program = program.without(twin) or program
        return program

    def merged(self, program: Program, keep: int = 0) -> Program:
        """Return the program with one row for each entity where there were several of a kind."""
        first: dict[str, int] = {}
        swap: dict[int, int] = {}
        for key, want in program.wants.items():
            swap[key] = (
                first.setdefault(want.entity, key) if want.owner is None and want.made_by_create else key
            )
        new = program.target.rows.get("self") if program.target is not None else keep
        wants = {k: _swapped(w, swap) for k, w in program.wants.items() if swap[k] == k or k == new}
        target = None if program.target is None else _swapped_move(program.target, swap, new)
        return msgspec.structs.replace(program, wants=wants, target=target)


def needed(program: Program, key: int) -> set[int]:
    """Return the rows that a row needs, owned rows of them included."""
    found: set[int] = set()
    queue = [key]
    while queue:
        at = queue.pop()
        if at in found:
            continue
        found.add(at)
        want = program.wants[at]
        queue += keys_of(want)
        queue += [] if want.owner is None else [want.owner]
        queue += [] if want.inside is None else [want.inside.parent]
        queue += [k for m in (*want.early, *want.moves) for k in m.keys]
        queue += [k for k, w in program.wants.items() if w.owner == at]
    return found


def _swapped(want: Want, swap: dict[int, int]) -> Want:
    inside = want.inside
    return msgspec.structs.replace(
        want,
        refs={n: None if k is None else swap[k] for n, k in want.refs.items()},
        owner=None if want.owner is None else swap[want.owner],
        links={n: tuple(dict.fromkeys(swap[k] for k in ks)) for n, ks in want.links.items()},
        maker=None if want.maker is None else _swapped_move(want.maker, swap, None),
        inside=None if inside is None else msgspec.structs.replace(inside, parent=swap[inside.parent]),
        early=tuple(_swapped_move(m, swap, None) for m in want.early),
        moves=tuple(_swapped_move(m, swap, None) for m in want.moves),
    )


def _swapped_move(move: Move, swap: dict[int, int], new: int | None) -> Move:
    rows = {b: k if k == new else swap[k] for b, k in move.rows.items()}
    needs = tuple(dict.fromkeys(swap[k] for k in move.needs))
    return msgspec.structs.replace(move, rows=rows, needs=needs)


def _held(want: Want, name: str) -> object:
    return want.values.get(name, want.refs.get(name))


def required(field: Field) -> bool:
    """Whether a create request must hold the field."""
    return not field.type.nullable and field.default is None


def stored_in_unique(index: Index, flow: Flow, name: str, maker: Maker) -> bool:
    """Whether an input goes straight into a field that keeps rows apart, and so a value of its own does."""
    item = next(i for i in flow.inputs if i.name == name)
    wide = maker.can_be_unique(item)
    return any(
        _alone(index, *field) or (wide and is_shared(index.entities[field[0]], field[1]))
        for field in _stored_in(index, flow, name)
    )


def _stored_in(index: Index, flow: Flow, name: str) -> Iterator[tuple[str, str]]:
    """Yield entity and name of the fields that an input goes straight into."""
    for effect in effects_of(flow.effects):
        match effect:
            case Create(entity=entity, values=values):
                yield from ((entity, v.field) for v in values if _is_input(v.value, name))
            case Assign(target=target, value=value) if _is_input(value, name):
                yield row_entity(index, target), target.field


def _is_input(value: Expr, name: str) -> bool:
    return isinstance(value, ContextRef) and value.name == name


def _alone(index: Index, entity: str, name: str) -> bool:
    """Whether no two rows may share the field's value."""
    field = index.field(entity, name)
    return field.unique or any(u.fields == (name,) for u in index.entities[entity].uniques)
