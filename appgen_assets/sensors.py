"""The spec folder: a new or changed spec starts one run of what is stale, a removed one is archived."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import dagster as dg
from msgspec.structs import replace

from appgen_assets.jobs import build
from appgen_assets.partitions import APPS, apps
from appgen_assets.planning import plan_app, plan_broken, showing
from appgen_assets.stage_asset import WHY_TAG
from appgen_assets.switches import every, sensor_status
from appgen_resources.history import History
from appgen_resources.specs import SpecStore
from appgen_resources.watch import Marks, Watch, Watched, includes, read_watch, write_watch
from appgen_resources.workshop import WorkshopResource
from generator.core.diagnostics import SpecError
from generator.core.errors import ToldError
from generator.host.overrides import overrides_of
from generator.host.state import AppEntry
from generator.host.workshop import app_name, compile_as_far_as_possible
from generator.overrides.views import stage_of_source
from generator.pipeline import DIRECTIVES

TRIGGER_TAG = "appgen/trigger"
_SECONDS_A_TICK = 30.0
_REQUESTS_A_TICK = 100
_TICKS_GONE = 2  # a change of branches may remove a file for a moment


@dg.sensor(
    job=build,
    minimum_interval_seconds=every(30),
    default_status=sensor_status("spec_folder"),
    description=(
        "Watches the spec folder. A new spec becomes a partition, of a changed one what it made stale is "
        "built. Of a removed one the partition goes; what was delivered and its history stay."
    ),
)
def spec_folder(
    context: dg.SensorEvaluationContext, specs: SpecStore, workshop: WorkshopResource
) -> dg.SensorResult:
    """Look at every spec whose files have changed since the last tick, as many as a tick has time for."""
    known = set(context.instance.get_dynamic_partitions(APPS))
    watch = read_watch(context.cursor)
    found = specs.specs()
    looked = _look(_Tick(context, specs, workshop, Marks()), found, watch)
    gone = {app: seen for app, seen in _gone(known, found, watch, specs).items() if app not in looked.seen}
    removed = sorted(app for app, seen in gone.items() if seen.gone >= _TICKS_GONE)
    for app in removed:
        context.log.info(f"{app} is archived: its spec is gone")
    new = sorted(found.keys() - known)
    changes = [apps.build_add_request(new)] if new else []
    left = {app: seen for app, seen in gone.items() if app not in removed}
    return dg.SensorResult(
        run_requests=looked.requests,
        dynamic_partitions_requests=[*changes, *([apps.build_delete_request(removed)] if removed else [])],
        cursor=write_watch(Watch({**looked.seen, **left})),
    )


class _Tick(NamedTuple):
    context: dg.SensorEvaluationContext
    specs: SpecStore
    workshop: WorkshopResource
    marks: Marks


class _Looked(NamedTuple):
    requests: list[dg.RunRequest]
    seen: dict[str, Watched]


def _look(tick: _Tick, found: dict[str, Path], watch: Watch) -> _Looked:
    requests: list[dg.RunRequest] = []
    seen: dict[str, Watched] = {}
    end = time.monotonic() + _SECONDS_A_TICK
    for app, path in found.items():
        before = watch.apps.get(app)
        if before is not None and before.mark == tick.marks.of(path, before.includes):
            seen[app] = replace(before, gone=0) if before.gone else before
        elif time.monotonic() < end and len(requests) < _REQUESTS_A_TICK:
            _plan(tick, app, path, requests, seen)
        elif before is not None:
            seen[app] = before
    return _Looked(requests, seen)


def _plan(tick: _Tick, app: str, path: Path, requests: list[dg.RunRequest], seen: dict[str, Watched]) -> None:
    """Ask for what a changed spec makes stale; an application that can't be planned is tried again later."""
    try:
        files = includes(path, tick.workshop.open())
        # Before the planning: what changes meanwhile is seen by the next tick.
        marked = Watched(tick.marks.of(path, files), files)
        requests.extend(_request(tick, app, marked.mark))
        seen[app] = marked
    except (ToldError, OSError) as error:
        tick.context.log.warning(f"{app} is looked at again in the next tick: {error}")


def _request(tick: _Tick, app: str, marked: str) -> Iterator[dg.RunRequest]:
    """Yield the run of an application's stale stages; a wrong spec gets one that shows what is wrong."""
    entry = tick.specs.entry(app)
    try:
        plan = plan_app(tick.context.instance, entry, tick.workshop.open())
    except SpecError as error:
        why, key = "mistakes in what was written", marked
        chosen = showing(error, _at_fault(tick, entry))
    else:
        if not plan.stale:
            return
        why, key, chosen = plan.why, plan.keys["release"], plan.selection()
    tags = {WHY_TAG: why, TRIGGER_TAG: "spec_folder"}
    # A change that is taken back makes the key of before: only with what was made since is it another run.
    key = f"spec:{app}:{key}:{History(tick.context.instance, app).made()}"
    yield dg.RunRequest(key, partition_key=app, asset_selection=chosen, tags=tags)


def _at_fault(tick: _Tick, entry: AppEntry) -> list[dg.AssetKey]:
    """Return the assets that show what is wrong: roots of overrides, a stage that can't use one, the spec."""
    spec, workshop = Path(entry.spec), tick.workshop.open()
    try:
        overrides_of(spec)
    except SpecError:
        return [dg.AssetKey(name) for name in DIRECTIVES]
    compiled = compile_as_far_as_possible(spec, workshop, entry.out)
    stage = compiled.error and stage_of_source(compiled.error.diagnostics[0].span.file)
    if not stage:
        return [dg.AssetKey("app_spec")]
    return plan_broken(tick.context.instance, entry, compiled.done, stage).selection()


def _gone(known: set[str], found: dict[str, Path], watch: Watch, specs: SpecStore) -> dict[str, Watched]:
    """Return the folder's applications whose spec is not there; an empty folder is taken for a mishap."""
    folder = specs.watched()
    if not found:
        return {app: seen for app, seen in watch.apps.items() if app in known}
    missing: dict[str, Watched] = {}
    for app in sorted(known - found.keys()):
        entry = specs.state().entry(app)
        if entry is not None and Path(entry.spec).parent == folder and _is_gone(app, Path(entry.spec)):
            before = watch.apps.get(app, Watched(""))
            missing[app] = replace(before, gone=before.gone + 1)
    return missing


def _is_gone(app: str, spec: Path) -> bool:
    """Whether an application's file is not there any more, or is another application's now."""
    return not spec.exists() or app_name(spec) not in {app, None}


SENSORS = (spec_folder,)
