"""What a fleet costs on this machine; prints tables, and what was wanted beside what was measured.

usage: python benchmarks/fleet.py [--apps 200] [--workers 2] [--specs 1000] [--partitions 1000]
                                  [--parts tick,overhead,fleet,ui]

- tick: the spec folder's sensor over --specs specs: nothing changed, then one field of one spec
- overhead: what Dagster adds to each materialized asset, with the ephemeral and the SQLite instance
- fleet: --apps generated specs: first builds, then the nightly run of all of them; where the seconds go
- ui: pages of the Dagster UI with --partitions partitions, in a browser (scripts/install_browser.sh)
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
from rich.console import Console
from rich.table import Table
from synthetic import spec as synthetic_spec

from appgen_assets.checks import names_by_stage
from appgen_assets.definitions import defs
from appgen_assets.partitions import APPS, apps
from appgen_assets.planning import plan_app
from appgen_assets.progress import NAME, progress_logger
from appgen_assets.schedules import nightly
from appgen_assets.sensors import spec_folder
from appgen_resources.instance import open_instance
from appgen_resources.specs import SpecStore
from appgen_resources.workshop import WorkshopResource
from generator.host.state import State
from generator.pipeline import EXTERNAL, STAGES

ROOT = Path(__file__).parents[1]
QUIET = {"loggers": {NAME: {}}}
PARTS = ("tick", "overhead", "fleet", "ui")
_PATIENCE = 120_000
CONSOLE = Console(width=110)


class Result:
    """One table, printed at the end of a part."""

    def __init__(self, title: str, *columns: str) -> None:
        self._table = Table(title=title, title_justify="left")
        for number, column in enumerate(columns):
            self._table.add_column(column, justify="left" if number == 0 else "right")

    def add(self, *cells: object) -> None:
        """Add a row; seconds with two digits."""
        self._table.add_row(*(f"{c:.2f}" if isinstance(c, float) else str(c) for c in cells))

    def show(self) -> None:
        """Print it."""
        CONSOLE.print(self._table)


@contextmanager
def workspace(names: list[str]) -> Iterator[Path]:
    """Make a working directory with a spec per name; the process works in it meanwhile."""
    before = Path.cwd()
    kept = {n: os.environ.pop(n) for n in ("APPGEN_HOME", "APPGEN_STATE", "APPGEN_SPECS") if n in os.environ}
    folder = Path(tempfile.mkdtemp(prefix="appgen-fleet-"))
    (folder / "specs").mkdir()
    for number, name in enumerate(names):
        write_spec(folder, name, 100 + number)
    os.chdir(folder)
    State().share()
    try:
        yield folder
    finally:
        os.chdir(before)
        os.environ.pop("APPGEN_STATE", None)
        os.environ.update(kept)
        shutil.rmtree(folder, ignore_errors=True)


def write_spec(folder: Path, name: str, length: int) -> None:
    """Write a spec of five entities; `length` makes it another than its neighbours."""
    text = synthetic_spec(5).replace("app: synthetic-5", f"app: {name}")
    (folder / "specs" / f"{name}.yaml").write_text(text.replace("1..40", f"1..{length}"), encoding="utf-8")


def named(count: int) -> list[str]:
    return [f"app-{number:04}" for number in range(count)]


# --- the spec folder --------------------------------------------------------------


def tick(count: int) -> None:
    names = named(count)
    with workspace(names) as folder:
        instance = open_instance(State())
        instance.add_dynamic_partitions(APPS, names)
        cursor = seen(names, folder)
        result = Result(f"the spec folder's tick, {count} specs", "what", "s", "wanted", "runs asked for")
        quiet = [timed_tick(instance, cursor) for _ in range(3)]
        runs = len(quiet[-1][1].run_requests or [])
        result.add("nothing has changed", statistics.median(s for s, _ in quiet), "2", runs)
        write_spec(folder, names[count // 2], 90)
        seconds, changed = timed_tick(instance, cursor)
        asked = ", ".join(str(r.partition_key) for r in changed.run_requests or [])
        result.add("one field of one spec", seconds, "", f"{len(changed.run_requests or [])} ({asked})")
        result.show()


def seen(names: list[str], folder: Path) -> str:
    """Return the cursor of a sensor that has looked at every spec."""
    from appgen_resources.watch import Marks, Watch, Watched, write_watch  # noqa: PLC0415

    marks = Marks()
    return write_watch(Watch({n: Watched(marks.of(folder / "specs" / f"{n}.yaml")) for n in names}))


def timed_tick(instance: dg.DagsterInstance, cursor: str) -> tuple[float, dg.SensorResult]:
    resources = {"specs": SpecStore(), "workshop": WorkshopResource()}
    context = dg.build_sensor_context(instance=instance, cursor=cursor, resources=resources, definitions=defs)
    began = time.perf_counter()
    result = spec_folder(context)
    assert isinstance(result, dg.SensorResult)
    return time.perf_counter() - began, result


# --- Dagster's own share ------------------------------------------------------------


def overhead() -> None:
    """Run the whole graph, its checks included, with functions that do nothing: the rest is Dagster's."""
    result = Result("what Dagster adds to a materialized asset", "instance", "ms", "ms of CPU", "wanted")
    idle = idle_graph()
    with workspace(["alone"]):
        instance = open_instance(State())
        with dg.DagsterInstance.ephemeral() as ephemeral:
            result.add("ephemeral", *added(ephemeral, idle), "100")
        result.add("SQLite", *added(instance, idle), "250")
    result.show()


