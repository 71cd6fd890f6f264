"""The table of all applications, and what keeps it up to date."""

from typing import Any

import dagster as dg

from appgen_assets.definitions import defs
from appgen_assets.status import app_status_sensor, shown
from appgen_resources.status import AppStatus
from tests.operations.conftest import Workspace


def rows(event: dg.AssetMaterialization) -> dict[str, dict[str, Any]]:
    found = event.metadata["applications"]
    assert isinstance(found, dg.TableMetadataValue)
    return {str(record.data["application"]): dict(record.data) for record in found.records}


def tick(workspace: Workspace, cursor: str | None = None) -> dg.SensorResult:
    result = app_status_sensor(workspace.context(cursor))
    assert isinstance(result, dg.SensorResult)
    return result


def test_every_application_with_its_state_and_its_failing_checks(workspace: Workspace) -> None:
    for app in ("alpha", "beta", "gamma"):
        workspace.spec(app)
    workspace.add("alpha", "beta", "gamma")
    workspace.record("alpha")
    workspace.record("beta", ok=False)
    (event,) = tick(workspace).asset_events
    assert isinstance(event, dg.AssetMaterialization)
    table = rows(event)
    assert list(table) == ["beta", "gamma", "alpha"], "those that need someone first"
    assert table["beta"]["state"] == "failing"
    assert "smoke_result.all_passed" in table["beta"]["failing checks"]
    assert table["gamma"]["state"] == "never built"
    assert (table["alpha"]["state"], table["alpha"]["release"]) == ("green", "1")
    assert event.metadata["failing"].value == 1
    assert "/assets/smoke_result?view=partitions&partition=beta" in str(event.metadata["look into"].value)


def test_it_is_reported_only_when_a_run_has_ended_or_an_application_came(workspace: Workspace) -> None:
    workspace.spec("alpha")
    workspace.add("alpha")
    workspace.record("alpha")
    first = tick(workspace)
    assert first.asset_events
    second = tick(workspace, first.cursor)
    assert not second.asset_events
    workspace.record("alpha", ok=False)
    third = tick(workspace, second.cursor)
    assert third.asset_events
    workspace.add("beta")
    assert tick(workspace, third.cursor).asset_events


def test_a_person_can_look_at_once(workspace: Workspace) -> None:
    workspace.spec("alpha")
    workspace.add("alpha")
    result = defs.resolve_job_def("status").execute_in_process(
        instance=workspace.log, run_config={"loggers": {"appgen": {}}}
    )
    made = result.asset_materializations_for_node("app_status")
    assert rows(made[0])["alpha"]["state"] == "never built"


def test_a_run_under_way_is_linked() -> None:
    text = str(shown([AppStatus("alpha", "building", run="r1")])["look into"].value)
    assert "[the run under way](/runs/r1)" in text
