"""Trials: what is inserted, and what the database must say to it."""

from __future__ import annotations

import msgspec


class Trial(msgspec.Struct, frozen=True):
    """Statements of which all but the last are accepted; the last is refused because of `constraint`.

    For NOT NULL that is the column's name; a column's type has none. Without a
    `sqlstate` the last one has to be accepted too: a row that breaks nothing.
    """

    id: str  # of the IR's constraint, or of the entity
    source: str  # the IR node that states it
    statements: tuple[str, ...]
    sqlstate: str = ""
    constraint: str = ""
    about: str = ""


class Group(msgspec.Struct, frozen=True):
    """The trials of one table, among the rows that its rows refer to."""

    table: str
    setup: tuple[str, ...]
    trials: tuple[Trial, ...]


class Untried(msgspec.Struct, frozen=True):
    """A constraint that no SQL can break alone, and why."""

    id: str
    source: str
    reason: str


class Trials(msgspec.Struct, frozen=True):
    """Everything that is tried with an application's database, and what is not."""

    groups: tuple[Group, ...]
    untried: tuple[Untried, ...]


class Outcome(msgspec.Struct, frozen=True):
    """What came of a trial: how many statements were accepted, and the refusal of the next one."""

    accepted: int
    sqlstate: str = ""
    constraint: str = ""
    message: str = ""