def idle_graph() -> dg.Definitions:
    checks = names_by_stage()
    assets = []
    for stage in STAGES:
        names = {i.stage for i in stage.inputs if i.stage not in EXTERNAL}
        specs = [
            dg.AssetCheckSpec(name, asset=stage.name, partitions_def=apps) for name in checks[stage.name]
        ]
        assets.append(idle_asset(stage.name, names, set(stage.after), specs))
    job = dg.define_asset_job("idle", selection=dg.AssetSelection.all())
    return dg.Definitions(
        assets=assets,
        jobs=[job],
        executor=dg.in_process_executor,
        loggers={NAME: progress_logger},
        resources={"io_manager": dg.mem_io_manager},
    )


def idle_asset(name: str, names: set[str], after: set[str], specs: list[dg.AssetCheckSpec]) -> Any:
    @dg.asset(
        name=name,
        ins={n: dg.AssetIn(n) for n in names},
        deps=[dg.AssetDep(n) for n in after],
        check_specs=specs,
        partitions_def=apps,
    )
    def idle(**inputs):  # type: ignore[no-untyped-def]  # noqa: ANN003, ANN202, ARG001 - Dagster reads annotations
        answers = [dg.AssetCheckResult(check_name=spec.name, passed=True) for spec in specs]
        return dg.MaterializeResult(value=name, check_results=answers, data_version=dg.DataVersion(name))

    return idle


def added(instance: dg.DagsterInstance, idle: dg.Definitions) -> tuple[float, float]:
    """Return milliseconds per asset, and of CPU; the first run, which makes the tables, does not count."""
    instance.add_dynamic_partitions(APPS, ["alone"])
    rounds = []
    for _ in range(4):
        began, cpu = time.perf_counter(), time.process_time()
        job = idle.resolve_job_def("idle")
        done = job.execute_in_process(instance=instance, partition_key="alone", run_config=QUIET)
        assert done.success
        rounds.append((time.perf_counter() - began, time.process_time() - cpu))
    walls, cpus = zip(*rounds[1:], strict=True)
    return tuple(1000 * statistics.median(part) / len(STAGES) for part in (walls, cpus))


# --- a fleet --------------------------------------------------------------------------


def fleet(count: int, workers: int) -> None:
    names = named(count)
    with workspace(names):
        instance = open_instance(State())
        instance.add_dynamic_partitions(APPS, names)
        first = timed_runs(first_build, names, workers)
        context = dg.build_schedule_context(instance=instance, scheduled_execution_time=datetime.now(UTC))
        asked = [str(request.partition_key) for request in nightly(context)]
        assert sorted(asked) == names
        night = timed_runs(verify_again, asked, workers)
        result = Result(
            f"{count} applications of 5 entities, {workers} at a time",
            "what",
            "failed",
            "s",
            "s per app",
            "median",
        )
        for what, (seconds, each) in (("first builds", first), ("the nightly run", night)):
            failed = sum(1 for _, ok in each if not ok)
            per = statistics.median(s for s, _ in each)
            result.add(what, failed, seconds, seconds / count, per)
        result.show()
        where(instance, "build", "first builds")
        where(instance, "verify", "the nightly run")


def timed_runs(work: Any, names: list[str], workers: int) -> tuple[float, list[tuple[float, bool]]]:
    began = time.perf_counter()
    with ProcessPoolExecutor(workers) as pool:
        each = list(pool.map(work, names))
    return time.perf_counter() - began, each


def first_build(app: str) -> tuple[float, bool]:
    instance = open_instance(State())
    began = time.perf_counter()
    plan = plan_app(instance, SpecStore().entry(app), WorkshopResource().open())
    done = run_job(instance, "build", app, plan.selection())
    return time.perf_counter() - began, done


