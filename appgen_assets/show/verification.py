"""Metadata of the plan, the gates, the smoke and the release."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import dagster as dg

from appgen_assets.show.parts import counts, table
from generator.deliver.description import OPENAPI
from generator.deliver.tree import DeliveryReport
from generator.host.reports import Kept
from generator.stages.model import Artefact
from generator.verify.coverage.model import Coverage
from generator.verify.model import SanityReport, SmokeResult, TestsModelIR
from generator.verify.reports.markdown import to_markdown
from generator.verify.reports.view import page


def test_plan(artefact: Artefact) -> Mapping[str, Any]:
    """Show what will be tried."""
    plan: TestsModelIR = artefact.value
    scenarios = plan.scenarios()
    kinds = Counter(scenario.kind for scenario in scenarios)
    rows = [(s.name, s.suite, s.kind, s.node, len(s.steps), s.about) for s in scenarios]
    coverage = plan.coverage or Coverage("", ())
    proved = [(i.what, i.node, i.reason) for i in coverage.items if i.state == "proved"]
    return {
        **counts(
            scenarios=len(scenarios),
            asserting_effects=sum(scenario.asserts_effects for scenario in scenarios),
            on_an_empty_database=sum(scenario.fresh for scenario in scenarios),
            missing=len(coverage.missing),
        ),
        "coverage": table(
            ("dimension", "total", "covered", "proved impossible", "missing"),
            [(r.dimension, r.total, r.covered, r.proved, r.missing) for r in coverage.rows],
        ),
        "missing from the plan": table(
            ("what", "IR node", "why"), [(i.what, i.node, i.reason) for i in coverage.missing]
        ),
        "proved impossible": table(("what", "IR node", "why"), proved),
        "by kind": table(("kind", "scenarios"), sorted(kinds.items())),
        "plan": table(("scenario", "suite", "kind", "IR node", "requests", "about"), rows),
    }


def sanity_report(artefact: Artefact) -> Mapping[str, Any]:
    """Show each gate and every finding."""
    report: SanityReport = artefact.value
    gates = [
        (g.gate, "passed" if g.ok else g.skipped or "failed", len(g.findings), round(g.ms))
        for g in report.gates
    ]
    findings = [
        (f.source, f.code, f.message, f"{f.path}:{f.line}" if f.path else "", f.node, str(f.span or ""))
        for f in report.findings
    ]
    return {
        **counts(
            gates=len(report.gates),
            findings=len(report.findings),
            lines_of_openapi=report.openapi.count("\n"),
        ),
        "gates": table(("gate", "outcome", "findings", "ms"), gates),
        "findings": table(("gate", "code", "what is wrong", "where", "IR node", "spec"), findings),
    }


def smoke_result(artefact: Artefact, report: Kept) -> Mapping[str, Any]:
    """Show the report in short, where the whole one lies, and each scenario: what was expected, what came."""
    result: SmokeResult = artefact.value
    order = sorted(result.rows, key=lambda row: (row.ok, row.scenario))
    rows = [
        ("ok" if r.ok else "FAILED", r.scenario, r.request, r.expected, r.got, round(r.ms), str(r.span or ""))
        for r in order
    ]
    return {
        **counts(
            scenarios=len(result.rows), failed=len(result.failures), errors_in_the_logs=len(result.findings)
        ),
        "seconds": dg.MetadataValue.float(result.ms / 1000),
        "report": dg.MetadataValue.md(to_markdown(page(result))),
        "whole report": dg.MetadataValue.path(report.html),
        "JUnit XML": dg.MetadataValue.path(report.junit),
        **_what_failed(result),
        "scenarios in full": table(("", "scenario", "request", "expected", "got", "ms", "spec"), rows),
    }


def _what_failed(result: SmokeResult) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if result.problem:
        shown["problem"] = dg.MetadataValue.text(result.problem)
    if result.failures:
        failed = [(r.scenario, r.node, str(r.span or ""), r.problem, r.curl) for r in result.failures]
        columns = ("scenario", "IR node", "spec", "problem", "send it again")
        shown["failures"] = table(columns, failed)
    if result.findings:
        logged = [
            (
                f.source,
                f.message,
                f"{f.path}:{f.line}" if f.path else "",
                f.node,
                str(f.span or ""),
                f.evidence,
            )
            for f in result.findings
        ]
        shown["logs"] = table(("where", "what", "file", "IR node", "spec", "lines"), logged)
    return shown


def release(artefact: Artefact) -> Mapping[str, Any]:
    """Show where it lies and what was changed there."""
    report: DeliveryReport = artefact.value
    changes = [
        (what, path) for what in ("added", "changed", "removed", "saved") for path in getattr(report, what)
    ]
    return {
        "folder": dg.MetadataValue.path(report.out),
        "described by": dg.MetadataValue.text(f"{OPENAPI} in {report.out}"),
        **counts(
            added=len(report.added),
            changed=len(report.changed),
            removed=len(report.removed),
            unchanged=len(report.unchanged),
            hand_written_kept=len(report.kept),
        ),
        "because of": table(("IR node or override",), [(cause,) for cause in report.because]),
        "changes": table(("what", "path"), changes),
    }
