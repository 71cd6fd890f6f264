"""The spec folder's sensor: new, changed, removed; one run per change, nothing when nothing has changed."""

import time

import dagster as dg
import pytest

from appgen_assets.definitions import defs
from appgen_assets.partitions import APPS
from appgen_assets.sensors import spec_folder
from appgen_resources.history import History
from generator.pipeline import DIRECTIVES, STAGES
from tests.operations.conftest import SPEC, Workspace


def tick(workspace: Workspace, cursor: str | None = None) -> dg.SensorResult:
    result = spec_folder(workspace.context(cursor))
    assert isinstance(result, dg.SensorResult)
    for change in result.dynamic_partitions_requests or []:
        if isinstance(change, dg.AddDynamicPartitionsRequest):
            workspace.log.add_dynamic_partitions(APPS, list(change.partition_keys))
        else:
            for key in change.partition_keys:
                workspace.log.delete_dynamic_partition(APPS, key)
    return result


def asked(result: dg.SensorResult) -> dict[str, set[str]]:
    return {
        str(r.partition_key): {key.path[-1] for key in r.asset_selection or []}
        for r in result.run_requests or []
    }


def test_a_field_changed_in_one_spec_starts_one_run_of_one_partition(workspace: Workspace) -> None:
    for app in ("alpha", "beta", "gamma"):
        workspace.spec(app)
    first = tick(workspace)
    assert set(asked(first)) == {"alpha", "beta", "gamma"}
    for app in ("alpha", "beta", "gamma"):
        workspace.record(app)
    quiet = tick(workspace, first.cursor)
    assert not quiet.run_requests
    workspace.spec("beta", SPEC.replace("1..200", "1..300"))
    changed = tick(workspace, quiet.cursor)
    assert list(asked(changed)) == ["beta"]
    assert {"app_spec", "schemas", "models", "migrations", "release"} <= asked(changed)["beta"]


def test_a_change_that_is_taken_back_is_a_run_of_its_own(workspace: Workspace) -> None:
    workspace.spec("alpha")
    cursor, keys = None, []
    for text in (SPEC, SPEC.replace("1..200", "1..300"), SPEC):
        workspace.spec("alpha", text)
        result = tick(workspace, cursor)
        again = tick(workspace, cursor)  # as after a crash before the cursor was kept
        assert [r.run_key for r in again.run_requests or []] == [r.run_key for r in result.run_requests or []]
        keys += [r.run_key for r in result.run_requests or []]
        cursor = result.cursor
        workspace.record("alpha")
    assert len(set(keys)) == 3


def test_what_would_lose_rows_starts_a_run_that_shows_it(workspace: Workspace) -> None:
    workspace.spec("alpha")
    first = tick(workspace)
    workspace.record("alpha")
    workspace.spec("alpha", SPEC.replace("text:", "body:"))
    refused = tick(workspace, first.cursor)
    assert asked(refused) == {"alpha": {"app_spec", "application_ir", "migrations", "migrations_directives"}}
    result = defs.resolve_job_def("build").execute_in_process(
        instance=workspace.log,
        partition_key="alpha",
        asset_selection=[dg.AssetKey(name) for name in asked(refused)["alpha"]],
        run_config={"loggers": {"appgen": {}}},
        raise_on_error=False,
    )
    failed = [e for e in result.all_events if e.is_step_failure]
    assert [e.step_key for e in failed] == ["migrations"]
    told = failed[0].step_failure_data.user_failure_data
    assert told is not None
    assert "alpha.yaml:3:3: error M101" in (told.description or "")


def test_a_touched_file_is_looked_at_and_starts_nothing(workspace: Workspace) -> None:
    path = workspace.spec("alpha")
    first = tick(workspace)
    workspace.record("alpha")
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    again = tick(workspace, first.cursor)
    assert not again.run_requests
    assert again.cursor != first.cursor


def test_an_included_file_counts_and_so_does_a_stored_scenario(workspace: Workspace) -> None:
    (workspace.folder / "specs" / "parts").mkdir()
    part = workspace.folder / "specs" / "parts" / "tag.yaml"
    part.write_text("entities:\n  Tag:\n    fields:\n      name: string(1..20)\n", encoding="utf-8")
    workspace.spec("alpha", SPEC.replace("entities:", "include: [parts/tag.yaml]\nentities:"))
    first = tick(workspace)
    assert set(asked(first)) == {"alpha"}
    workspace.record("alpha")
    part.write_text("entities:\n  Tag:\n    fields:\n      name: string(1..30)\n", encoding="utf-8")
    second = tick(workspace, first.cursor)
    assert set(asked(second)) == {"alpha"}
    workspace.record("alpha")
    assert not tick(workspace, second.cursor).run_requests


