"""The causal chain in words, from what was seen to what caused it."""

from __future__ import annotations

import re

from generator.repair.model import Cause
from generator.verify.model import Finding

_MOST = 200
_WORDS = {
    "override": "override `{what}`",
    "stale": "an output of {what} that is not what it makes",
    "hand edit": "hand edits of {what}",
    "database": "{what}, which was changed by hand",
    "dependency": "another release of {what} than the one that passed",
    "infrastructure": "the machine, not the application",
    "target": "the place of delivery",
    "spec": "the spec at {what}",
    "generator": "a mistake in appgen",
}
_CLASS = re.compile(r"(?:[\w]+\.)+(?=[A-Z]\w*(?:Error|Exception|Violation))")


def chain_of(finding: Finding, cause: Cause) -> str:
    """Return `what failed: message ← generated line ← stage ← cause`."""
    where = f"{finding.path}:{finding.line}" if finding.path and finding.line else finding.path
    node = finding.node if finding.node and finding.node != "app" else ""
    place = " at ".join(part for part in (where, node) if part)
    stages = (
        "" if cause.kind in {"infrastructure", "target", "spec", "generator"} else " or ".join(cause.stages)
    )
    parts = (f"{finding.source}: {_short(finding.message)}", place, stages, _words(cause))
    return " ← ".join(part for part in parts if part)


def _words(cause: Cause) -> str:
    return _WORDS[cause.kind].format(what=cause.what)


def _short(message: str) -> str:
    line = _CLASS.sub("", message.strip().partition("\n")[0])
    return line if len(line) <= _MOST else f"{line[: _MOST - 1]}…"
