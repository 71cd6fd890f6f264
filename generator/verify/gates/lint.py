"""Gate: ruff finds nothing and would lay out no file differently, by the application's own rules."""

from __future__ import annotations

from typing import Any

import msgspec

from generator.verify.gates.build import Build, CannotRun
from generator.verify.model import Finding

LINT = ("ruff", "check", "--no-cache", "--quiet", "--output-format", "json", ".")
LAYOUT = ("ruff", "format", "--no-cache", "--quiet", "--check", "--output-format", "json", "--preview", ".")


def check(build: Build) -> list[Finding]:
    """Report ruff's messages."""
    return [*_messages(build, "lint"), *_messages(build, "layout")]


def _messages(build: Build, name: str) -> list[Finding]:
    done = build.output(name)
    if done.code not in (0, 1):
        raise CannotRun(f"ruff ended with code {done.code}: {done.stderr.strip()}")
    try:
        rows: list[dict[str, Any]] = msgspec.json.decode(done.stdout or "[]")
    except msgspec.DecodeError as error:
        raise CannotRun(f"ruff's answer can't be read: {error}") from error
    return [_finding(build, row) for row in rows]


def _finding(build: Build, row: dict[str, Any]) -> Finding:
    path = next((p for p in build.files if row["filename"].endswith(f"/{p}")), row["filename"])
    place = row.get("location") or {}
    return build.finding(row.get("code") or "syntax", row["message"], path=path, line=place.get("row", 0))
