"""A new generator: canaries first, the others only when all of them are green, a wave at a time."""

from typing import Any

import dagster as dg
import msgspec
import pytest

from appgen_assets.alerts import alerts
from appgen_assets.definitions import defs
from appgen_assets.waves import CANARIES_CHECK, ROLLOUT, WAVE_TAG, generator_upgrades, generator_version
from appgen_resources.operations.model import Waves
from appgen_resources.waves import Rollout, Standing, advance, begin
from tests.alerts.conftest import Hook, hook
from tests.operations.conftest import Workspace

__all__ = ["hook"]  # a fixture
APPS = ("alpha", "beta", "delta", "gamma")


class Fleet:
    """Four applications that an older generator has built."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.cursor: str | None = None
        for app in APPS:
            workspace.spec(app)
            workspace.record(app, old=True)
        workspace.add(*APPS)

    def tick(self) -> list[str]:
        result = generator_upgrades(self.workspace.context(self.cursor))
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor
        return [str(r.partition_key) for r in result.run_requests or []]

    def built(self, *apps: str, ok: bool = True) -> None:
        for app in apps:
            self.workspace.record(app, ok=ok, run_tags={WAVE_TAG: generator_version()})

    @property
    def rollout(self) -> Rollout:
        return msgspec.json.decode(self.cursor or "{}", type=Rollout)

    def shown(self) -> dict[str, Any]:
        event = self.workspace.log.get_latest_materialization_event(dg.AssetKey(ROLLOUT))
        assert event is not None
        assert event.asset_materialization is not None
        return {name: value.value for name, value in event.asset_materialization.metadata.items()}

    def canaries_well(self) -> bool:
        key = dg.AssetCheckKey(dg.AssetKey(ROLLOUT), CANARIES_CHECK)
        latest = self.workspace.log.event_log_storage.get_latest_asset_check_execution_by_key([key])
        evaluation = latest[key].evaluation
        assert isinstance(evaluation, dg.AssetCheckEvaluation)
        return evaluation.passed


@pytest.fixture
def fleet(workspace: Workspace) -> Fleet:
    workspace.operations("waves: {canaries: [beta, delta], size: 1}\n")
    return Fleet(workspace)


def test_the_canaries_then_the_rest_a_wave_at_a_time(fleet: Fleet) -> None:
    assert fleet.tick() == ["beta", "delta"]
    fleet.built("beta")
    fleet.built("delta")
    assert fleet.tick() == ["alpha"]
    fleet.built("alpha")
    assert fleet.tick() == ["gamma"]
    fleet.built("gamma")
    assert fleet.tick() == []
    assert fleet.rollout.phase == "done"
    assert fleet.shown()["phase"] == "done"
    assert fleet.shown()["green"] == 4
    assert fleet.tick() == []


def test_a_generator_bug_touches_the_canaries_only(fleet: Fleet) -> None:
    assert fleet.tick() == ["beta", "delta"]
    fleet.built("beta")
    fleet.built("delta", ok=False)
    for _ in range(3):
        assert fleet.tick() == []
    assert fleet.rollout.phase == "stopped"
    assert fleet.shown()["phase"] == "stopped"
    assert fleet.shown()["failed canaries"] == "delta"
    assert not fleet.canaries_well()
    runs = fleet.workspace.log.get_runs(dg.RunsFilter(tags={WAVE_TAG: generator_version()}))
    assert {run.tags["dagster/partition"] for run in runs} == {"beta", "delta"}


def test_a_canary_that_was_mended_lets_the_wave_go_on(fleet: Fleet) -> None:
    fleet.tick()
    fleet.built("beta")
    fleet.built("delta", ok=False)
    fleet.tick()
    fleet.workspace.record("delta")
    assert fleet.tick() == ["alpha"]
    assert fleet.canaries_well()


def test_an_application_that_is_up_to_date_is_not_built_again(fleet: Fleet) -> None:
    for app in ("beta", "delta", "alpha"):
        fleet.workspace.record(app)
    assert fleet.tick() == []
    ticks = [fleet.tick() for _ in range(4)]
    assert [apps for apps in ticks if apps] == [["gamma"]]


def test_a_stopped_wave_is_told_once_and_so_is_its_going_on(fleet: Fleet, hook: Hook) -> None:
    fleet.workspace.operations(f"waves: {{canaries: [beta, delta]}}\nalerts: [{{to: '{hook.url}'}}]\n")
    fleet.tick()
    fleet.built("beta")
    fleet.built("delta", ok=False)
    fleet.tick()
    for _ in range(2):
        alerts(fleet.workspace.context())
    title = "the fleet: generator_rollout.canaries_green"
    assert [t for t in hook.titles if t.startswith("the fleet")] == [f"{title} failed"]
    (told,) = [m["message"] for m in hook.got if m["title"].startswith("the fleet")]
    assert "stays with the canaries: delta failed" in told
    fleet.workspace.record("delta")
    fleet.tick()
    alerts(fleet.workspace.context())
    assert [t for t in hook.titles if t.startswith("the fleet")][1:] == [f"{title} is well again"]


# --- who is next, without an event log -----------------------------------------


def drive(rollout: Rollout, waves: Waves, answers: dict[str, Standing], busy: str = "") -> Any:
    return advance(rollout, waves, lambda app: answers.get(app, "building"), lambda app: app in busy)


def test_without_names_the_first_few_are_the_canaries() -> None:
    assert begin("v", ["c", "a", "b", "d"], Waves(first=2)).canaries == ("a", "b")
    assert begin("v", ["c", "a"], Waves(canaries=("z*",), first=1)).canaries == ("a",)


def test_no_wave_begins_while_the_last_one_is_under_way() -> None:
    waves = Waves(first=1, size=2)
    rollout, chosen = drive(begin("v", "abcde", waves), waves, {})
    assert chosen == ["a"]
    rollout, chosen = drive(rollout, waves, {"a": "green"})
    assert chosen == ["b", "c"]
    rollout, chosen = drive(rollout, waves, {"b": "green", "c": "building"})
    assert chosen == []
    rollout, chosen = drive(rollout, waves, {"c": "failed"})
    assert chosen == ["d", "e"], "a failure behind the canaries is told, and keeps nobody back"


def test_an_application_that_is_archived_meanwhile_is_dropped() -> None:
    waves = Waves(first=2, size=2)
    rollout, _ = drive(begin("v", "abc", waves), waves, {})
    rollout, chosen = drive(rollout.without(lambda app: app == "a"), waves, {"b": "green"})
    assert rollout.canaries == ("b",)
    assert chosen == ["c"]


def test_who_is_busy_with_another_run_is_asked_later() -> None:
    waves = Waves(first=2)
    rollout, chosen = drive(begin("v", "abc", waves), waves, {}, busy="a")
    assert chosen == ["b"]
    rollout, chosen = drive(rollout, waves, {"b": "green"})
    assert chosen == ["a"]


def test_what_was_never_released_is_built_with_this_version_anyway(workspace: Workspace) -> None:
    workspace.spec("alpha")
    workspace.add("alpha")
    result = generator_upgrades(workspace.context())
    assert isinstance(result, dg.SensorResult)
    assert not result.run_requests
    again = generator_upgrades(workspace.context(result.cursor))
    assert isinstance(again, dg.SensorResult)
    assert not again.run_requests


def test_a_build_under_way_is_waited_for(fleet: Fleet) -> None:
    job = defs.resolve_job_def("build")
    busy = fleet.workspace.log.create_run_for_job(job, tags={"dagster/partition": "beta"})
    assert fleet.tick() == ["delta"]
    fleet.built("delta")
    fleet.workspace.log.report_run_failed(busy, "over")
    assert fleet.tick() == ["beta"]
