"""The Dagster UI in a real browser: lineage, what was made, a failed check, the repair's own run."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.assets.conftest import SPEC

pytestmark = [pytest.mark.browser, pytest.mark.slow]
REPOSITORY = Path(__file__).resolve().parents[2]


def screenshots() -> ModuleType:
    spec = importlib.util.spec_from_file_location("screenshots", REPOSITORY / "scripts" / "screenshots.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def steps_of(page: Any, address: str, run: str) -> set[str]:
    """Return the steps of a run, as the UI knows them."""
    query = f'{{ runOrError(runId: "{run}") {{ ... on Run {{ stepKeysToExecute }} }} }}'
    answer = page.request.post(f"{address}/graphql", data={"query": query}).json()
    return set(answer["data"]["runOrError"]["stepKeysToExecute"])


def test_the_lineage_and_an_asset_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("APPGEN_HOME", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    (tmp_path / "library.yaml").write_text(SPEC, encoding="utf-8")
    command = [sys.executable, "-m", "generator.cli", "build", "library.yaml"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ)
    script = screenshots()
    with script.running_ui(script.free_port()) as address, script.browser_page() as page:
        page.set_default_timeout(60_000)
        script.shoot_lineage(page, address, tmp_path / "lineage.png")
        assert (tmp_path / "lineage.png").stat().st_size > 50_000
        page.goto(f"{address}/assets/application_ir?view=partitions&partition=library")
        page.get_by_text("/loans/{id}/give-back").first.wait_for()
        page.get_by_text("[Show Markdown]").first.click()
        page.get_by_alt_text("diagram").first.wait_for()
        page.goto(f"{address}/assets/smoke_result?view=checks")
        page.get_by_text("all_passed").first.wait_for()
        page.get_by_text("Succeeded").first.wait_for()
        script.shoot_status(page, address, tmp_path / "app_status.png")
        page.get_by_text("library").first.wait_for()

        override = script.break_routes(tmp_path / "library.yaml")
        assert script.appgen("build", "library.yaml") == 1
        script.shoot_failed_check(page, address, tmp_path / "failed_check.png")
        page.get_by_text("what now").first.wait_for()
        assert script.appgen("build", "library.yaml", "--repair") == 0
        run = script.shoot_last_run(page, address, tmp_path / "repair_run.png")
        assert override.read_text(encoding="utf-8") == script.BREAKING, "a person's file is never touched"
        steps = steps_of(page, address, run)
        assert {"routes", "app_bundle", "sanity_report", "smoke_result"} <= steps
        assert not {"app_spec", "application_ir", "schemas", "models", "migrations", "services"} & steps

        page.goto(f"{address}/assets/application_ir?view=partitions&partition=library")
        page.get_by_text("directives in force").first.wait_for()
        page.get_by_text("appgen repairs library --withdraw").first.wait_for()
        shown(page, f"{address}/jobs", "build", "verify", "deliver", "repair", "database_drift", "mutants")
        shown(page, f"{address}/automation", "spec_folder", "repair", "alerts", "nightly", "lost_runs")


def shown(page: Any, url: str, *names: str) -> None:
    """Wait until a page lists these names."""
    page.goto(url)
    for name in names:
        page.get_by_text(name, exact=True).first.wait_for()
