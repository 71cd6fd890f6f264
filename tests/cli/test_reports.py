"""`appgen build --reports`: what CI systems collect, whatever was made anew and however it ended."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from appgen_assets.local import Failure, Outcome
from appgen_resources.instance import open_instance
from generator.commands.reports import export_failed
from generator.host.reports import keep_report
from generator.host.state import State
from generator.verify.model import SmokeResult
from tests.assets.conftest import SPEC
from tests.building import ROOT
from tests.reports.test_reports import RESULT


def attributes(path: Path) -> dict[str, str]:
    return dict(ET.parse(path).getroot().attrib)


@pytest.mark.slow
def test_a_build_leaves_its_reports_also_when_nothing_was_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("APPGEN_HOME", "APPGEN_STATE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "library.yaml").write_text(SPEC, encoding="utf-8")
    build = [sys.executable, "-m", "generator.cli", "build", "library.yaml", "--reports"]
    first = subprocess.run([*build, "one"], capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stdout + first.stderr
    found = attributes(tmp_path / "one" / "library.xml")
    assert int(found["tests"]) > 10
    assert (found["failures"], found["errors"]) == ("0", "0")
    assert "library.yaml:" in (tmp_path / "one" / "library.html").read_text()
    (kept,) = (tmp_path / ".appgen" / "reports" / "library").glob("*/smoke.html")
    assert str(kept.relative_to(tmp_path)) in first.stdout.replace("\n", "")
    whole, short, junit = metadata(tmp_path)
    assert (whole, junit) == (str(kept), str(kept.with_name("junit.xml")))
    assert str(short).startswith("**library passed**")
    again = subprocess.run([*build, "two"], capture_output=True, text=True, check=False)
    assert "nothing has changed" in again.stdout
    assert attributes(tmp_path / "two" / "library.xml") == found


def metadata(folder: Path) -> tuple[object, ...]:
    """Return what the asset smoke_result says of its report."""
    import dagster as dg  # noqa: PLC0415 - of all tests here only this one pays for it

    with open_instance(State(folder / ".appgen")) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey("smoke_result"))
        assert event is not None
        assert event.asset_materialization is not None
        found = event.asset_materialization.metadata
        return tuple(found[name].value for name in ("whole report", "report", "JUnit XML"))


def test_a_failed_smoke_is_exported_as_it_is(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    keep_report(state, RESULT, "run", where="process")
    outcome = Outcome(
        "things", "out", ok=False, failures=(Failure("smoke_result", "1 failed"),), smoke=RESULT
    )
    export_failed(tmp_path, outcome, state)
    found = attributes(tmp_path / "things.xml")
    assert (found["failures"], found["errors"]) == ("1", "1")
    assert "the server failed with 500" in (tmp_path / "things.html").read_text()


def test_a_build_that_failed_before_its_smoke_does_not_show_an_earlier_pass(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    good = SmokeResult("things", "", tuple(r for r in RESULT.rows if r.ok), 1.0)
    keep_report(state, good, "run", where="process")
    outcome = Outcome("things", "out", ok=False, failures=(Failure("sanity_report", "types: wrong"),))
    export_failed(tmp_path, outcome, state)
    found = attributes(tmp_path / "things.xml")
    assert (found["tests"], found["errors"]) == ("1", "1")
    page = (tmp_path / "things.html").read_text()
    assert "sanity_report: types: wrong" in page
    assert "FAILED" in page
