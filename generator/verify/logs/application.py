"""Reading the application's log: what in it is an error, and where in the application it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

_TIME = r"[\[(]?(?:\d[\d\-:.,/TZ+ ]*[\])]?\s+)?[\[(]?"
_RECORD = re.compile(rf"^{_TIME}(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)\b|^\{{\"")
_ERROR = re.compile(rf"^{_TIME}(?:ERROR|CRITICAL|FATAL)\b")
_JSON_ERROR = re.compile(
    r"^\{.*\"(?:level|levelname|severity)\"\s*:\s*\"(?:error|critical|fatal)\"", re.IGNORECASE
)
# What Python itself, asyncio and the database's driver say without a level.
_SAID = re.compile(
    r"Traceback \(most recent call last\):"
    r"|^Fatal Python error|^Segmentation fault|^Exception ignored in"
    r"|exception was never retrieved|was never awaited|is trying to clean up non-checked-in connection"
)
_FRAME = re.compile(r'^\W*File "([^"]+)", line (\d+)', re.MULTILINE)
_EXCEPTION = re.compile(
    r"^[\s|+-]*((?:\w+\.)*\w*(?:Error|Exception|Exit|Interrupt|Warning)\b.*)$", re.MULTILINE
)
_MOST_LINES = 80


class Incident(msgspec.Struct, frozen=True):
    """One error in a log, with the lines that belong to it."""

    text: str

    @property
    def message(self) -> str:
        """The exception that ended it, else its first line."""
        found = _EXCEPTION.findall(self.text)
        said: str = found[-1] if found else self.text.partition("\n")[0]
        return said.strip()

    @property
    def frames(self) -> list[tuple[str, int]]:
        """File and line of each call, the innermost last."""
        return [(path, int(line)) for path, line in _FRAME.findall(self.text)]


def incidents(log: str) -> list[Incident]:
    """Return every error of a log, in its sequence."""
    return [Incident("\n".join(lines)) for lines in _groups(log.splitlines())]


def _groups(lines: list[str]) -> Iterator[list[str]]:
    """Yield the lines of each error: from where it begins to the next record."""
    group: list[str] = []
    before = ""
    for line in lines:
        if group and not _RECORD.search(line):
            group.append(line)
            continue
        if group:
            yield _shortened(group)
            group = []
        if _ERROR.search(line) or _JSON_ERROR.search(line):
            group = [line]
        elif _SAID.search(line):
            # A handler without a format writes the message on a line of its own above.
            group = [before, line] if before.strip() and not _RECORD.search(before) else [line]
        before = line
    if group:
        yield _shortened(group)


def _shortened(lines: list[str]) -> list[str]:
    """Keep both ends of an endless traceback."""
    half = _MOST_LINES // 2
    if len(lines) <= _MOST_LINES:
        return lines
    return [*lines[:half], f"… {len(lines) - _MOST_LINES} lines …", *lines[-half:]]
