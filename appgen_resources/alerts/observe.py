"""What finished runs say: every check that they evaluated, every asset that they made or could not make."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import dagster as dg
from dagster import DagsterEventType as Kind
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecord

from appgen_resources.alerts.model import Observation, Problem, Subject
from appgen_resources.alerts.problems import problem, problems_of
from appgen_resources.history import PARTITION_TAG
from appgen_resources.operations.model import Severity
from generator.stages.store import Store

ATTEMPT_TAG = "appgen/repair_attempt"
_ENDS = (Kind.RUN_SUCCESS, Kind.RUN_FAILURE, Kind.RUN_CANCELED)
_ASKED = {Kind.ASSET_CHECK_EVALUATION, Kind.ASSET_MATERIALIZATION, Kind.STEP_SUCCESS, Kind.STEP_FAILURE}
_RUNS_A_TICK = 50
_LOOK_BACK = 3600.0  # seconds, at the first tick ever
_GATE_ERROR = "DagsterAssetCheckFailedError"


class Ended(NamedTuple):
    """A run that is over, by its id in the event log."""

    storage_id: int
    kind: str
    run: dg.DagsterRun
    at: float


def ended_runs(instance: dg.DagsterInstance, cursors: Mapping[str, int]) -> list[Ended]:
    """Return the runs that ended since, oldest first, at most so many; at first those of the last hour."""
    found = [ended for kind in _ENDS for ended in _ended(instance, kind, cursors)]
    return sorted(found)[:_RUNS_A_TICK]


def _ended(instance: dg.DagsterInstance, kind: Kind, cursors: Mapping[str, int]) -> Iterator[Ended]:
    chosen = dg.RunStatusChangeRecordsFilter(
        event_type=kind,  # type: ignore[arg-type]
        after_storage_id=cursors.get(kind.value),
    )
    records = instance.fetch_run_status_changes(chosen, limit=_RUNS_A_TICK, ascending=True).records
    for record in records:
        run = instance.get_run_by_id(record.run_id)
        if run is not None:
            yield Ended(record.storage_id, kind.value, run, record.timestamp)


def first_cursors(instance: dg.DagsterInstance) -> dict[str, int]:
    """Return where to begin in a history that was never looked at: an hour ago."""
    return {kind.value: _before(instance, kind) for kind in _ENDS}


def _before(instance: dg.DagsterInstance, kind: Kind) -> int:
    chosen = dg.RunStatusChangeRecordsFilter(
        event_type=kind,  # type: ignore[arg-type]
        before_timestamp=time.time() - _LOOK_BACK,
    )
    records = instance.fetch_run_status_changes(chosen, limit=1).records
    return records[0].storage_id if records else 0


def advanced(cursors: Mapping[str, int], ended: list[Ended]) -> dict[str, int]:
    """Return the cursors behind these runs."""
    after = dict(cursors)
    for one in ended:
        after[one.kind] = max(after[one.kind], one.storage_id)
    return after


def observe(instance: dg.DagsterInstance, ended: Ended, store: Store) -> list[Observation]:
    """Return all that a run says."""
    run = ended.run
    events = [
        (record.event_log_entry.dagster_event, record.event_log_entry.timestamp)
        for record in instance.get_records_for_run(run.run_id, of_type=_ASKED).records
    ]
    told = [(event, at) for event, at in events if event is not None]
    metadata = {
        event.asset_key.path[-1]: event.materialization.metadata
        for event, _ in told
        if event.event_type is Kind.ASSET_MATERIALIZATION and event.asset_key is not None
    }
    seen = [o for event, at in told for o in _event(run, event, at, metadata, store)]
    return [*seen, *_whole(ended, any(not o.ok for o in seen))]


def standing(
    instance: dg.DagsterInstance, keys: Sequence[dg.AssetCheckKey], store: Store
) -> list[Observation]:
    """Return what checks say that are evaluated without a run, as they stand now."""
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(keys))
    return [o for record in latest.values() if (o := _standing(record, store)) is not None]


def _standing(record: AssetCheckExecutionRecord, store: Store) -> Observation | None:
    answer = record.evaluation
    if not isinstance(answer, dg.AssetCheckEvaluation) or record.event is None:
        return None
    at = record.event.timestamp
    subject = Subject(answer.partition or "", answer.asset_key.path[-1], answer.check_name)
    if answer.passed:
        return Observation(subject, True, at, record.run_id)
    severity: Severity = "error" if answer.severity is dg.AssetCheckSeverity.ERROR else "warning"
    problems = problems_of(answer, {}, store)
    return Observation(subject, False, at, record.run_id, severity, problems)


def _event(
    run: dg.DagsterRun, event: dg.DagsterEvent, at: float, metadata: Mapping[str, Any], store: Store
) -> Iterator[Observation]:
    match event.event_type:
        case Kind.ASSET_CHECK_EVALUATION:
            yield _check(run, event.asset_check_evaluation_data, at, metadata, store)
        case Kind.STEP_SUCCESS:
            yield _seen(run, Subject(_app(run, None), event.step_key or ""), at)
        case Kind.STEP_FAILURE:
            yield from _step(run, event, at)
        case _:
            pass


def _check(
    run: dg.DagsterRun, answer: dg.AssetCheckEvaluation, at: float, metadata: Mapping[str, Any], store: Store
) -> Observation:
    asset = answer.asset_key.path[-1]
    subject = Subject(_app(run, answer.partition), asset, answer.check_name)
    if answer.passed:
        return _seen(run, subject, at)
    problems = problems_of(answer, metadata.get(asset, {}), store)
    loud = answer.severity is dg.AssetCheckSeverity.ERROR
    return Observation(
        subject, False, at, run.run_id, "error" if loud else "warning", problems, _attempt(run)
    )


def _step(run: dg.DagsterRun, event: dg.DagsterEvent, at: float) -> Iterator[Observation]:
    """Yield that an asset could not be made; it could when only a check of it has failed."""
    data = event.step_failure_data
    if data.error is not None and data.error.cls_name == _GATE_ERROR:
        yield _seen(run, Subject(_app(run, None), event.step_key or ""), at)
        return
    told = data.user_failure_data.description if data.user_failure_data else None
    cause = data.error.cause or data.error if data.error else None
    text = told or (cause.message.strip() if cause else "") or "it could not be made"
    subject = Subject(_app(run, None), event.step_key or "")
    yield Observation(
        subject, False, at, run.run_id, "error", (problem(f"could not be made: {text}"),), _attempt(run)
    )


def _whole(ended: Ended, told: bool) -> Iterator[Observation]:  # noqa: FBT001 - one caller
    """Yield whether the run as such is well: it is not when it failed and nothing in it says why."""
    run = ended.run
    subject = Subject(_app(run, None), job=run.job_name)
    if ended.kind == Kind.RUN_FAILURE.value and not told:
        why = (
            Problem("lost", "the run has failed without a failed step: its process was lost, or never came"),
        )
        yield Observation(subject, False, ended.at, run.run_id, "error", why, _attempt(run))
    elif ended.kind != Kind.RUN_CANCELED.value:
        yield _seen(run, subject, ended.at)


def _seen(run: dg.DagsterRun, subject: Subject, at: float) -> Observation:
    return Observation(subject, True, at, run.run_id, attempt=_attempt(run))


def _app(run: dg.DagsterRun, partition: str | None) -> str:
    return partition or run.tags.get(PARTITION_TAG, "")


def _attempt(run: dg.DagsterRun) -> int:
    text = run.tags.get(ATTEMPT_TAG, "")
    return int(text) if text.isdigit() else 0
