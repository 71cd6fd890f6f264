"""What can never work is a mistake of the spec, said where it stands."""

from __future__ import annotations

from collections.abc import Iterator

from generator.core.diagnostics import Diagnostic, SpecError
from generator.graph.analyse import GraphFinding, conflicts
from generator.ir.index import Index
from generator.ir.lower import Lowered, lower
from generator.spec.model import AppSpec

_HINTS = {
    "G003": ("E701", "Change one of them: no row could ever be stored."),
    "G004": ("E702", "Change one of them: the operation could never succeed."),
}


def lower_sound(spec: AppSpec) -> Lowered:
    """Lower a spec; SpecError if it is wrong, or asks for what can never be."""
    lowered = lower(spec)
    found = list(_contradictions(lowered))
    if found:
        raise SpecError([*found, *lowered.warnings])
    return lowered


def _contradictions(lowered: Lowered) -> Iterator[Diagnostic]:
    for finding in conflicts(Index(lowered.ir)):
        code, hint = _HINTS[finding.code]
        span = lowered.source_map[finding.node]
        yield Diagnostic(code, finding.message + _also(lowered, finding), span, hint)


def _also(lowered: Lowered, finding: GraphFinding) -> str:
    lines = sorted({lowered.source_map[node].line for node in finding.others})
    return f" (see also line {', '.join(map(str, lines))})" if lines else ""
