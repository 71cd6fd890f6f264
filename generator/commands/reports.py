"""What CI systems collect after a build: a page and JUnit XML for each application."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generator.host.artefacts import open_store
from generator.host.reports import export_html, export_junit, latest_report
from generator.host.state import State
from generator.stages.pointers import current
from generator.verify.model import SmokeResult
from generator.verify.reports.html import to_html
from generator.verify.reports.junit import to_junit
from generator.verify.reports.view import page


def export_failed(folder: Path, outcome: Any, state: State) -> None:
    """Write what became of a build that failed, so that an earlier result is not taken for its own."""
    result = outcome.smoke or SmokeResult(outcome.app, "", (), 0.0)
    problems = [(failure.stage, failure.message) for failure in outcome.failures]
    export_junit(folder, outcome.app, to_junit(result, problems))
    kept = latest_report(state, outcome.app) if outcome.smoke is not None else None
    failed = result if result.problem else SmokeResult(outcome.app, "", (), 0.0, _said(problems))
    export_html(folder, outcome.app, kept.html.read_text("utf-8") if kept else to_html(page(failed)))


def export_passed(folder: Path, app: str, state: State) -> None:
    """Write the result that holds for what is delivered, also if nothing had to be made anew."""
    found = current(open_store(state.artefacts), app, "smoke_result")
    result: SmokeResult = found.value if found else SmokeResult(app, "", (), 0.0, "there is no result")
    kept = latest_report(state, app)
    export_junit(folder, app, to_junit(result))
    export_html(folder, app, kept.html.read_text("utf-8") if kept else to_html(page(result)))


def _said(problems: list[tuple[str, str]]) -> str:
    return "\n".join(f"{stage}: {message}" for stage, message in problems) or "the build failed"
