"""What Dagster loads: names, groups, checks, jobs, the sensor, the schedule."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from appgen_assets import frontend
from appgen_assets.checks import CHECKS
from appgen_assets.definitions import defs
from appgen_assets.partitions import APPS, apps
from appgen_assets.references import referenced
from appgen_assets.schedules import nightly
from appgen_assets.sensors import spec_folder
from appgen_resources.instance import open_instance
from appgen_resources.specs import SpecStore
from appgen_resources.workshop import WorkshopResource
from generator.core.errors import ToldError
from generator.host.state import AppEntry, State
from generator.pipeline import DIRECTIVES, EXTERNAL, STAGES
from tests.assets.conftest import SPEC

GRAPH = defs.resolve_asset_graph()
STAGE_NAMES = {stage.name for stage in STAGES}


@pytest.fixture
def log(workspace: Path) -> dg.DagsterInstance:
    return open_instance(State(workspace / ".appgen"))


def tick(log: dg.DagsterInstance, cursor: str | None = None) -> dg.SensorResult:
    resources = {"specs": SpecStore(), "workshop": WorkshopResource()}
    context = dg.build_sensor_context(instance=log, cursor=cursor, resources=resources, definitions=defs)
    result = spec_folder(context)
    assert isinstance(result, dg.SensorResult)
    return result


def test_the_definitions_load() -> None:
    dg.Definitions.validate_loadable(defs)


def test_an_asset_per_stage_with_all_that_a_person_needs() -> None:
    assert {key.path[-1] for key in GRAPH.get_all_asset_keys()} >= {stage.name for stage in STAGES}
    for stage in STAGES:
        node = GRAPH.get(dg.AssetKey(stage.name))
        assert node.group_name in {"frontend", "backend", "verification", "repair"}
        assert node.partitions_def == apps
        assert node.owners
        assert node.kinds
        assert node.description
        assert node.code_version


def test_what_stands_beside_the_stages_says_what_it_is() -> None:
    for key in GRAPH.get_all_asset_keys():
        node = GRAPH.get(key)
        assert node.group_name != "default", key
        assert node.owners, key
        assert node.kinds, key
        assert node.description, key


def test_the_edges_are_those_of_the_pipeline() -> None:
    for stage in STAGES:
        parents = {key.path[-1] for key in GRAPH.get(dg.AssetKey(stage.name)).parent_keys}
        assert parents == {name for name in stage.upstream if name not in EXTERNAL}


def test_every_check_belongs_to_the_partition_of_its_application() -> None:
    specs = [spec for asset in GRAPH.assets_defs for spec in asset.check_specs]
    assert {(s.asset_key.path[-1], s.name) for s in specs} >= {(c.stage, c.name) for c in CHECKS}
    for spec in specs:
        assert spec.description, spec
        assert spec.partitions_def == GRAPH.get(spec.asset_key).partitions_def, spec


def test_a_job_per_purpose() -> None:
    names = {job.name for job in defs.resolve_all_job_defs()}
    assert {"build", "verify", "deliver", "mutants"} <= names


def test_a_new_spec_becomes_a_partition_and_one_run_of_what_is_stale(log: dg.DagsterInstance) -> None:
    result = tick(log)
    assert [r.partition_keys for r in result.dynamic_partitions_requests or []] == [["library"]]
    assert [r.partition_key for r in result.run_requests or []] == ["library"]
    (request,) = result.run_requests or []
    assert {key.path[-1] for key in request.asset_selection or []} == {stage.name for stage in STAGES}


def test_an_unchanged_spec_starts_nothing(log: dg.DagsterInstance) -> None:
    first = tick(log)
    again = tick(log, first.cursor)
    assert not again.run_requests
    assert again.cursor == first.cursor


def test_a_wrong_spec_gets_a_run_that_shows_what_is_wrong(log: dg.DagsterInstance, workspace: Path) -> None:
    spec = workspace / "specs" / "library.yaml"
    spec.write_text(SPEC.replace("copies: int >= 0", "copies: integer"), encoding="utf-8")
    (request,) = tick(log).run_requests or []
    assert [key.path[-1] for key in request.asset_selection or []] == ["app_spec"]


def test_that_run_fails_at_the_check_and_makes_nothing_else(log: dg.DagsterInstance, workspace: Path) -> None:
    spec = workspace / "specs" / "library.yaml"
    spec.write_text(SPEC.replace("copies: int >= 0", "copies: integer"), encoding="utf-8")
    log.add_dynamic_partitions(APPS, ["library"])
    result = defs.resolve_job_def("build").execute_in_process(
        instance=log,
        partition_key="library",
        raise_on_error=False,
        run_config={"loggers": {"appgen": {}}},
    )
    answers = {a.check_name: a for a in result.get_asset_check_evaluations()}
    assert not result.success
    assert {name: answer.passed for name, answer in answers.items()} == {
        "readable": True,
        "accepted": False,
        "no_warnings": True,
        "as_written": True,
    }
    assert "library.yaml:" in (answers["accepted"].description or "")
    made = [e for e in result.all_events if e.is_step_materialization]
    assert {str(e.asset_key.path[-1]) for e in made if e.asset_key} == {"app_spec", *DIRECTIVES}


def test_every_night_each_application_is_verified(log: dg.DagsterInstance) -> None:
    log.add_dynamic_partitions(APPS, ["one", "two"])
    context = dg.build_schedule_context(
        instance=log, scheduled_execution_time=datetime(2026, 1, 31, 2, tzinfo=UTC)
    )
    requests = list(nightly(context))
    assert [r.partition_key for r in requests] == ["one", "two"]
    assert len({r.run_key for r in requests}) == 2


def test_an_unknown_application_is_told_with_a_way_out(workspace: Path) -> None:
    with pytest.raises(ToldError, match="appgen build"):
        SpecStore().entry("nobody")


def test_a_spec_from_elsewhere_is_remembered(workspace: Path) -> None:
    elsewhere = workspace / "elsewhere.yaml"
    elsewhere.write_text(SPEC.replace("library", "archive"), encoding="utf-8")
    entry = AppEntry("archive", str(elsewhere), str(workspace / "out"))
    State().remember(entry)
    assert SpecStore().entry("archive") == entry
    assert State().entries() == [entry]


def test_every_asset_says_where_its_code_is() -> None:
    for asset in defs.assets or ():
        assert isinstance(asset, dg.AssetsDefinition | dg.AssetSpec)
        if isinstance(asset, dg.AssetsDefinition):
            for key, metadata in asset.metadata_by_key.items():
                found = metadata["dagster/code_references"].code_references
                assert all(Path(reference.file_path).is_file() for reference in found), key
                files = {Path(reference.file_path).parts[-2] for reference in found}
                assert files == (
                    {"steps", "appgen_assets"} if key.path[-1] in STAGE_NAMES else {"appgen_assets"}
                )


def test_code_is_linked_to_its_repository_when_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPGEN_SOURCE_URL", "https://github.com/example/appgen/")
    (asset,) = referenced([frontend.app_spec])
    first, second = asset.metadata_by_key[dg.AssetKey("app_spec")]["dagster/code_references"].code_references
    base = "https://github.com/example/appgen/tree/main"
    assert first.url.startswith(f"{base}/appgen_assets/frontend.py#L")
    assert second.url.startswith(f"{base}/generator/stages/steps/app_spec.py#L")
