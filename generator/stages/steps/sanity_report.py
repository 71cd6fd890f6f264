"""Whether the application can be trusted to run: the static gates and those that need a database."""

from __future__ import annotations

from msgspec.structs import replace

from generator.emit.bundle import Bundle
from generator.guards.model import GuardIR
from generator.ir.model import ApplicationIR, SourceMap
from generator.verify.gates import run_gates
from generator.verify.model import GateResult, SanityReport
from generator.verify.provenance import locate
from generator.verify.sandbox import Sandbox


def run(
    bundle: Bundle, ir: ApplicationIR, source_map: SourceMap, guards: GuardIR, sandbox: Sandbox
) -> SanityReport:
    """Ask every gate; findings say where in the spec their node stands."""
    return placed(run_gates(bundle, ir, sandbox, guards), source_map)


def placed(report: SanityReport, source_map: SourceMap) -> SanityReport:
    """Return the report with the place in the spec of each finding."""
    return replace(report, gates=tuple(_placed(gate, source_map) for gate in report.gates))


def _placed(gate: GateResult, source_map: SourceMap) -> GateResult:
    findings = tuple(replace(f, span=f.span or locate(f.node, source_map)) for f in gate.findings)
    return replace(gate, findings=findings)


def timeless(report: SanityReport) -> SanityReport:
    """Return the report without what differs from run to run."""
    return replace(report, gates=tuple(replace(gate, ms=0.0) for gate in report.gates))
