"""From an IR node to its place in the spec; from a file, or a failed scenario, to the stage at fault."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from generator.core.spans import Span
from generator.ir.model import SourceMap
from generator.verify.model import SmokeRow

APP = "app"  # the node of the application as a whole

_STATUS = re.compile(r"\d{3}")
_FRAME = re.compile(r'File "[^"]*/(app/[^"]+)", line \d+')
_LACKS = re.compile(r"body\S*: lacks (\w+)$")
_MEMBERS = ("field", "collection")
_NO_ROUTE = (307, 308, 405)
_NOTHING_THERE = '"detail":"Not Found"'  # no route; a missing row is named
_REFUSES = (  # code of a problem, and who answers with it
    ('"validation_error"', "schemas"),
    ('"conflict"', "models"),
    ('"in_use"', "models"),
    ('"out_of_range"', "models"),
)


def locate(node: str, source_map: SourceMap) -> Span | None:
    """Return where a node stands, else the nearest node that holds it, else the application."""
    return next((source_map[n] for n in _holders(node) if n in source_map), None)


def _holders(node: str) -> Iterator[str]:
    """Yield a node's id, then ids of what it belongs to: its field, its entity, the application.

    "range:Thing.size:gt" belongs to "field:Thing.size", "presence:input:Thing.grow.by"
    to "input:Thing.grow.by".
    """
    rest = node
    while rest:
        yield rest
        rest = rest.rpartition(":")[0]
    inner = node.partition(":")[2]
    while inner:
        for kind in ("", "field:", "collection:", "input:", "flow:", "operation:", "entity:"):
            yield kind + inner
        inner = inner[: max(inner.rfind(":"), inner.rfind("."), 0)]
    yield APP


def stage_of(path: str) -> str:
    """Return the stage that emits a path."""
    for suffixes, stage in _STAGES:
        if path.endswith(suffixes) or path.startswith(suffixes):
            return stage
    return "project" if path else ""


_STAGES: Sequence[tuple[tuple[str, ...], str]] = (
    (("smoke/",), "test_plan"),
    (("migrations/", "alembic.ini"), "migrations"),
    (("app/runtime/", "app/extensions/"), "project"),
    (("/schemas.py", "app/enums.py"), "schemas"),
    (("/models.py", "app/base.py", "app/entities.py", "app/violations.py"), "models"),
    (("/queries.py", "/service.py"), "services"),
    (("/router.py", "/filters.py", "app/main.py"), "routes"),
    (("openapi.json",), "release"),
)


def stage_at_fault(row: SmokeRow, log: str = "") -> str:
    """Return the stage whose files explain best why a scenario failed; `log` is the application's."""
    expected, got = _status(row.expected), _status(row.got)
    if got >= 500:
        return _raised_in(log) or "services"
    if got in _NO_ROUTE or (got == 404 and _NOTHING_THERE in row.got):
        return "routes"
    if expected == 404 and '"validation_error"' in row.got:
        return "routes"  # which look for the rows of the path first
    if _is_success(expected) and _is_success(got):
        return "services" if expected == got else "routes"
    if _is_success(expected) and '"out_of_range"' in row.got:
        return "services"  # which computed what does not fit
    refusal = row.got if _is_success(expected) else row.expected
    return next((stage for code, stage in _REFUSES if code in refusal), "services")


def node_at_fault(row: SmokeRow, source_map: SourceMap) -> str:
    """Return the node behind a failed row: the member that an answer lacks, else what the row is about."""
    lacks = _LACKS.match(row.problem)
    if lacks is None:
        return row.node
    entity = row.node.partition(":")[2].partition(":")[0].partition(".")[0]
    names = (lacks[1], lacks[1].removesuffix("_id"))
    own = [f"{kind}:{entity}.{name}" for name in names for kind in _MEMBERS]
    found = [node for node in dict.fromkeys(own) if node in source_map] or [
        node for node in source_map if node.partition(":")[0] in _MEMBERS and node.rpartition(".")[2] in names
    ]
    return found[0] if len(found) == 1 else row.node


def _raised_in(log: str) -> str:
    """Return the stage of the line of the application that raised last."""
    frames = _FRAME.findall(log)
    return stage_of(frames[-1]) if frames else ""


def _status(answer: str) -> int:
    found = _STATUS.match(answer)
    return int(found[0]) if found else 0


def _is_success(status: int) -> bool:
    return 200 <= status < 300
