"""From log lines to findings: once per kind of error, with the IR node whose code was at work."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from generator.core.spans import Span
from generator.emit.tree import EmittedFile
from generator.verify.logs.application import Incident, incidents
from generator.verify.logs.database import Entry, entries
from generator.verify.model import Finding
from generator.verify.provenance import stage_of

APPLICATION = "the application's log"
DATABASE = "the database's log"
_MOST_TEXT = 8000
_VARYING = re.compile(r"0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}|\d+", re.IGNORECASE)


def judge(
    application: str,
    database: str,
    files: Sequence[EmittedFile] = (),
    places: Mapping[str, Span] | None = None,
) -> tuple[Finding, ...]:
    """Return a finding for every kind of error in the two logs."""
    by_path = {file.path: file for file in files}
    seen = [_of_application(incident, by_path, places or {}) for incident in incidents(application)]
    bad = [_of_database(entry) for entry in entries(database) if entry.is_bad]
    return tuple(_once([*seen, *bad]))


def _of_application(
    incident: Incident, files: Mapping[str, EmittedFile], places: Mapping[str, Span]
) -> Finding:
    path, line = _place(incident, files)
    node = _node(files[path], line) if path else ""
    return Finding(
        source=APPLICATION,
        code="logged_error",
        message=incident.message,
        path=path,
        line=line,
        node=node,
        span=places.get(node),
        evidence=incident.text[-_MOST_TEXT:],
        stage=stage_of(path),
    )


def _of_database(entry: Entry) -> Finding:
    return Finding(
        source=DATABASE,
        code=f"database_{entry.severity.lower()}",
        message=f"{entry.message} (SQLSTATE {entry.state})",
        evidence=entry.text[:_MOST_TEXT],
    )


def _place(incident: Incident, files: Mapping[str, EmittedFile]) -> tuple[str, int]:
    """Return the innermost line of generated code; the vendored runtime counts only if nothing else was."""
    known = [(path, line) for file, line in incident.frames if (path := _inside(file, files))]
    own = [(path, line) for path, line in known if not path.startswith("app/runtime/")]
    return (own or known or [("", 0)])[-1]


def _inside(file: str, files: Mapping[str, EmittedFile]) -> str:
    """Return the path of a file within the application, wherever that is unpacked."""
    parts = file.split("/")
    tails = ("/".join(parts[i:]) for i in range(len(parts)))
    return next((tail for tail in tails if tail in files), "")


def _node(file: EmittedFile, line: int) -> str:
    around = [b for b in file.blocks if b.first <= line <= b.last]
    return min(around, key=lambda b: b.last - b.first).node if around else ""


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Keep the first of each kind: one mistake is logged once per request."""
    kept: dict[tuple[str, str, str, int], Finding] = {}
    for found in findings:
        kept.setdefault((found.source, _VARYING.sub("#", found.message), found.path, found.line), found)
    return list(kept.values())
