"""From a run that missed to programs in which the wanted answer may come about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

import msgspec

from generator.expr.model import (
    EntityRef,
    Expr,
)
from generator.expr.walk import walk
from generator.ir.index import Index
from generator.ir.model import Managed, OperationKind, Unique
from generator.ir.writes import row_entity
from generator.verify.plan.alone import Alone
from generator.verify.plan.builder import Builder, Unreachable
from generator.verify.plan.conditions import Cause, Causes, Writer
from generator.verify.plan.edges import exactly
from generator.verify.plan.goals import Goal
from generator.verify.plan.imagine import Handle, Made, Scope, World
from generator.verify.plan.jointly import Demand, Jointly
from generator.verify.plan.knobs import Finder, Knob
from generator.verify.plan.reading import from_python
from generator.verify.plan.realize import Realizer, Run
from generator.verify.plan.session import Exchange, Session
from generator.verify.plan.turning import Turner
from generator.verify.plan.tweaks import Tweaker
from generator.verify.plan.values import Value
from generator.verify.plan.wants import Place, Program, later


class Proposer:
    """Varies programs by what refused them, or by what is to refuse them."""

    def __init__(self, session: Session, builder: Builder, causes: Causes, alone: Alone) -> None:
        self._session = session
        self._builder = builder
        self._index: Index = builder.index
        self._causes = causes
        self._alone = alone
        self.turner = Turner(builder)
        self.runs = 0
        self.joint = True  # whether values are looked for that fit together

    def run(self, program: Program) -> Run:
        """Carry out one program."""
        self.runs += 1
        return Realizer(self._session, program).run()

    def prepare(self, program: Program) -> Run:
        """Carry out everything but the target; the run holds the target's draft."""
        self.runs += 1
        return Realizer(self._session, program, send=False).run()

    def edges(self, run: Run, cause: Cause) -> Iterator[Program]:
        """Yield programs in which a bound of `cause` is met exactly."""
        exact = None if cause.expr is None else exactly(cause.expr)
        if exact is not None:
            yield from self.changed(run, cause, exact)

    def changed(self, run: Run, cause: Cause, wanted: Expr) -> Iterator[Program]:
        """Yield programs in which `wanted`, over the same rows as the condition of `cause`, is true."""
        place = Place("target")
        world = World(self._session, run, place, after=after_effects(cause))
        tweaker = Tweaker(self._builder, self.turner, world)
        for scope in self._scopes(world, place, cause):
            yield from tweaker.toward(wanted, scope, truth=True)

    def into_state(self, run: Run, cause: Cause, state: str) -> Iterator[Program]:
        """Yield programs in which the row of a transition stands in a state."""
        for knob in self._state_knob(World(self._session, run, Place("target")), Place("target"), cause):
            yield from self.turner.turn(run.program, knob, state, late_first=True)

    def state_before(self, run: Run, cause: Cause) -> str:
        """Return the state of a transition's row as a prepared run has left it."""
        knobs = self._state_knob(World(self._session, run, Place("target")), Place("target"), cause)
        return str(knobs[0].current) if knobs else ""

    def _propose(self, run: Run, goal: Goal) -> Iterator[Program]:
        if run.problem:
            yield from self._make_it(run)
            return
        if not run.ready and run.failed is not None and run.place is not None:
            yield from self._mend(run, run.failed, run.place)
        elif run.answer is not None:
            yield from self._aim(run, run.answer, goal)
        elif goal.at is not None:
            yield from self._take_effect(run, *goal.at[:2])

    def _take_effect(self, run: Run, key: int, field: str) -> Iterator[Program]:
        """Make the conditions true under which a flow sets a field of a row that it has left as it was."""
        want = run.program.wants.get(key)
        if want is None:
            return
        places = [Place("move", key, n) for n in range(len(want.moves))]
        places += [Place("late", position=n) for n in range(len(run.program.late))]
        for place in reversed(places):
            world = World(self._session, run, place)
            for writer in self._builder.makers.writers.get((want.entity, field), ()):
                if writer.operation == world.move(place).operation:
                    yield from self._under(world, writer, key)

    def _under(self, world: World, writer: Writer, key: int) -> Iterator[Program]:
        tweaker = Tweaker(self._builder, self.turner, world)
        scope = world.scope(world.place)
        for loop in writer.loops:
            here = scope | {loop.binding: key} if loop.binding == writer.effect.target.root else scope
            if loop.where is not None:
                yield from tweaker.toward(loop.where, here, truth=True)
        for condition in writer.conditions:
            yield from tweaker.toward(condition, scope, truth=True)

    def _take_part(self, run: Run, place: Place, expr: Expr) -> Iterator[Program]:
        """Make the conditions true under which the flow sets what it has to ensure."""
        world = World(self._session, run, place)
        operation = world.move(place).operation
        for part in walk(expr):
            if not isinstance(part, EntityRef) or not part.field:
                continue
            entity = row_entity(self._index, part)
            for writer in self._builder.makers.writers.get((entity, part.field), ()):
                if writer.operation == operation and writer.conditions:
                    for key, kind in run_rows(world):
                        if kind == entity:
                            yield from self._under(world, writer, key)

    def _make_it(self, run: Run) -> Iterator[Program]:
        """Make the conditions true under which a flow makes a row that it has not made."""
        place = run.place
        if place is None or place.kind != "maker" or place.key not in run.program.wants:
            return
        world = World(self._session, run, place)
        tweaker = Tweaker(self._builder, self.turner, world)
        entity = run.program.wants[place.key].entity
        for maker in self._builder.makers.makers.get(entity, ()):
            if maker.operation == world.move(place).operation:
                for condition in maker.conditions:
                    yield from tweaker.toward(condition, world.scope(place), truth=True)

    def _aim(self, run: Run, answer: Exchange, goal: Goal) -> Iterator[Program]:
        place = Place("target")
        if goal.alone and goal.cause is not None and goal.met(answer) and not answer.ok:
            yield from self._mend(run, self._alone.otherwise(answer, goal.cause), place)
            return
        if goal.before is not None and goal.met(answer):
            yield from self._break(run, place, goal.before)
            return
        if goal.cause is not None:
            before = self.prepare(run.program) if answer.ok else run  # the rows as the target found them
            yield from self._break(before, place, goal.cause)
        if not answer.ok and goal.code != "guard_failed":
            yield from self._mend(run, answer, place)

    def _mend(self, run: Run, answer: Exchange, place: Place) -> Iterator[Program]:
        """Change the program so that what refused the request no longer does."""
        cause = self._causes.get(answer.constraint)
        world = World(self._session, run, place, after=after_effects(cause))
        if answer.code == "out_of_range":
            yield from self._smaller(run, world, place)
        elif cause is not None:
            yield from self._satisfy(run, world, place, cause)
        elif answer.code == "validation_error":
            yield from self._other_values(run, place, answer)

    def _satisfy(self, run: Run, world: World, place: Place, cause: Cause) -> Iterator[Program]:
        tweaker = Tweaker(self._builder, self.turner, world)
        if cause.expr is not None:
            for scope in self._scopes(world, place, cause):
                yield from self._jointly(world, cause.expr, scope)
                yield from tweaker.toward(cause.expr, scope, truth=True)
            if cause.source == "ensures":
                yield from self._take_part(run, place, cause.expr)
        elif cause.transition is not None:
            for knob in self._state_knob(world, place, cause):
                for state in cause.transition.allowed_from:
                    yield from self.turner.turn(run.program, knob, state)
        elif cause.unique is not None:
            yield from self._apart(run, world, place, cause)

    def _break(self, run: Run, place: Place, cause: Cause) -> Iterator[Program]:
        """Change the program so that `cause` refuses the target."""
        world = World(self._session, run, place, after=after_effects(cause))
        tweaker = Tweaker(self._builder, self.turner, world, late_first=True)
        if cause.expr is not None:
            for scope in self._scopes(world, place, cause):
                yield from tweaker.toward(cause.expr, scope, truth=False)
        elif cause.transition is not None:
            for knob in self._state_knob(world, place, cause):
                enum = self._index.enums[cause.transition.target.type.of]
                for state in enum.values:
                    if state not in cause.transition.allowed_from:
                        yield from self.turner.turn(run.program, knob, state)
        elif cause.unique is not None:
            for handle in self._handles(world, place, cause):
                yield from self._rival(run, world, handle, cause.unique, cause.entity)
                only = cause.unique.only
                if only is not None and world.value_of(only, {"self": handle}) is not True:
                    yield from tweaker.toward(only, {"self": handle}, truth=True)
            if place.get(run.program) is not None and cause.unique.on_conflict == "reject":
                yield from self._repeat(run.program)

    def _jointly(self, world: World, expr: Expr, scope: Scope) -> Iterator[Program]:
        """Change values without breaking a rule of the rows that have them, where there are such rules."""
        knobs = Finder(self._index, world).find(expr, scope) if self.joint else ()
        if any(k.kind == "field" and self._ruled(world, k, expr) for k in knobs):
            yield from Jointly(self._index, world, self._toward).toward((expr, scope, True))

    def _toward(self, world: World, demand: Demand) -> Iterator[Program]:
        expr, scope, truth = demand
        tweaker = Tweaker(self._builder, self.turner, world, late_first=not truth)
        return tweaker.toward(expr, scope, truth=truth)

    def together(self, program: Program, cause: Cause) -> Iterator[Program]:
        """Yield programs in which several values changed together have a cause refuse the target."""
        for start in self._beside(program):
            run = self.prepare(start)
            if cause.expr is None or not run.ready:
                return
            world = World(self._session, run, Place("target"), after=after_effects(cause))
            for scope in self._scopes(world, world.place, cause):
                yield from Jointly(self._index, world, self._toward).toward((cause.expr, scope, False))

    def _beside(self, program: Program) -> Iterator[Program]:
        """Yield what to vary: of what is deleted another one stays, which may be too much."""
        target = program.target
        operation = None if target is None else self._index.operations[target.operation]
        if target is None or operation is None or operation.kind is not OperationKind.DELETE:
            yield program
            return
        with suppress(Unreachable):
            yield self._builder.twin(program, target.rows["self"])[0]

    def _ruled(self, world: World, knob: Knob, expr: Expr) -> bool:
        """Whether a rule of the knob's row, other than the condition, reads the field."""
        rules = (r.condition.expr for r in self._index.entities[world.entity_of(knob.key)].rules)
        return any(
            isinstance(part, EntityRef) and part.field == knob.name
            for rule in rules
            if rule != expr
            for part in walk(rule)
        )

    def _repeat(self, program: Program) -> Iterator[Program]:
        """Send a flow twice, so that what it makes is there already."""
        target = program.target
        if target is not None and self._index.operations[target.operation].flow:
            yield program.with_late(target)

    def _rival(
        self, run: Run, world: World, handle: Handle, unique: Unique, entity: str
    ) -> Iterator[Program]:
        """Add the row that a unique does not let `handle` stand beside."""
        names = (*unique.fields, *(unique.during or ()))
        values = {n: world.value_of(field_of(entity, n), {"self": handle}) for n in names}
        refs = {n: v for n, v in values.items() if isinstance(v, int) and self._is_row(entity, n)}
        if any(v is None for v in values.values()):
            return
        try:
            program, key = self._builder.row(run.program, entity, **refs)
        except Unreachable:
            return
        want = program.wants[key]
        for name in names:
            if self._index.field(entity, name).managed is Managed.CLIENT and name not in refs:
                sent = sent_value(world, handle, name)
                want = want.with_value(name, from_python(values[name]) if sent is None else sent)
        yield program.put(key, want)

    def _is_row(self, entity: str, name: str) -> bool:
        return self._index.field(entity, name).type.name == "row"

    def _handles(self, world: World, place: Place, cause: Cause) -> list[Handle]:
        """Return the rows of a cause's entity that the operation at `place` works on."""
        scope = world.scope(place)
        found = dict.fromkeys(h for h in scope.values() if isinstance(h, int | Made))
        return [h for h in found if world.entity_of(h) == cause.entity]

    def written(self, cause: Cause, world: World) -> list[Scope]:
        """Return the bindings for a cause's expression; of a rule, for the rows that the target names."""
        named: list[Scope] = [{"self": h} for h in self._handles(world, world.place, cause)]
        return (cause.source == "rule" and named) or list(self._scopes(world, world.place, cause))

    def _scopes(self, world: World, place: Place, cause: Cause) -> Iterator[Scope]:
        """Yield the bindings for a cause's expression; a rule is about each row of its entity in turn."""
        scope = world.scope(place)
        if cause.source != "rule":
            yield scope
            return
        for handle in self._handles(world, place, cause):
            yield {"self": handle}
        for key, want in run_rows(world):
            if want == cause.entity and key not in scope.values():
                yield {"self": key}

    def _state_knob(self, world: World, place: Place, cause: Cause) -> list[Knob]:
        if cause.transition is None:
            return []
        found = Finder(self._index, world).find(cause.transition.target, world.scope(place))
        return [k for k in found if k.kind == "state"]

    def _apart(self, run: Run, world: World, place: Place, cause: Cause) -> Iterator[Program]:
        """Change one of the fields that two rows must not share."""
        if cause.unique is None:
            return
        finder = Finder(self._index, world)
        for scope in self._scopes(world, place, msgspec.structs.replace(cause, source="rule")):
            if cause.unique.during is not None and isinstance(scope["self"], int):
                want = run.program.wants[scope["self"]]
                yield from (run.program.put(scope["self"], later(want, days)) for days in (2, 40))
            for name in (*cause.unique.fields, *(cause.unique.during or ())):
                field = self._index.field(cause.entity, name)
                for knob in finder.field(scope["self"], field):
                    yield from self._other(run, knob)

    def _other(self, run: Run, knob: Knob) -> Iterator[Program]:
        if knob.item is None or knob.kind in {"written", "count", "state"}:
            return
        if knob.item.type.name == "row":
            yield from self.turner.refer_new(run.program, knob, knob.item.type.of)
            return
        yield from self.turner.turn(run.program, knob, self._builder.maker.unique(knob.item))
        for variant in (1, 2, 3):
            yield from self.turner.turn(run.program, knob, self._builder.maker.usual(knob.item, variant))

    def _smaller(self, run: Run, world: World, place: Place) -> Iterator[Program]:
        """Bring every number near to the operation down to small values: a result was out of range."""
        finder = Finder(self._index, world)
        for handle in world.scope(place).values():
            if isinstance(handle, int):
                for field in self._index.entities[world.entity_of(handle)].fields:
                    if field.type.name in {"int", "decimal", "float"} and field.managed is Managed.CLIENT:
                        yield from self._small(run, finder.field(handle, field))
        for name in world.move(place).values:
            knob = Knob("input", name, place=place)
            for value in (1, 0):
                yield from self.turner.turn(run.program, knob, value)

    def _small(self, run: Run, knobs: Iterable[Knob]) -> Iterator[Program]:
        for knob in knobs:
            if knob.kind == "field" and knob.item is not None:
                for variant in (5, 0, 6):
                    yield from self.turner.turn(
                        run.program, knob, self._builder.maker.usual(knob.item, variant)
                    )

    def _other_values(self, run: Run, place: Place, answer: Exchange) -> Iterator[Program]:
        """Take another value for the members that were found invalid."""
        members = {str(e["loc"][-1]) for e in answer.body.get("errors", ()) if e.get("loc")}
        world = World(self._session, run, place)
        finder = Finder(self._index, world)
        for handle in world.scope(place).values():
            if isinstance(handle, int):
                for field in self._index.entities[world.entity_of(handle)].fields:
                    if field.wire in members:
                        for knob in finder.field(handle, field):
                            yield from self._other(run, knob)


def field_of(entity: str, name: str) -> EntityRef:
    """Return the expression for a field of the row "self"."""
    return EntityRef(f"entity:{entity}", name)


def sent_value(world: World, handle: Handle, name: str) -> Value:
    """Return what a client sends for a field, unique values as they are; None if it is not sent as it is."""
    if not isinstance(handle, int):
        return None
    move = world.move(world.place)
    if world.updates(move, handle) and name in move.values:
        return move.values[name]
    if world.assigned(handle, name) is not None:
        return None
    return world.program.wants[handle].values.get(name)


def run_rows(world: World) -> list[tuple[int, str]]:
    """Return the wanted rows and their entities."""
    return [(key, want.entity) for key, want in world.program.wants.items()]


def after_effects(cause: Cause | None) -> bool:
    """Whether it is checked after the operation's effects."""
    return cause is not None and cause.source in {"rule", "ensures", "unique"}
