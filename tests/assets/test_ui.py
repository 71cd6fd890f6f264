"""The Dagster UI in a real browser: the lineage is green, an asset page shows what was made."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

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
