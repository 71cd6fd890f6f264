"""From an expression that came out wrong to programs in which it may come out right."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from generator.expr.model import (
    AggregateExpr,
    ArithmeticExpr,
    BooleanExpr,
    CallExpr,
    ComparisonExpr,
    ContextRef,
    EntityRef,
    ExistsExpr,
    Expr,
    Literal,
    MembershipExpr,
    NotExpr,
    OldExpr,
    RowsOf,
)
from generator.expr.walk import walk
from generator.ir.index import Index
from generator.ir.reads import reads_clock
from generator.verify.plan import candidates
from generator.verify.plan.adding import Adder
from generator.verify.plan.builder import Builder
from generator.verify.plan.imagine import Scope, World
from generator.verify.plan.knobs import Finder, Knob
from generator.verify.plan.turning import Turner
from generator.verify.plan.wants import Program

MAX_DERIVED = 3  # derived values that read each other
NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", "<=": ">", ">": "<="}


class Tweaker:
    """Proposes changes to one program so that an expression becomes true, or false."""

    def __init__(self, builder: Builder, turner: Turner, world: World, *, late_first: bool = False) -> None:
        self._builder = builder
        self._turner = turner
        self._world = world
        self._index: Index = builder.index
        self._late_first = late_first
        self._program = world.program
        self.finder = Finder(self._index, world)
        self._adder = Adder(builder, turner, world)

    def toward(self, expr: Expr, scope: Scope, *, truth: bool) -> Iterator[Program]:
        """Yield programs; the likeliest first."""
        match expr:
            case NotExpr(operand=operand):
                yield from self.toward(operand, scope, truth=not truth)
            case BooleanExpr(op=op, operands=operands):
                yield from self._boolean(op, operands, scope, truth=truth)
            case ComparisonExpr(op=op):
                yield from self._comparison(expr, op if truth else NEGATED[op], scope)
            case MembershipExpr(negated=negated):
                yield from self._membership(expr, scope, inside=truth is not negated)
            case ExistsExpr(target=target, negated=negated):
                yield from self._exists(target, scope, there=truth is not negated)
            case AggregateExpr():
                yield from self._aggregate(expr, scope, truth=truth)
            case EntityRef() | ContextRef() | OldExpr():
                yield from self._flag(expr, scope, truth=truth)
            case CallExpr(args=args):
                for arg in args:
                    if arg.type.name == "bool":
                        yield from self.toward(arg, scope, truth=truth)
            case Literal() | ArithmeticExpr():
                return

    def _boolean(
        self, op: str, operands: tuple[Expr, ...], scope: Scope, *, truth: bool
    ) -> Iterator[Program]:
        """Go for operands that are not as wanted yet; of those each alone."""
        wrong = [o for o in operands if self._world.value_of(o, scope) is not truth]
        right = [o for o in operands if o not in wrong] if truth is (op == "or") else []
        for operand in [*wrong, *right]:
            yield from self.toward(operand, scope, truth=truth)

    def _flag(
        self, expr: EntityRef | ContextRef | OldExpr, scope: Scope, *, truth: bool
    ) -> Iterator[Program]:
        derived = self.finder.derivation(expr, scope) if isinstance(expr, EntityRef) else None
        if derived is None:
            yield from self._set_all(self.finder.find(expr, scope), truth)
        else:
            yield from self.toward(*derived, truth=truth)

    def _set_all(self, knobs: list[Knob], value: Any) -> Iterator[Program]:
        for knob in knobs:
            yield from self._turn(knob, value)

    def _turn(self, knob: Knob, value: Any) -> Iterator[Program]:
        if knob.kind == "count":
            return
        if knob.kind in {"ref", "patch_ref", "input_ref"} and value is not None:
            value = self._world.wanted(value)
            if value is None:
                return
        turned = self._turner.turn(self._program, knob, value, late_first=self._late_first)
        if knob.kind == "state":
            turned = self._in_turn(knob, turned)
        yield from turned

    def _in_turn(self, knob: Knob, programs: Iterator[Program]) -> Iterator[Program]:
        """Have a row that is refused below an owner made after what that owner goes through."""
        place = self._world.place
        below = place.kind == "create" and knob.key in self._program.owners(place.key)
        for program in programs:
            if below and place.key in program.wants:
                yield program.put(place.key, msgspec.structs.replace(program.wants[place.key], last=True))
            yield program

    # --- comparisons ---

    def _comparison(self, expr: ComparisonExpr, op: str, scope: Scope) -> Iterator[Program]:
        if isinstance(expr.right, Literal) and expr.right.value is None:
            yield from self._nullness(expr.left, scope, null=op == "==")
            return
        yield from self._missing(expr, scope)
        kind = getattr(expr.left, "type", None)
        if kind is not None and kind.name == "row":
            yield from self._rows(expr, op, scope)
        elif kind is not None and kind.name in {"int", "decimal", "float", "datetime", "date", "duration"}:
            yield from self._ordered(expr, op, scope)
        elif op not in {"==", "!="}:
            yield from self._ranked(expr, op, scope)
        else:
            yield from self._equal(expr, op, scope)

    def _missing(self, expr: Expr, scope: Scope) -> Iterator[Program]:
        """Set what is null and keeps the comparison from having a value."""
        for knob in self.finder.find(expr, scope):
            if knob.current is None:
                yield from self._fill(knob)

    def _fill(self, knob: Knob) -> Iterator[Program]:
        if knob.item is None:
            return
        if knob.item.type.name == "row":
            yield from self._turner.refer_new(self._program, knob, knob.item.type.of)
        elif knob.kind != "state":
            yield from self._turn(knob, self._builder.maker.usual(knob.item))

    def _nullness(self, expr: Expr, scope: Scope, *, null: bool) -> Iterator[Program]:
        for knob in self.finder.find(expr, scope):
            if not null:
                yield from self._fill(knob)
            elif knob.kind == "written" or (knob.item is not None and knob.item.type.nullable):
                yield from self._turn(knob, None)

    def _ordered(self, expr: ComparisonExpr, op: str, scope: Scope) -> Iterator[Program]:
        left, right = self._world.value_of(expr.left, scope), self._world.value_of(expr.right, scope)
        clock = reads_clock(expr) or _server_time(expr, self._index)
        for side, is_left in ((expr.left, True), (expr.right, False)):
            moves = candidates.steps(op, left=is_left)
            for knob in self.finder.find(side, scope):
                yield from self._shift(knob, left, right, moves, is_left=is_left, clock=clock)
        for fold, where in self._folds(expr, scope):
            yield from self._adder.another_row(fold, where)
        for side in (expr.left, expr.right):
            for knob in self.finder.find(side, scope):
                if knob.item is not None and knob.kind not in {"written", "state", "ref"}:
                    for value in candidates.extremes(knob.item):
                        yield from self._turn(knob, value)

    def _folds(self, expr: Expr, scope: Scope, depth: int = 0) -> Iterator[tuple[AggregateExpr, Scope]]:
        """Yield what an expression folds rows in, by itself or through derived values."""
        for part in walk(expr):
            if isinstance(part, AggregateExpr):
                yield part, scope
            elif isinstance(part, EntityRef) and depth < MAX_DERIVED:
                derived = self.finder.derivation(part, scope)
                if derived is not None:
                    yield from self._folds(*derived, depth + 1)

    def _ranked(self, expr: ComparisonExpr, op: str, scope: Scope) -> Iterator[Program]:
        """Take times of day and texts that stand next to the other side's."""
        for side, other, is_left in ((expr.left, expr.right, True), (expr.right, expr.left, False)):
            beside = self._world.value_of(other, scope)
            for knob in self.finder.find(side, scope):
                for value in candidates.beside(beside, candidates.steps(op, left=is_left)):
                    yield from self._turn(knob, value)

    def _shift(
        self, knob: Knob, left: Any, right: Any, moves: tuple[int, ...], *, is_left: bool, clock: bool
    ) -> Iterator[Program]:
        gap = _gap(left, right, is_left=is_left)
        if knob.kind == "written":
            yield from self._turner.write(self._program, knob, gap)
            return
        if knob.kind == "count":
            yield from self._grow(knob, gap, moves)
            return
        if knob.item is None or gap is None:
            return
        for value in candidates.toward(knob.item, knob.current, gap, moves, clock=clock):
            yield from self._turn(knob, value)
        ratio = _ratio(left, right, is_left=is_left)
        if ratio is not None:
            for value in candidates.scaled(knob.item, knob.current, ratio, moves):
                yield from self._turn(knob, value)

    def _grow(self, knob: Knob, gap: Any, moves: tuple[int, ...]) -> Iterator[Program]:
        changes = [int(gap) + n for n in moves] if isinstance(gap, int | Decimal) and -50 < gap < 50 else []
        for change in dict.fromkeys([*changes, 1, -1]):
            if change:
                yield from self._turner.count(self._program, knob, change)

    def _equal(self, expr: ComparisonExpr, op: str, scope: Scope) -> Iterator[Program]:
        """Texts, enums, states, booleans: take over the other side's value, or another one."""
        for side, other in ((expr.left, expr.right), (expr.right, expr.left)):
            wanted = self._world.value_of(other, scope)
            for knob in self.finder.find(side, scope):
                if op == "==" and wanted is not None:
                    yield from self._turn(knob, self._world.spelled(wanted))
                elif op != "==":
                    yield from self._differ(knob, wanted)

    def _differ(self, knob: Knob, unwanted: Any) -> Iterator[Program]:
        for value in self._options(knob):
            if value != unwanted:
                yield from self._turn(knob, value)

    def _options(self, knob: Knob) -> list[Any]:
        if knob.item is None or knob.item.type.name == "row":
            return []
        if knob.item.type.name == "enum":
            return list(self._index.enums[knob.item.type.of].values)
        return [self._builder.maker.usual(knob.item, n) for n in range(3)]

    def _rows(self, expr: ComparisonExpr, op: str, scope: Scope) -> Iterator[Program]:
        for side, other in ((expr.left, expr.right), (expr.right, expr.left)):
            wanted = self._world.value_of(other, scope)
            for knob in self.finder.find(side, scope):
                if knob.item is None or knob.item.type.name != "row":
                    continue
                if op == "==" and isinstance(wanted, int):
                    yield from self._turner.refer(self._program, knob, wanted)
                elif op != "==":
                    yield from self._turner.refer_new(self._program, knob, knob.item.type.of)

    # --- the rest ---

    def _membership(self, expr: MembershipExpr, scope: Scope, *, inside: bool) -> Iterator[Program]:
        options = [self._world.value_of(o, scope) for o in expr.options]
        for knob in self.finder.find(expr.needle, scope):
            wanted = options if inside else [v for v in self._options(knob) if v not in options]
            for value in wanted:
                yield from self._turn(knob, self._world.spelled(value))

    def _exists(self, target: Expr, scope: Scope, *, there: bool) -> Iterator[Program]:
        yield from self._nullness(target, scope, null=not there)

    def _aggregate(self, expr: AggregateExpr, scope: Scope, *, truth: bool) -> Iterator[Program]:
        """Any and all: change an element, or whether it counts; add or take away elements."""
        more = truth is (expr.op == "any")
        if more and isinstance(expr.source, RowsOf):
            yield from self._adder.another_row(expr, scope)
        for row in self.finder.elements(expr, scope):
            inner = {**scope, expr.binding: row}
            if expr.value is not None:
                yield from self.toward(expr.value, inner, truth=truth)
            if expr.where is not None:
                yield from self.toward(expr.where, inner, truth=truth is (expr.op == "any"))
        if isinstance(expr.source, EntityRef):
            yield from self._adder.another_row(expr, scope) if more else ()
            yield from self._resize(expr, scope, truth=truth)

    def _resize(self, expr: AggregateExpr, scope: Scope, *, truth: bool) -> Iterator[Program]:
        handle = self.finder.row_of(expr.source, scope) if isinstance(expr.source, EntityRef) else None
        if isinstance(handle, int) and isinstance(expr.source, EntityRef):
            for change in (1, -1) if (expr.op == "any") is truth else (-1, 1):
                knob = Knob("count", expr.source.field, key=handle)
                yield from self._turner.count(self._program, knob, change)


def _gap(left: Any, right: Any, *, is_left: bool) -> Any:
    """Return how much must be added to the knob's side to make both sides equal."""
    try:
        return (right - left) if is_left else (left - right)
    except TypeError:
        return None


def _ratio(left: Any, right: Any, *, is_left: bool) -> Decimal | None:
    own, other = (left, right) if is_left else (right, left)
    numeric = isinstance(own, int | Decimal | float) and isinstance(other, int | Decimal | float)
    if not numeric or not own:
        return None
    return Decimal(str(other)) / Decimal(str(own))


def _server_time(expr: Expr, index: Index) -> bool:
    """Whether it reads a time that the server's clock made, or may have made."""
    return any(
        isinstance(e, EntityRef)
        and e.type.name == "datetime"
        and e.field
        and (e.via or _is_clocked(e, index))
        for e in walk(expr)
    )


def _is_clocked(ref: EntityRef, index: Index) -> bool:
    entity = ref.entity.removeprefix("entity:")
    field = index.field(entity, ref.field) if index.has_field(entity, ref.field) else None
    made = (field.default, field.value) if field is not None else ()
    return any(reads_clock(value) for value in made if value is not None)
