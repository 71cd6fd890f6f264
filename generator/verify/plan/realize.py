"""Carries out a program: makes the wanted rows, the late moves, then the target."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from generator.ir.model import OperationKind
from generator.verify.plan.conditions import find_operation
from generator.verify.plan.look import Looker
from generator.verify.plan.requests import Draft
from generator.verify.plan.session import Exchange, Session
from generator.verify.plan.wants import Move, Place, Program, Want, keys_of

MAX_STEPS = 80


class Impossible(Exception):  # noqa: N818
    """The wanted rows depend on each other in a circle, or one is not where it should be."""


class Run(msgspec.Struct):
    """How a program went: `failed` is the preparatory request that was refused, `answer` the target's."""

    program: Program
    ids: dict[int, str]
    exchanges: list[Exchange]
    answer: Exchange | None = None
    failed: Exchange | None = None
    place: Place | None = None  # of the request that was refused
    problem: str = ""
    draft: Draft | None = None  # the target's request

    @property
    def ready(self) -> bool:
        """Whether everything before the target went well."""
        return self.failed is None and not self.problem


class _Stopped(Exception):  # noqa: N818
    """A preparatory request was refused."""


class Realizer:
    """One run of one program in a fresh world; without `send` the target is only drafted."""

    def __init__(
        self,
        session: Session,
        program: Program,
        *,
        send: bool = True,
        look: Callable[[Exchange], object] | None = None,
    ) -> None:
        session.reset()
        self._send = send
        self._look = look  # called after each late move
        self._session = session
        self._program = program
        self._begun: set[int] = set()
        self._made: set[int] = set()
        self._complete: set[int] = set()
        self._run = Run(program, {}, session.exchanges)

    def run(self) -> Run:
        """Carry it out as far as it goes."""
        run, program = self._run, self._program
        target = program.target
        new = _new_row(self._session, target)
        try:
            for key in sorted(program.wants, key=lambda k: (not program.wants[k].first, k)):
                if key != new:
                    self._finish(key)
            for number, move in enumerate(program.late):
                exchange = self._do(move, Place("late", position=number))
                if self._look is not None:
                    self._look(exchange)
            if target is not None:
                self._aim(target, new)
        except _Stopped:
            pass
        except Impossible as error:
            run.problem = str(error)
        return run

    def _aim(self, target: Move, new: int | None) -> None:
        run = self._run
        run.place = Place("target")
        if new is None:
            draft = self._session.requests.of(target, run.ids)
        else:
            want = self._program.wants[new]
            for key in [*keys_of(want), *([] if want.owner is None else [want.owner])]:
                self._finish(key)
            operation = self._session.index.operations[target.operation]
            draft = self._session.requests.create(operation, want, run.ids)
        run.draft = draft
        if not self._send:
            return
        run.answer = self._session.send(draft)
        if run.answer.ok and new is not None:
            run.ids[new] = run.answer.body["id"]

    def _finish(self, key: int) -> None:
        """Make a row, its owned rows and its moves."""
        if key in self._complete:
            return
        self._make(key)
        if key in self._complete:
            return
        self._complete.add(key)
        for child, want in self._program.wants.items():
            new = child == _new_row(self._session, self._program.target)
            if want.owner == key and not want.last and not new:
                self._finish(child)
        for number, move in enumerate(self._program.wants[key].moves):
            self._do(move, Place("move", key, number))

    def _make(self, key: int) -> None:
        """Make a row alone, with what it refers to."""
        if key in self._made:
            return
        if key in self._begun:
            raise Impossible("the wanted rows depend on each other in a circle")
        want = self._program.wants[key]
        if want.owner is not None:
            (self._outermost if want.last else self._make)(want.owner)  # may make this row too
        if key in self._made:
            return
        self._begun.add(key)
        for other in keys_of(want):
            self._finish(other)
        if want.inside is not None:
            self._find(key, want)
        elif want.maker is not None:
            self._run.place = Place("maker", key)
            self._take(key, want, self._do(want.maker, Place("maker", key)))
        else:
            self._create(key, want)
        self._made.add(key)
        for child, owned in self._program.wants.items():
            if owned.owner == key and owned.first:
                self._finish(child)
        for number, move in enumerate(want.early):
            self._do(move, Place("early", key, number))

    def _outermost(self, key: int) -> None:
        """Make a row after the rows that own it, all with their moves."""
        owner = self._program.wants[key].owner
        if owner is not None:
            self._outermost(owner)
        self._finish(key)

    def _create(self, key: int, want: Want) -> None:
        operation = find_operation(self._session.index, want.entity, OperationKind.CREATE)
        if operation is None:
            raise Impossible(f"{want.entity} has no create operation")
        draft = self._session.requests.create(operation, want, self._run.ids)
        exchange = self._checked(draft, Place("create", key))
        self._run.ids[key] = exchange.body["id"]

    def _take(self, key: int, want: Want, exchange: Exchange) -> None:
        """Take the row that a flow has made: the one it answers with, else the first."""
        made = [i for entity, i in exchange.created if entity == want.entity]
        answered = exchange.body.get("id") if isinstance(exchange.body, dict) else None
        if not made:
            raise Impossible(f"{exchange.draft.operation} made no {want.entity}")
        self._run.ids[key] = answered if answered in made else made[0]
        if answered not in made and made[0] not in str(exchange.body):
            Looker(self._session).reveal(want.entity, made[0])

    def _find(self, key: int, want: Want) -> None:
        inside = want.inside
        if inside is None:
            raise Impossible("nothing to look inside of")
        self._finish(inside.parent)
        parent = self._run.ids[inside.parent]
        rows = sorted(i for i, owner in self._session.owner_of.items() if owner == parent)
        found = [i for i in rows if self._session.row(want.entity, i) is not None]
        if len(found) <= inside.position:
            raise Impossible(f"the row owns no {want.entity}")
        self._run.ids[key] = found[inside.position]

    def _do(self, move: Move, place: Place) -> Exchange:
        for key in move.keys:
            if place.kind not in {"move", "early"} or key != place.key:
                self._finish(key)
        return self._checked(self._session.requests.of(move, self._run.ids), place)

    def _checked(self, draft: Draft, place: Place) -> Exchange:
        if len(self._session.exchanges) >= MAX_STEPS:
            raise Impossible("too many requests")
        exchange = self._session.send(draft)
        if not exchange.ok:
            self._run.failed, self._run.place = exchange, place
            raise _Stopped
        return exchange


def _new_row(session: Session, target: Move | None) -> int | None:
    """Return the row that the target is to make by a create request."""
    if target is None or session.index.operations[target.operation].kind is not OperationKind.CREATE:
        return None
    return target.rows["self"]
