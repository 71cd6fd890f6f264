"""A workspace of its own for each test, with a real event log in which builds can be recorded at once."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from appgen_assets.checks import CHECKS
from appgen_assets.definitions import defs
from appgen_assets.partitions import APPS
from appgen_assets.planning import plan_compiled
from appgen_resources.history import DATA_VERSION_TAG, KEY_TAG
from appgen_resources.instance import open_instance
from appgen_resources.specs import SpecStore
from appgen_resources.workshop import WorkshopResource
from generator.host.state import State
from generator.host.workshop import compile_spec
from generator.pipeline import STAGES
from generator.stages.releases import Released, note
from generator.stages.steps import release

SPEC = """\
app: {app}
entities:
  Note:
    fields:
      text: string(1..200)
"""
HOST = (
    "APPGEN_HOME",
    "APPGEN_STATE",
    "APPGEN_SPECS",
    "APPGEN_OPERATIONS",
    "APPGEN_ALERT_URLS",
    "APPGEN_UI_URL",
)


class Workspace:
    """Specs, the event log, and the sensors' ticks over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "specs").mkdir()
        self.state = State(folder / ".appgen")
        self.log = open_instance(self.state)

    def spec(self, app: str, text: str = SPEC) -> Path:
        path = self.folder / "specs" / f"{app}.yaml"
        path.write_text(text.replace("{app}", app), encoding="utf-8")
        return path

    def context(self, cursor: str | None = None) -> dg.SensorEvaluationContext:
        resources = {"specs": SpecStore(), "workshop": WorkshopResource()}
        return dg.build_sensor_context(
            instance=self.log, cursor=cursor, resources=resources, definitions=defs
        )

    def operations(self, text: str) -> None:
        (self.state.root / "operations.yaml").write_text(text, encoding="utf-8")

    def add(self, *apps: str) -> None:
        self.log.add_dynamic_partitions(APPS, list(apps))

    def record(
        self, app: str, *, ok: bool = True, old: bool = False, run_tags: dict[str, str] | None = None
    ) -> None:
        """Record a run as a build leaves it; `old`: as another generator would."""
        entry, workshop = SpecStore().entry(app), WorkshopResource().open()
        done = compile_spec(Path(entry.spec), workshop, out=entry.out)
        plan = plan_compiled(self.log, entry, done, workshop)
        if ok:
            release.run(done["app_bundle"].value, entry.out, title=app)
            note(workshop.store, app, Released(0, "2026-01-01", entry.out, done["app_bundle"].ref, 1))
        run = defs.resolve_job_def("build")
        made = self.log.create_run_for_job(run, tags={"dagster/partition": app, **(run_tags or {})})
        for stage in STAGES:
            key = f"{'old' if old else ''}{plan.keys[stage.name]}"[:40]
            tags = {KEY_TAG: key, DATA_VERSION_TAG: done[stage.name].ref.digest if stage.pure else ""}
            for event in self._events(app, stage.name, tags, ok=ok):
                self.log.report_dagster_event(event, made.run_id)
        end = dg.DagsterEventType.RUN_SUCCESS if ok else dg.DagsterEventType.RUN_FAILURE
        self.log.report_dagster_event(
            dg.DagsterEvent(end.value, made.job_name, message="recorded"), made.run_id
        )

    def _events(self, app: str, stage: str, tags: dict[str, str], *, ok: bool) -> Iterator[dg.DagsterEvent]:
        from dagster._core.events import StepMaterializationData  # noqa: PLC0415

        made = dg.AssetMaterialization(stage, partition=app, tags=tags)
        yield dg.DagsterEvent(
            dg.DagsterEventType.ASSET_MATERIALIZATION.value,
            "build",
            event_specific_data=StepMaterializationData(made),
        )
        for check in (check for check in CHECKS if check.stage == stage):
            answer = dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey(stage),
                check_name=check.name,
                passed=ok or stage != "smoke_result",
                metadata={},
                partition=app,
                blocking=check.blocking,
            )
            yield dg.DagsterEvent(
                dg.DagsterEventType.ASSET_CHECK_EVALUATION.value, "build", event_specific_data=answer
            )


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.chdir(tmp_path)
    for name in HOST:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    made = Workspace(tmp_path)
    yield made
    made.log.dispose()
