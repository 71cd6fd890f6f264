"""Where reports lie: a folder for each run below the workspace, the last ones of each application."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from generator.core.errors import MachineError
from generator.host.home import make_folder
from generator.host.state import State
from generator.verify.coverage.model import Coverage
from generator.verify.model import SmokeResult
from generator.verify.reports.html import to_html
from generator.verify.reports.junit import to_junit
from generator.verify.reports.view import page

_KEPT = 20


class Kept(NamedTuple):
    """The files of one report."""

    html: Path
    junit: Path


def keep_report(
    state: State, result: SmokeResult, run: str, *, where: str, coverage: Coverage | None = None
) -> Kept:
    """Write a run's report; of an application's older ones the last few stay."""
    now = datetime.now(UTC)
    base = state.root / "reports" / result.app
    folder = base / f"{now:%Y%m%dT%H%M%S%f}-{run[:8]}"
    kept = Kept(folder / "smoke.html", folder / "junit.xml")
    when = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    _write(kept.html, to_html(page(result, where=where, when=when, coverage=coverage)))
    _write(kept.junit, to_junit(result))
    for old in sorted(base.iterdir())[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return kept


def latest_report(state: State, app: str) -> Kept | None:
    """Return the files of an application's last report that are still there."""
    folders = sorted((state.root / "reports" / app).glob("*/smoke.html"))
    return Kept(folders[-1], folders[-1].with_name("junit.xml")) if folders else None


def export_junit(folder: Path, app: str, text: str) -> None:
    """Write an application's JUnit XML for a CI system that collects them from a folder."""
    _write(folder / f"{app}.xml", text)


def export_html(folder: Path, app: str, text: str) -> None:
    """Write its page beside it."""
    _write(folder / f"{app}.html", text)


def _write(path: Path, text: str) -> None:
    make_folder(path.parent)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MachineError(f"can't write {path}: {error.strerror}") from error
