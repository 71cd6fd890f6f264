"""What the application looks like from inside: one run of `probe_program.py` beside it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import Any

import msgspec

from generator.core.digest import canonical_json
from generator.verify.gates.probe_queries import QUERIES
from generator.verify.parity.model import Group, Outcome
from generator.verify.sandbox import Completed, Session

_MARK = "\x1eprobe:"
_TIMEOUT = 300


class Failure(msgspec.Struct, frozen=True):
    """An exception, and the lines of the application that it went through."""

    error: str
    frames: tuple[tuple[str, int], ...]
    trace: str = ""


class Column(msgspec.Struct, frozen=True):
    """A column as PostgreSQL writes it."""

    type: str
    not_null: bool
    default: str | None
    collation: str
    generated: str


class Catalog(msgspec.Struct, frozen=True):
    """Everything in a schema: table -> name -> definition."""

    columns: dict[str, dict[str, Column]]
    constraints: dict[str, dict[str, str]]
    indexes: dict[str, dict[str, str]]
    objects: tuple[str, ...]


class Routing(msgspec.Struct, frozen=True):
    """What the router does; `hidden` are (method, path, the path that takes its requests)."""

    redirects: bool
    hidden: tuple[tuple[str, str, str], ...]


Contents = dict[str, list[dict[str, Any]]]  # table -> rows


class Earlier(msgspec.Struct, frozen=True):
    """What was released: the revision before the newest, rows for it, whether the newest can't be undone.

    `asked` is what the newest demands of rows that the one before did not: names of constraints, and
    `table.column` of what is never null any more. `fitting` are rows for the newest schema; `tables` is
    name of now -> name of before.
    """

    before: str
    rows: tuple[str, ...]
    one_way: bool
    asked: tuple[str, ...] = ()
    fitting: tuple[str, ...] = ()
    tables: dict[str, str] = {}


class Probe(msgspec.Struct, frozen=True):
    """What each step gave; a step that failed or was skipped is None."""

    failures: dict[str, Failure]
    skipped: dict[str, str]
    ms: dict[str, float]
    heads: tuple[str, ...] | None = None
    database: Catalog | None = None
    unlisted: tuple[str, ...] | None = None
    models: Catalog | None = None
    drift: tuple[str, ...] | None = None
    empty: Catalog | None = None
    again: Catalog | None = None
    imports: dict[str, Failure] | None = None
    schemas: dict[str, dict[str, Any]] | None = None
    openapi: dict[str, Any] | None = None
    routing: Routing | None = None
    extended: tuple[tuple[str, str], ...] | None = None  # method and path
    parity: tuple[tuple[Outcome, ...], ...] | None = None
    earlier: Contents | None = None
    later: Contents | None = None
    contradicted: tuple[str, ...] = ()  # of what is newly asked, what rows of before don't have
    back: bool | None = None

    def why_not(self, step: str) -> str:
        """Return why a step gave nothing."""
        while step in self.skipped:
            step = self.skipped[step]
        failed = self.failures.get(step)
        return f"{step}: {failed.error}" if failed else f"{step} did not run"


def run_probe(session: Session, groups: Sequence[Group] = (), earlier: Earlier | None = None) -> Probe | str:
    """Look at the application from inside; a text says why that was not possible.

    `groups` are the trials that its database is put to; `earlier` is what its newest revision meets.
    """
    trials = f"QUERIES = {canonical_json(QUERIES).decode()!r}\n"
    trials += f"PARITY = {canonical_json(groups).decode()!r}\n"
    trials += f"HISTORY = {canonical_json(earlier or {}).decode()!r}\n"
    program = trials + (
        resources.files("generator.verify.gates").joinpath("probe_program.py").read_text(encoding="utf-8")
    )
    done = session.run(["python", "-"], stdin=program, timeout=_TIMEOUT)
    for line in reversed(done.stdout.split("\n")):  # splitlines would split at the mark
        if line.startswith(_MARK):
            return _read(line.removeprefix(_MARK))
    return _ending(done)


def _read(seen: str) -> Probe | str:
    try:
        return msgspec.json.decode(seen, type=Probe)
    except msgspec.DecodeError as error:  # half a surrogate pair, which no JSON can carry
        return f"what the application says of itself can't be read: {error}"


def _ending(done: Completed) -> str:
    last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-20:])
    return f"looking at the application from inside ended with code {done.code}:\n{last}"
