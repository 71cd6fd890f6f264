"""Gate: ruff finds nothing and would lay out no file differently, by the application's own rules."""

from __future__ import annotations

from typing import Any

import msgspec

from generator.verify.gates.build import Build, CannotRun
from generator.verify.model import Finding
from generator.verify.sandbox import Completed

LINT = ("ruff", "check", "--no-cache", "--quiet", "--output-format", "json", ".")
LAYOUT = ("ruff", "format", "--no-cache", "--check", ".")
_UNFORMATTED = "Would reformat: "


def check(build: Build) -> list[Finding]:
    """Report ruff's messages."""
    return [*_messages(build), *_layout(build)]


def _layout(build: Build) -> list[Finding]:
    """Report files in another layout; one that does not parse is a matter of the parse gate."""
    lines = _checked(build.output("layout")).stdout.splitlines()
    paths = [line.removeprefix(_UNFORMATTED) for line in lines if line.startswith(_UNFORMATTED)]
    return [build.finding("unformatted", "ruff would lay it out differently", path=path) for path in paths]


def _checked(done: Completed) -> Completed:
    if done.code not in (0, 1) or (done.code == 1 and not done.stdout):
        raise CannotRun(f"ruff ended with code {done.code}: {done.stderr.strip()}")
    return done


def _messages(build: Build) -> list[Finding]:
    done = _checked(build.output("lint"))
    try:
        rows: list[dict[str, Any]] = msgspec.json.decode(done.stdout or "[]")
    except msgspec.DecodeError as error:
        raise CannotRun(f"ruff's answer can't be read: {error}") from error
    return [_finding(build, row) for row in rows]


def _finding(build: Build, row: dict[str, Any]) -> Finding:
    path = next((p for p in build.files if row["filename"].endswith(f"/{p}")), row["filename"])
    place = row.get("location") or {}
    return build.finding(row.get("code") or "syntax", row["message"], path=path, line=place.get("row", 0))
