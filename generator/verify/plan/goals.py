"""What a search is after, and how far a run came."""

from __future__ import annotations

from typing import Any

import msgspec

from generator.verify.plan.conditions import Cause
from generator.verify.plan.realize import Run
from generator.verify.plan.session import Exchange
from generator.verify.plan.wants import Program


class Goal(msgspec.Struct, frozen=True):
    """What the target's answer must be: success, or a refusal by `cause`."""

    cause: Cause | None = None
    status: int = 0  # that is wanted, whatever the cause
    code: str = ""  # of the refusal, whatever causes it
    body: tuple[tuple[str, Any], ...] = ()  # members that the target must have been sent with
    other: tuple[tuple[str, Any], ...] = ()  # members that it must have been sent with another value of
    alone: bool = False  # without `cause`, the target would be carried out
    before: Cause | None = None  # what would refuse the target next, without `cause`
    rows: tuple[int, ...] = ()  # wanted rows that must be among those made; no target is needed for it
    at: tuple[int, str, str] | None = None  # a wanted row, and the state in which a field of it must end
    filled: tuple[tuple[int, str], ...] = ()  # wanted rows, and a field that must hold something else in each

    def met(self, answer: Exchange) -> bool:
        """Whether this is the wanted answer."""
        sent = answer.draft.body if isinstance(answer.draft.body, dict) else {}
        if any(sent.get(name) != value for name, value in self.body):
            return False
        if any(sent.get(name) == value for name, value in self.other):
            return False
        if self.code:
            return answer.code == self.code
        if self.status:
            return answer.status == self.status
        if self.cause is None:
            return answer.ok
        return answer.constraint == self.cause.id and answer.code != "out_of_range"


class Mark(msgspec.Struct, frozen=True):
    """How far a run came: which operation was refused, by which of its conditions, and what went well.

    `distance` is how far that condition, or the one that is to refuse, is from what is wanted of it.
    """

    operation: str
    position: int
    done: tuple[str, ...]
    distance: float = 0.0


class Lead(msgspec.Struct, frozen=True):
    """A program to be tried; `mark` is how far the one came that it was made from."""

    program: Program
    level: int = 0
    depth: int = 0
    mark: Mark | None = None


def got_farther(mark: Mark, before: Mark) -> bool:
    """Whether a run came farther than the one before it: past a condition, or past the whole request."""
    if mark.operation == before.operation and mark.position > before.position >= 0:
        return True
    return mark.done.count(before.operation) > before.done.count(before.operation)


def is_closer(mark: Mark, before: Mark) -> bool:
    """Whether the same condition has come nearer to what is wanted of it."""
    same = (mark.operation, mark.position) == (before.operation, before.position)
    return same and mark.distance < before.distance


def is_met(run: Run, goal: Goal) -> bool:
    """Whether a run brings about what is wanted."""
    if not run.ready or any(k not in run.program.wants for k in goal.rows):
        return False
    if run.program.target is None:
        return True
    return run.answer is not None and goal.met(run.answer)
