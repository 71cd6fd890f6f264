"""A spec taken the whole way without cache and without the asset graph: what the properties are about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from generator.core.diagnostics import Diagnostic, SpecError
from generator.emit.bundle import Bundle
from generator.emit.history import History
from generator.emit.overrides import Overrides
from generator.emit.tree import Tree
from generator.frontend import compile_front
from generator.guards.model import GuardIR
from generator.host.format import RuffFormatter
from generator.host.sandbox import ProcessSandbox
from generator.ir.lower import Lowered
from generator.ir.model import ApplicationIR
from generator.pipeline import EMITTED, OVERRIDES, RELEASED, SOURCE, STAGES
from generator.stages.model import resolve
from generator.stages.source import SpecSource
from generator.stages.steps import sanity_report, smoke_result
from generator.stages.tools import Tools
from generator.verify.model import SanityReport, SmokeResult, TestsModelIR

MAIN = "spec.yaml"


class Built:
    """Every output of the pure stages of one spec."""

    def __init__(self, outputs: dict[str, Any], sidecars: dict[str, Any]) -> None:
        self._outputs = outputs
        self._sidecars = sidecars

    @property
    def ir(self) -> ApplicationIR:
        return self._outputs["application_ir"]

    @property
    def guards(self) -> GuardIR:
        return self._outputs["guard_ir"]

    @property
    def plan(self) -> TestsModelIR:
        return self._outputs["test_plan"]

    @property
    def bundle(self) -> Bundle:
        return self._outputs["app_bundle"]

    @property
    def trees(self) -> dict[str, Tree]:
        return {name: self._outputs[name] for name in EMITTED}

    def gates(self) -> SanityReport:
        """Ask every gate, on a real database."""
        source_map = self._sidecars["application_ir"]
        return sanity_report.run(self.bundle, self.ir, source_map, self.guards, ProcessSandbox())

    def smoke(self) -> SmokeResult:
        """Migrate and start the application and run every scenario."""
        return smoke_result.run(self.bundle, self.plan, ProcessSandbox())


def front(text: str) -> Lowered:
    """Compile a spec of one file; raises SpecError."""
    return compile_front(MAIN, {MAIN: text}.__getitem__)


def compiles(text: str) -> bool:
    """Whether the front end takes a spec; a refusal must say where."""
    found: list[Diagnostic] = []
    try:
        front(text)
    except SpecError as error:
        found = list(error.diagnostics)
        if not found:
            raise
    assert all(d.span.line >= 1 and d.span.column >= 1 and d.message for d in found)
    return not found


def build(text: str, until: str = "") -> Built:
    """Run the pure stages in order, each through its views."""
    tools = Tools(RuffFormatter())
    outputs: dict[str, Any] = {
        SOURCE: SpecSource(MAIN, ((MAIN, text),)),
        OVERRIDES: Overrides(),
        RELEASED: History(),
    }
    sidecars: dict[str, Any] = {}
    for stage in STAGES:
        if not stage.pure:
            continue
        made = resolve(stage.run)(tools, *(i.view.of(outputs[i.stage]) for i in stage.inputs))
        outputs[stage.name], sidecars[stage.name] = made if stage.sidecar else (made, None)
        if stage.name == until:
            break
    return Built(outputs, sidecars)


def complaints(built: Built) -> list[str]:
    """Everything that keeps the application from being whole: gates first, then scenarios."""
    report = built.gates()
    found = [f"gate {g.gate}: skipped: {g.skipped}" for g in report.gates if g.skipped]
    wrong = [f for f in report.findings if f.severity == "error"]
    found += [f"gate {f.source}: {f.code} {f.path}:{f.line} {f.message}" for f in wrong]
    return found or list(_failures(built.smoke()))


def _failures(result: SmokeResult) -> Iterable[str]:
    if result.problem:
        yield f"smoke: {result.problem}"
    for row in result.failures:
        found = f"expected {row.expected}, got {row.got} {row.problem}"
        yield f"smoke {row.scenario} at {row.step}: {row.request}: {found}"
