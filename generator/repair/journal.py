"""What was done to an application and why: the directives of every repair, and the attempts of this one."""

from __future__ import annotations

from typing import Literal as OneOf

import msgspec
from msgspec.structs import replace

from generator.core.errors import EXIT_USAGE, ToldError
from generator.repair.model import AnyDirective, Told
from generator.stages.store import Store, get_kept, put_record

Status = OneOf["in force", "done", "proposed", "withdrawn", "superseded"]
_KEPT = 200


class Entry(msgspec.Struct, frozen=True):
    """One directive, with the finding that caused it; `time` is UTC in ISO 8601."""

    number: int
    time: str
    directive: AnyDirective
    status: Status
    told: Told
    why: str = ""  # why it is no longer in force

    @property
    def in_force(self) -> bool:
        """Whether it changes what is built."""
        return self.status == "in force"


class State(msgspec.Struct, frozen=True):
    """How bad it is: how far the build came, what is wrong there, and with which directives in force."""

    depth: int
    findings: tuple[str, ...]
    diagnoses: tuple[str, ...]

    def better_than(self, other: State) -> bool:
        """Whether it came further, or as far with less that is wrong."""
        return (-self.depth, len(self.findings)) < (-other.depth, len(other.findings))

    def worse_than(self, other: State) -> bool:
        """Whether it ended earlier, or at the same place with more that is wrong."""
        return (-self.depth, len(self.findings)) > (-other.depth, len(other.findings))


class Attempt(msgspec.Struct, frozen=True):
    """One step of the repair that is going on: what was wrong before it, and what was done."""

    run: str
    diagnosis: str
    entry: int  # 0: nothing was done but to withdraw
    directive: str  # id
    state: State


class Journal(msgspec.Struct, frozen=True):
    """Everything, oldest first; `attempts` are those since the application was last whole."""

    app: str
    entries: tuple[Entry, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    inputs: str = ""  # what the attempts were made on: another spec or override begins anew
    stopped: str = ""  # why no more is tried on these inputs

    def number(self, wanted: int) -> Entry:
        """Return an entry."""
        found = next((e for e in self.entries if e.number == wanted), None)
        if found is None:
            known = ", ".join(str(e.number) for e in self.entries) or "none"
            raise UnknownDirectiveError(f"{self.app} has no directive {wanted}", f"Known are: {known}.")
        return found

    @property
    def in_force(self) -> tuple[Entry, ...]:
        """The directives that change what is built."""
        return tuple(e for e in self.entries if e.in_force)


class UnknownDirectiveError(ToldError):
    """There is no such directive."""

    exit_code = EXIT_USAGE


def journal(store: Store, app: str) -> Journal:
    """Return the journal of an application."""
    loses = "what repairs have done is forgotten then, and overrides that they kept away are used again"
    return get_kept(store, _record(app), Journal, loses) or Journal(app)


def write(store: Store, kept: Journal) -> Journal:
    """Keep a journal; the oldest entries that no longer matter are forgotten."""
    extra = max(0, len(kept.entries) - _KEPT)
    old = [e for e in kept.entries if not e.in_force][:extra]
    kept = replace(kept, entries=tuple(e for e in kept.entries if e not in old))
    put_record(store, _record(kept.app), kept)
    return kept


def enter(kept: Journal, directive: AnyDirective, status: Status, told: Told, time: str) -> Journal:
    """Return the journal with one more directive."""
    number = max((e.number for e in kept.entries), default=0) + 1
    return replace(kept, entries=(*kept.entries, Entry(number, time, directive, status, told)))


def change(kept: Journal, number: int, status: Status, why: str = "") -> Journal:
    """Return the journal with another status of an entry."""
    kept.number(number)
    entries = (replace(e, status=status, why=why) if e.number == number else e for e in kept.entries)
    return replace(kept, entries=tuple(entries))


def _record(app: str) -> str:
    return f"repairs/{app}"