def test_a_renamed_application_is_a_new_one_and_the_old_one_goes(workspace: Workspace) -> None:
    path = workspace.spec("alpha")
    first = tick(workspace)
    workspace.record("alpha")
    path.write_text(path.read_text(encoding="utf-8").replace("app: alpha", "app: omega"), encoding="utf-8")
    second = tick(workspace, first.cursor)
    assert set(asked(second)) == {"omega"}
    tick(workspace, second.cursor)
    assert workspace.log.get_dynamic_partitions(APPS) == ["omega"]


def test_a_removed_spec_loses_its_partition_and_nothing_else(workspace: Workspace) -> None:
    workspace.spec("alpha")
    path = workspace.spec("beta")
    first = tick(workspace)
    workspace.record("beta")
    delivered = workspace.folder / "build" / "beta" / "app" / "main.py"
    text = path.read_text(encoding="utf-8")
    path.unlink()
    second = tick(workspace, first.cursor)
    assert "beta" in workspace.log.get_dynamic_partitions(APPS), "a checkout may remove it for a moment"
    third = tick(workspace, second.cursor)
    assert workspace.log.get_dynamic_partitions(APPS) == ["alpha"]
    assert delivered.is_file()
    assert History(workspace.log, "beta").last("release") is not None
    path.write_text(text, encoding="utf-8")
    back = tick(workspace, third.cursor)
    assert sorted(workspace.log.get_dynamic_partitions(APPS)) == ["alpha", "beta"]
    assert not back.run_requests, "its history is still known, and what was delivered still lies there"


def test_an_empty_folder_archives_nothing(workspace: Workspace) -> None:
    path = workspace.spec("alpha")
    cursor = tick(workspace).cursor
    path.unlink()
    for _ in range(4):
        cursor = tick(workspace, cursor).cursor
    assert workspace.log.get_dynamic_partitions(APPS) == ["alpha"]


def test_what_was_built_from_elsewhere_is_left_alone(workspace: Workspace) -> None:
    workspace.spec("alpha")
    workspace.add("stranger")
    cursor = tick(workspace).cursor
    for _ in range(3):
        cursor = tick(workspace, cursor).cursor
    assert "stranger" in workspace.log.get_dynamic_partitions(APPS)


def test_a_spec_that_is_wrong_does_not_keep_the_others_back(workspace: Workspace) -> None:
    workspace.spec("alpha", SPEC.replace("string(1..200)", "strong"))
    workspace.spec("beta")
    told = asked(tick(workspace))
    assert told["alpha"] == {"app_spec"}
    assert told["beta"] == {stage.name for stage in STAGES}


def test_an_override_counts_and_its_mistakes_are_shown_where_they_are(workspace: Workspace) -> None:
    workspace.spec("alpha")
    first = tick(workspace)
    workspace.record("alpha")
    override = workspace.folder / "specs" / "alpha.overrides" / "nowhere" / "x.txt"
    override.parent.mkdir(parents=True)
    override.write_text("x\n", encoding="utf-8")
    second = tick(workspace, first.cursor)
    assert asked(second) == {"alpha": set(DIRECTIVES)}
    override.unlink()
    assert not tick(workspace, second.cursor).run_requests


@pytest.mark.slow
def test_a_tick_over_a_thousand_specs_takes_less_than_two_seconds(workspace: Workspace) -> None:
    names = [f"app-{number:04}" for number in range(1000)]
    for name in names:
        workspace.spec(name)
    workspace.add(*names)
    from appgen_resources.watch import Marks, Watch, Watched, write_watch  # noqa: PLC0415

    marks = Marks()
    seen = {name: Watched(marks.of(workspace.folder / "specs" / f"{name}.yaml")) for name in names}
    cursor = write_watch(Watch(seen))
    began = time.perf_counter()
    result = tick(workspace, cursor)
    seconds = time.perf_counter() - began
    assert not result.run_requests
    assert result.cursor == cursor
    assert seconds < 2, f"{seconds:.2f} s"
    print(f"{seconds:.2f} s")
