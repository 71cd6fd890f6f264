"""The spec folder: a new or changed spec starts one run of what is stale."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from appgen_assets.jobs import build
from appgen_assets.partitions import APPS, apps
from appgen_assets.planning import plan_app
from appgen_resources.specs import SpecStore
from appgen_resources.workshop import WorkshopResource
from generator.core.diagnostics import SpecError
from generator.core.digest import short_digest
from generator.host.overrides import override_folders

_SECONDS_A_TICK = 30.0


@dg.sensor(
    job=build,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Watches the spec folder: adds a partition for a new spec, builds what a change made stale.",
)
def spec_folder(
    context: dg.SensorEvaluationContext, specs: SpecStore, workshop: WorkshopResource
) -> dg.SensorResult:
    """Look at every spec whose file has changed since the last tick, as many as a tick has time for."""
    seen: dict[str, str] = json.loads(context.cursor) if context.cursor else {}
    found = specs.specs()
    known = set(context.instance.get_dynamic_partitions(APPS))
    requests: list[dg.RunRequest] = []
    end = time.monotonic() + _SECONDS_A_TICK
    for app, path in found.items():
        mark = _mark(path)
        if seen.get(app) != mark and time.monotonic() < end:
            requests.extend(_request(context.instance, app, mark, specs, workshop))
            seen[app] = mark
    new = sorted({str(r.partition_key) for r in requests} - known)
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=[apps.build_add_request(new)] if new else [],
        cursor=json.dumps({app: seen[app] for app in sorted(found) if app in seen}),
    )


def _mark(path: Path) -> str:
    """Return what changes whenever a spec's file or an override of it does."""
    stat = path.stat()
    own = [part for folder in override_folders(path) for part in _marks(folder)]
    return f"{path}:{stat.st_mtime_ns}:{stat.st_size}" + (f":{short_digest(own)}" if own else "")


def _marks(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        stat = path.lstat()
        yield f"{path.name}:{stat.st_mtime_ns}:{stat.st_size}"


def _request(
    instance: dg.DagsterInstance, app: str, mark: str, specs: SpecStore, workshop: WorkshopResource
) -> Iterator[dg.RunRequest]:
    """Yield the run of an application's stale stages; a wrong spec gets one that shows what is wrong."""
    try:
        plan = plan_app(instance, specs.entry(app), workshop.open())
    except SpecError:
        yield dg.RunRequest(
            f"spec:{app}:{mark}", partition_key=app, asset_selection=[dg.AssetKey("app_spec")]
        )
        return
    if plan.stale:
        yield dg.RunRequest(
            f"spec:{app}:{plan.keys['release']}", partition_key=app, asset_selection=plan.selection()
        )


SENSORS = (spec_folder,)
