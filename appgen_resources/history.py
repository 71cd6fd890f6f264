"""What the event log knows of an application: last keys, last verdicts, runs that were cut off."""

from collections.abc import Mapping
from socket import gethostname
from typing import NamedTuple

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluation
from dagster._core.event_api import PartitionKeyFilter
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
)

from generator.core.digest import digest
from generator.host.pids import is_dead, own_tag
from generator.pipeline import STAGES

KEY_TAG = "appgen/key"
CACHE_TAG = "appgen/cache"
PROCESS_TAG = "appgen/process"
DATA_VERSION_TAG = "dagster/data_version"
PARTITION_TAG = "dagster/partition"


class Last(NamedTuple):
    """An asset's last materialization: its key, its data version, its run."""

    key: str
    version: str
    run: str


class History:
    """Reads one application's partition of the event log."""

    def __init__(self, instance: dg.DagsterInstance, app: str) -> None:
        self._instance = instance
        self._app = app

    def last(self, asset: str) -> Last | None:
        """Return what is known of an asset's last materialization; None if there is none."""
        chosen = dg.AssetRecordsFilter(dg.AssetKey(asset), asset_partitions=[self._app])
        records = self._instance.fetch_materializations(chosen, limit=1).records
        made = records[0].asset_materialization if records else None
        if made is None:
            return None
        tags = made.tags or {}
        return Last(tags.get(KEY_TAG, ""), tags.get(DATA_VERSION_TAG, ""), records[0].run_id)

    def made(self) -> str:
        """Return what stands for the runs that have made the outputs of now."""
        last = [self.last(stage.name) for stage in STAGES]
        return digest([found.run for found in last if found is not None])[:12]

    def unsettled(self, checks: dict[str, list[str]], runs: dict[str, str]) -> set[str]:
        """Return the assets for which a check is missing or has failed since `runs` made them."""
        keys = [dg.AssetCheckKey(dg.AssetKey(asset), name) for asset in runs for name in checks[asset]]
        latest = self._instance.event_log_storage.get_latest_asset_check_execution_by_key(
            keys, PartitionKeyFilter(key=self._app)
        )
        return {
            key.asset_key.path[-1]
            for key in keys
            if not _settled(latest.get(key), runs[key.asset_key.path[-1]])
        }

    def close_lost_runs(self) -> list[str]:
        """Mark the application's runs whose process was killed as failed; returns their ids."""
        return close_lost_runs(self._instance, {PARTITION_TAG: self._app})


def this_process() -> str:
    """Return "<host> <pid>_<birth>", by which a later look tells whether a run's process is still there."""
    return f"{gethostname()} {own_tag()}"


def close_lost_runs(instance: dg.DagsterInstance, tags: Mapping[str, str] | None = None) -> list[str]:
    """Mark runs whose process on this machine was killed as failed; returns their ids."""
    unfinished = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTED]
    started = instance.get_runs(dg.RunsFilter(tags=dict(tags or {}), statuses=unfinished))
    lost = [run for run in started if _is_lost(run.tags.get(PROCESS_TAG, ""))]
    for run in lost:
        instance.report_run_failed(run, "The process was killed.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in lost]


def _is_lost(process: str) -> bool:
    host, _, tag = process.rpartition(" ")
    return host == gethostname() and is_dead(tag)


def _settled(record: AssetCheckExecutionRecord | None, run: str) -> bool:
    """Whether a check was asked in that run, and passed or stops nothing: it would say the same again."""
    if record is None or record.run_id != run:
        return False
    if record.status is AssetCheckExecutionRecordStatus.SUCCEEDED:
        return True
    found = record.evaluation
    if not isinstance(found, AssetCheckEvaluation):
        return False
    return not found.blocking or found.severity is dg.AssetCheckSeverity.WARN
