"""Gate: the application's types are right (pyrefly here, since it is fast; mypy strict in CI)."""

from __future__ import annotations

from typing import Any

import msgspec

from generator.verify.gates.build import Build, CannotRun
from generator.verify.model import Finding

TYPES = ("pyrefly", "check", "--output-format", "json", "--summary=none")


def check(build: Build) -> list[Finding]:
    """Report the type checker's messages."""
    done = build.output("types")
    if done.code not in (0, 1):
        raise CannotRun(f"pyrefly ended with code {done.code}: {done.stderr.strip()[-1000:]}")
    try:
        rows: list[dict[str, Any]] = msgspec.json.decode(done.stdout)["errors"]
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise CannotRun(f"pyrefly's answer can't be read: {done.stderr.strip()[-1000:]}") from error
    return [_finding(build, row) for row in rows if row.get("severity", "error") == "error"]


def _finding(build: Build, row: dict[str, Any]) -> Finding:
    path = next((p for p in build.files if f"/{row['path']}".endswith(f"/{p}")), row["path"])
    return build.finding(row["name"], row["concise_description"], path=path, line=row["line"])
