"""The gates: what must be true of a build before it is worth running."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from msgspec.structs import replace

from generator.graph.build import build_graph
from generator.guards.model import GuardIR
from generator.guards.synthesize import FlowLogicSynthesizer
from generator.ir.model import ApplicationIR
from generator.verify.gates import manifest
from generator.verify.gates.ancestry import earlier
from generator.verify.gates.build import Answer, Build, CannotRun, Command, Gated
from generator.verify.gates.lint import LAYOUT, LINT
from generator.verify.gates.openapi import described
from generator.verify.gates.probe import run_probe
from generator.verify.gates.table import GATES, Gate
from generator.verify.gates.typecheck import TYPES
from generator.verify.model import GateResult, SanityReport
from generator.verify.parity.trials import trials
from generator.verify.provenance import APP
from generator.verify.sandbox import Sandbox, Session

__all__ = ["GATES", "Gate", "Gated", "run_gates"]


def _commands(bundle: Gated, ir: ApplicationIR) -> dict[Command, Callable[[Session], Answer]]:
    """Return what is started together, the slowest first, so that it runs while the files are read."""
    return {
        "types": lambda session: session.run(TYPES),
        "probe": lambda session: run_probe(session, trials(ir).groups, earlier(bundle)),
        "lint": lambda session: session.run(LINT),
        "layout": lambda session: session.run(LAYOUT),
    }


def run_gates(
    bundle: Gated,
    ir: ApplicationIR,
    sandbox: Sandbox,
    guards: GuardIR | None = None,
    gates: Sequence[Gate] = GATES,
) -> SanityReport:
    """Ask every gate; one that can't say is reported as skipped, which is not a pass."""
    if guards is None:
        guards = FlowLogicSynthesizer(build_graph(ir)).synthesize_for_app(ir)
    needed = {command for gate in gates for command in gate.needs}
    if not needed or manifest.unpackable(bundle):
        build = Build(bundle, ir, guards)
        return SanityReport(ir.name, tuple(_ask(gate, build) for gate in gates))
    with sandbox.open(bundle) as session, ThreadPoolExecutor(4) as threads:
        started = {
            c: threads.submit(work, session).result
            for c, work in _commands(bundle, ir).items()
            if c in needed
        }
        build = Build(bundle, ir, guards, started)
        return SanityReport(ir.name, tuple(_ask(gate, build) for gate in gates), described(build))


def _ask(gate: Gate, build: Build) -> GateResult:
    begin = time.perf_counter()
    skipped = ""
    try:
        found = gate.check(build)
    except CannotRun as reason:
        found, skipped = [], str(reason)
    findings = tuple(replace(f, source=gate.name, node=f.node or APP) for f in found)
    return GateResult(gate.name, findings, round((time.perf_counter() - begin) * 1000, 1), skipped)
