"""Reading PostgreSQL's log: whose entry it is, how bad, and what the application makes of such an error."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

# Time, process, database, SQLSTATE. A line of an entry's text never looks like it: PostgreSQL indents those.
PREFIX = "%m [%p] %d/%e "
_LINE = re.compile(r"^(\d{4}-\d\d-\d\d \S+ \S+) \[(\d+)\] ([^/\s]*)/(\w{5}) ([A-Z0-9]+):  (.*)$")
_DETAILS = frozenset({"DETAIL", "HINT", "QUERY", "CONTEXT", "LOCATION", "STATEMENT", "BACKTRACE"})
_BAD = frozenset({"ERROR", "FATAL", "PANIC"})
# What the application makes an answer of: violated integrity (23), values that their column can't hold, and
# lost races (40), after which it tries again. Scenarios look at that answer; no other error is ever right.
EXPECTED_CLASSES = frozenset({"23", "40"})
EXPECTED_STATES = frozenset({"22001", "22003", "22008"})


class Entry(msgspec.Struct):
    """One entry with its details; `database` is empty for the server's own processes."""

    process: str
    database: str
    state: str
    severity: str
    message: str
    lines: list[str]

    @property
    def text(self) -> str:
        """The lines as they were logged."""
        return "\n".join(self.lines)

    @property
    def is_bad(self) -> bool:
        """Whether it is an error that no working application causes."""
        if self.severity not in _BAD:
            return False
        expected = self.state[:2] in EXPECTED_CLASSES or self.state in EXPECTED_STATES
        return self.severity != "ERROR" or not expected


def entries(log: str) -> list[Entry]:
    """Return the entries of a log that is written with PREFIX."""
    found: list[Entry] = []
    last: dict[str, Entry] = {}  # of each process: their lines come mixed
    current: Entry | None = None
    for line in log.splitlines():
        match = _LINE.match(line)
        if match is None:
            if current is not None:
                current.lines.append(line)
            continue
        _, process, database, state, severity, message = match.groups()
        if severity in _DETAILS and process in last:
            current = last[process]
            current.lines.append(line)
            continue
        current = last[process] = Entry(process, database, state, severity, message, [line])
        found.append(current)
    return found


def of_database(log: str, database: str) -> str:
    """Return what a shared server has logged about one database, or about its own end."""
    chosen = (e for e in entries(log) if e.database == database or (not e.database and e.severity in _BAD))
    return _written(chosen)


def _written(chosen: Iterable[Entry]) -> str:
    return "".join(f"{entry.text}\n" for entry in chosen)
