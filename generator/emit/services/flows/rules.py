"""Rules of the rows that a flow writes: which rows, and where they are checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from generator.core.names import plural, snake
from generator.emit.exprs.computed import needs_sql
from generator.emit.exprs.derived import expand
from generator.emit.services.code import Body, names_read
from generator.emit.services.flows.needs import Needs
from generator.emit.services.function import Function
from generator.expr.model import EntityRef
from generator.guards.model import GuardSpec
from generator.ir.model import Assign, Create, Each, Effect, Link, Transition, When
from generator.ir.writes import effects_of

Row = Callable[[EntityRef], str]


@dataclass
class _Watch:
    """Guards of one scope that the same writes call for."""

    scope: str
    entity: str
    fields: frozenset[str]
    asks: bool  # the database for all rows of an entity: only once everything is written
    branch: tuple[Effect, ...] = ()  # at whose end they are checked; else when all effects are done
    guards: list[GuardSpec] = field(default_factory=list)
    ref: EntityRef | None = None  # the row, where it is one that the flow can name at the end
    certain: bool = False  # that row is written in any case
    noted: str = ""  # a flag (the row was written), or a list of the written rows
    kept: bool = False  # that list is kept by others
    moving: bool = False  # the path to the row may lead to another one at the end

    def concerns(self, effect: Effect) -> bool:
        """Whether an effect writes what the guards read."""
        if _written_by(effect) != self.scope:
            return False
        match effect:
            case Assign(target=ref) | Transition(target=ref) | Link(collection=ref):
                return ref.field in self.fields
            case _:
                return True


def _written_by(effect: Effect) -> str:
    """Return the dotted path of the row that an effect makes or changes."""
    match effect:
        case Create(binding=binding):
            return binding
        case Assign(target=ref) | Transition(target=ref) | Link(collection=ref):
            return path_of(ref)
        case _:
            return ""


def path_of(ref: EntityRef) -> str:
    """Return the dotted path of the row that holds the field."""
    return ".".join((ref.root, *ref.via))


class Rules:
    """Keeps account of written rows, and adds the checks once all effects are done."""

    def __init__(self, function: Function, needs: Needs, row: Row) -> None:
        self._function = function
        self._needs = needs
        self._row = row
        self._watches: list[_Watch] = []
        for guard in needs.guards.invariants:
            self._watch(guard)
        self._watches.sort(key=lambda w: self._first_write(w.scope))

    def _watch(self, guard: GuardSpec) -> None:
        entity = self._needs.entity_at(guard.scope)
        rules = self._needs.index.entities[entity].rules
        rule = next(r for r in rules if r.condition.id == guard.source_constraint_id)
        key = (guard.scope, frozenset(rule.fields), needs_sql(expand(guard.expr, self._needs.index)))
        last = self._watches[-1] if self._watches else None
        if last is None or (last.scope, last.fields, last.asks) != key:
            scope, fields, asks = key
            watch = _Watch(scope, entity, fields, asks)
            watch.moving = self._needs.goes_over(scope)
            watch.branch = () if asks or watch.moving else self._only_branch(watch)
            self._watches.append(watch)
        self._watches[-1].guards.append(guard)

    def _first_write(self, scope: str) -> int:
        """Return when a row is first written: rules are checked row by row in that order."""
        effects = self._needs.effects
        return next(n for n, effect in enumerate(effects) if _written_by(effect) == scope)

    def _only_branch(self, watch: _Watch) -> tuple[Effect, ...]:
        """Return the branch, last of all effects, that alone writes the row: its end is the flow's end."""
        *others, last = self._needs.flow.effects or (None,)
        if not isinstance(last, When) or any(watch.concerns(e) for e in _inside(others)):
            return ()
        ways = [way for way in (last.then, last.otherwise) if any(watch.concerns(e) for e in effects_of(way))]
        if len(ways) != 1 or not any(watch.concerns(e) for e in ways[0]):
            return ()
        nested = [e for e in ways[0] if isinstance(e, Each | When)]
        return () if any(watch.concerns(e) for e in _inside(nested)) else ways[0]

    def concern(self, effect: Effect) -> bool:
        """Whether an effect writes what some rule reads."""
        return any(watch.concerns(effect) for watch in self._watches)

    # --- noting ------------------------------------------------------------------

    def written(self, ref: EntityRef, effect: Effect, *, nested: bool, looped: bool) -> list[str]:
        """Note that a row was written; return what must be declared before the outermost block."""
        declared: list[str] = []
        changes: dict[str, str] = {}
        for watch in self._watches:
            if not watch.concerns(effect):
                continue
            if (not nested or watch.branch) and not watch.moving:
                watch.ref, watch.certain = ref, True
            if watch.certain:
                continue
            if not watch.noted:
                listed = looped or watch.moving or isinstance(effect, Create)
                declaration = self._declare(watch, ref, listed=listed)
                if declaration and not nested:
                    changes[watch.noted] = f"{watch.noted} = [{self._row(ref)}]"
                    continue
                declared += declaration
            if not watch.kept:
                change = "{} = True" if watch.ref else f"{{}}.append({self._row(ref)})"
                changes.setdefault(watch.noted, change.format(watch.noted))
        for line in changes.values():
            self._function.body.line(line)
        return declared

    def adopt(self, effect: Create, rows: str) -> None:
        """Check the rows of a list that holds all that an effect makes."""
        for watch in self._watches:
            if not watch.branch and self._effects(watch) == [effect.id]:
                watch.noted, watch.kept = rows, True

    def _declare(self, watch: _Watch, ref: EntityRef, *, listed: bool) -> list[str]:
        """Choose the list or flag of a watch: that of another one which the same effects concern."""
        for other in self._watches:
            if other.noted and other.scope == watch.scope and self._effects(other) == self._effects(watch):
                watch.noted, watch.ref = other.noted, other.ref
                return []
        if listed:
            watch.noted = self._function.variable(f"written_{plural(watch.entity)}")
            return [f"{watch.noted}: list[{self._function.home.model(watch.entity)}] = []"]
        watch.ref, watch.noted = ref, self._function.variable(f"{snake(watch.entity)}_written")
        return [f"{watch.noted} = False"]

    def _effects(self, watch: _Watch) -> list[str]:
        return [effect.id for effect in self._needs.effects if watch.concerns(effect)]

    # --- checking ----------------------------------------------------------------

    def check_branch(self, branch: tuple[Effect, ...]) -> None:
        """Add the checks of what only this branch writes."""
        self._check(w for w in self._watches if w.branch and w.branch is branch)

    def check(self, *, asks: bool) -> None:
        """Add the checks of everything else: of those that ask the database, or of the others."""
        self._check(w for w in self._watches if not w.branch and w.asks is asks)

    def _check(self, watches: Iterable[_Watch]) -> None:
        for watch in watches:
            if watch.ref is None:
                self._check_list(watch)
            else:
                with self._function.when("" if watch.certain else watch.noted):
                    self._guards(watch, self._row(watch.ref))

    def _check_list(self, watch: _Watch) -> None:
        """Check every row of a list; once, where a rule says nothing about the row itself."""
        name = self._function.element(snake(watch.entity), ())
        outer, self._function.body = self._function.body, Body()
        self._guards(watch, name)
        checks, self._function.body = self._function.body, outer
        about_row = name in names_read(checks.statements)
        outer.block(f"for {name} in {watch.noted}:" if about_row else f"if {watch.noted}:", checks)

    def _guards(self, watch: _Watch, row: str) -> None:
        own = "" if row == self._function.rows.get("self") else row
        for guard in watch.guards:
            self._function.guard(guard, own)


def _inside(effects: Iterable[Effect | None]) -> list[Effect]:
    return [inner for effect in effects if effect is not None for inner in effects_of((effect,))]
