"""Stages as text, a line per thing that a person looks for."""

from __future__ import annotations

from typing import Any

from generator.expr.walk import show
from generator.graph.model import ConstraintGraph
from generator.guards.model import GuardIR
from generator.ir.model import ApplicationIR
from generator.verify.model import SanityReport, SmokeResult, TestsModelIR
from generator.verify.parity.model import Trials


def text_of(value: Any) -> str | None:
    """Return the text form; None for what is better read as YAML."""
    match value:
        case ApplicationIR():
            return _lines(
                f"{o.method:6} {o.path}  {o.entity}.{o.name} -> {o.status}" for o in value.api.operations
            )
        case ConstraintGraph():
            return _lines(
                f"{r.constraint.type:20} {r.constraint.id}  [{', '.join(r.layers)}]" for r in value.routed
            )
        case GuardIR():
            return _guards(value)
        case TestsModelIR():
            return _lines(f"{s.kind:7} {s.name}  ({len(s.steps)} requests)" for s in value.scenarios())
        case Trials():
            return _parity(value)
        case SanityReport():
            return _lines(
                f"{'ok' if g.ok else 'FAILED':6} {g.gate} {g.skipped}".rstrip() for g in value.gates
            )
        case SmokeResult():
            return _lines(
                f"{'ok' if r.ok else 'FAILED':6} {r.scenario}  expected {r.expected}, got {r.got}"
                for r in value.rows
            )
        case _ if hasattr(value, "files"):
            return _lines(f"{f.text.count(chr(10)):6} {f.path}" for f in value.files)
        case _:
            return None


def _guards(guards: GuardIR) -> str:
    found = []
    for entry in guards.entries:
        found.append(f"{entry.key.entity}.{entry.key.operation}")
        found.extend(f"  {g.phase:9} {show(g.expr)}  else {g.error_code} {g.message!r}" for g in entry.guards)
    return _lines(found)


def _parity(found: Trials) -> str:
    tried = [
        f"{t.sqlstate or 'valid':6} {t.constraint or '-':40} {t.source}  {t.about}"
        for group in found.groups
        for t in group.trials
    ]
    return _lines([*tried, *(f"not tried: {u.source}: {u.reason}" for u in found.untried)])


def _lines(lines: Any) -> str:
    return "\n".join(lines)
