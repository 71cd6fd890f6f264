"""Faults as overrides: each is diagnosed, repaired, and exactly what it touched is materialized again."""

import time
from typing import NamedTuple

import pytest

from appgen_resources.alerts.observe import ATTEMPT_TAG
from generator.repair.model import DropMembers, Quarantine
from tests.faults.app import App
from tests.faults.table import FAULTS
from tests.repair.conftest import AFTER, ALL, Workspace

pytestmark = pytest.mark.slow


class Row(NamedTuple):
    """A fault of the table; `first` is what the failed build shows first."""

    name: str
    first: str
    directive: type = Quarantine


ROWS = (
    Row("nullability of the migration", "sanity_report"),
    Row("column type of the migration", "sanity_report"),
    Row("foreign key missing", "sanity_report"),
    Row("downgrade does nothing", "migrations"),
    Row("column type of the model", "sanity_report"),
    Row("index that no model has", "sanity_report"),
    Row("state without quotes in the model", "sanity_report"),
    Row("create asks for the id", "schemas", DropMembers),
    Row("update without bounds", "sanity_report"),
    Row("unknown members passed over", "sanity_report"),
    Row("route calls a missing method", "app_bundle"),
    Row("create answers 200", "smoke_result"),
    Row("guard that nothing calls", "sanity_report"),
    Row("action does nothing", "smoke_result"),
    Row("flow in two transactions", "sanity_report"),
    Row("exception passed over", "sanity_report"),
    Row("code fence in a file", "sanity_report"),
    Row("image with the wrong port", "sanity_report"),
)
BY_NAME = {fault.name: fault for fault in FAULTS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name.replace(" ", "-"))
def test_a_fault_is_repaired_and_nothing_else_is_made(
    row: Row, whole: Workspace, healthy: App, capsys: pytest.CaptureFixture[str]
) -> None:
    fault, began = BY_NAME[row.name], time.monotonic()
    broken = fault.inject(healthy)
    texts = {f.path: f.text for f in healthy.bundle.files}
    changed = [f for f in broken.app.bundle.files if texts.get(f.path) != f.text]
    assert len(changed) == 1, [f.path for f in changed]
    runs, last, tree = whole.runs(), whole.last_made(), delivered(whole)

    source = whole.override(f"files/{changed[0].path}", changed[0].text)
    told = whole.build("--repair")

    assert told.startswith("0"), told
    repair, failed = [run for run in whole.runs() if run not in runs]
    entry = whole.journal().entries[-1]
    stage = entry.directive.stages[0]
    assert isinstance(entry.directive, row.directive)
    assert entry.directive.source == source
    assert (entry.told.stages, entry.status) == ((stage,), "in force")
    assert source in entry.told.chain
    assert entry.told.node == broken.node or entry.told.spec
    assert last_stage(whole, failed) == row.first
    assert whole.made_by(repair) == {f"{stage}_directives", stage} | AFTER
    assert whole.run(repair).job_name == "repair"
    assert whole.run(repair).tags[ATTEMPT_TAG] == "1"
    untouched = ALL - {f"{stage}_directives", stage} - AFTER
    now = whole.last_made()
    assert {name: now[name] for name in untouched} == {name: last[name] for name in untouched}
    assert delivered(whole) == tree
    with capsys.disabled():
        made, seconds = len(whole.made_by(repair)), time.monotonic() - began
        print(
            f"\n  {fault.number:>2} {row.name:32} {row.first:14} {stage:11} {made} assets {seconds:5.1f} s",
            end="",
        )


def last_stage(whole: Workspace, run: str) -> str:
    """Return the stage at which a run ended."""
    made = whole.made_by(run)
    order = ["schemas", "models", "migrations", "services", "routes", "project", *sorted(AFTER, key=_place)]
    return [stage for stage in order if stage in made][-1]


def _place(stage: str) -> int:
    return ("app_bundle", "sanity_report", "smoke_result", "release").index(stage)


def delivered(whole: Workspace) -> dict[str, str]:
    files = (p for p in whole.out.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return {str(p.relative_to(whole.out)): p.read_text() for p in sorted(files)}