def verify_again(app: str) -> tuple[float, bool]:
    instance = open_instance(State())
    began = time.perf_counter()
    done = run_job(instance, "verify", app, None)
    return time.perf_counter() - began, done


def run_job(instance: dg.DagsterInstance, job: str, app: str, selection: list[dg.AssetKey] | None) -> bool:
    done = defs.resolve_job_def(job).execute_in_process(
        instance=instance,
        partition_key=app,
        asset_selection=selection,
        run_config=QUIET,
        raise_on_error=False,
    )
    return bool(done.success)


def where(instance: dg.DagsterInstance, job: str, title: str) -> None:
    """Print what the steps of all runs of a job took, from the event log."""
    took: dict[str, list[float]] = defaultdict(list)
    walls = []
    for record in instance.get_run_records(dg.RunsFilter(job_name=job)):
        walls.append((record.end_time or 0) - (record.start_time or 0))
        for step, seconds in steps_of(instance, record.dagster_run.run_id).items():
            took[step].append(seconds)
    result = Result(f"where the seconds of {title} go", "step", "s per app", "median", "most")
    for step, seconds in sorted(took.items(), key=lambda row: -sum(row[1])):
        result.add(step, sum(seconds) / len(walls), statistics.median(seconds), max(seconds))
    between = sum(walls) - sum(sum(seconds) for seconds in took.values())
    result.add("Dagster between the steps", between / len(walls), "", "")
    result.show()


def steps_of(instance: dg.DagsterInstance, run: str) -> dict[str, float]:
    kinds = {
        dg.DagsterEventType.STEP_START,
        dg.DagsterEventType.STEP_SUCCESS,
        dg.DagsterEventType.STEP_FAILURE,
    }
    began: dict[str, float] = {}
    took = {}
    for entry in instance.all_logs(run, of_type=kinds):
        event = entry.dagster_event
        if event is None or event.step_key is None:
            continue
        if event.event_type is dg.DagsterEventType.STEP_START:
            began[event.step_key] = entry.timestamp
        elif event.step_key in began:
            took[event.step_key] = entry.timestamp - began[event.step_key]
    return took


# --- the UI -----------------------------------------------------------------------------


def ui(count: int) -> None:
    names = named(count)
    with workspace(["app-0000"]):
        instance = open_instance(State())
        instance.add_dynamic_partitions(APPS, names)
        for stage in STAGES:
            for name in names:
                instance.report_runless_asset_event(dg.AssetMaterialization(stage.name, partition=name))
        instance.dispose()
        show_pages(count)


def show_pages(count: int) -> None:
    script = screenshots()
    groups = ",".join(f"global@global:{name}" for name in ("frontend", "backend", "verification", "repair"))
    pages = {
        "lineage": (f"/asset-groups?expanded={groups}", "smoke_result"),
        "an asset": ("/assets/smoke_result", "Description"),
        "its partitions": ("/assets/smoke_result?view=partitions", "app-0000"),
        "one partition": (
            "/assets/smoke_result?view=partitions&partition=app-0000",
            "Latest materialization",
        ),
        "its checks": ("/assets/smoke_result?view=checks", "all_passed"),
        "all applications": ("/assets/app_status", "Description"),
    }
    result = Result(f"pages with {count} partitions, in a browser, s", "page", "first", "again", "wanted")
    with script.running_ui(script.free_port()) as address, script.browser_page() as page:
        page.set_default_timeout(_PATIENCE)
        for name, (path, text) in pages.items():
            result.add(name, *(visit(page, address + path, text) for _ in range(2)), "5")
    result.show()


def visit(page: Any, url: str, text: str) -> float:
    page.goto("about:blank")
    began = time.perf_counter()
    page.goto(url)
    page.get_by_text(text).first.wait_for()
    return time.perf_counter() - began


def screenshots() -> Any:
    path = ROOT / "scripts" / "screenshots.py"
    spec = importlib.util.spec_from_file_location("screenshots", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--apps", type=int, default=200)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--specs", type=int, default=1000)
    parser.add_argument("--partitions", type=int, default=1000)
    parser.add_argument("--parts", default=",".join(PARTS), help="comma-separated, of " + ", ".join(PARTS))
    chosen = parser.parse_args()
    wanted = chosen.parts.split(",")
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if "tick" in wanted:
        tick(chosen.specs)
    if "overhead" in wanted:
        overhead()
    if "fleet" in wanted:
        fleet(chosen.apps, chosen.workers)
    if "ui" in wanted:
        ui(chosen.partitions)


if __name__ == "__main__":
    sys.exit(main())
