"""How every application of a fleet stands, read from the event log in a few queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import dagster as dg
import msgspec
from dagster._core.event_api import PartitionKeyFilter
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus as Outcome

from appgen_resources.history import PARTITION_TAG
from generator.core.errors import ToldError
from generator.stages.releases import Released, Releases, releases
from generator.stages.store import Store

UNFINISHED = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)

Stands = Literal["failing", "building", "never built", "warned", "green"]
_AT_ONCE = 16
ORDER: tuple[Stands, ...] = ("failing", "building", "never built", "warned", "green")


class AppStatus(msgspec.Struct, frozen=True):
    """One application: failed checks by severity, its last release, the run that is under way."""

    app: str
    state: Stands
    failing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    release: Released | None = None
    run: str = ""
    held: bool = False  # what is newer was rolled back


def fleet_status(
    instance: dg.DagsterInstance, keys: Sequence[dg.AssetCheckKey], store: Store, apps: Iterable[str]
) -> list[AppStatus]:
    """Return every application, those that need someone first; `keys` are the checks that count."""
    failed = _failed(instance, keys)
    busy = {run.tags.get(PARTITION_TAG, ""): run.run_id for run in _under_way(instance)}
    found = [
        _status(instance, app, failed.get(app, []), busy.get(app, ""), known)
        for app, known in all_releases(store, apps).items()
    ]
    return sorted(found, key=lambda status: (ORDER.index(status.state), status.app))


def all_releases(store: Store, apps: Iterable[str]) -> dict[str, Releases]:
    """Return application -> its releases, none that can't be read; an object store is asked many at once."""
    names = list(apps)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(names, pool.map(lambda app: _readable(store, app), names), strict=True))


def _readable(store: Store, app: str) -> Releases:
    try:
        return releases(store, app)
    except ToldError:  # its own build says so; the table of the fleet is not held up by one
        return Releases()


def _failed(
    instance: dg.DagsterInstance, keys: Sequence[dg.AssetCheckKey]
) -> dict[str, list[dg.AssetCheckKey]]:
    """Return application -> checks whose last evaluation has failed."""
    found: dict[str, list[dg.AssetCheckKey]] = defaultdict(list)
    for info in instance.event_log_storage.get_asset_check_partition_info(list(keys)):
        if info.partition_key is not None and info.latest_execution_status is Outcome.FAILED:
            found[info.partition_key].append(info.check_key)
    return found


def _under_way(instance: dg.DagsterInstance) -> Sequence[dg.DagsterRun]:
    return instance.get_runs(dg.RunsFilter(statuses=list(UNFINISHED)))


def _status(
    instance: dg.DagsterInstance, app: str, failed: list[dg.AssetCheckKey], run: str, known: Releases
) -> AppStatus:
    loud = set(_errors(instance, app, failed)) if failed else set()
    failing = tuple(sorted(_name(key) for key in loud))
    warnings = tuple(sorted(_name(key) for key in failed if key not in loud))
    state: Stands = "green"
    if run:
        state = "building"
    elif failing:
        state = "failing"
    elif known.current is None:
        state = "never built"
    elif warnings:
        state = "warned"
    return AppStatus(app, state, failing, warnings, known.current, run, bool(known.held))


def _errors(
    instance: dg.DagsterInstance, app: str, keys: list[dg.AssetCheckKey]
) -> Iterable[dg.AssetCheckKey]:
    """Return the checks that failed as errors, not as warnings."""
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(
        keys, PartitionKeyFilter(key=app)
    )
    for key, record in latest.items():
        answer = record.evaluation
        if not isinstance(answer, dg.AssetCheckEvaluation) or answer.severity is dg.AssetCheckSeverity.ERROR:
            yield key


def _name(key: dg.AssetCheckKey) -> str:
    return f"{key.asset_key.path[-1]}.{key.name}"
