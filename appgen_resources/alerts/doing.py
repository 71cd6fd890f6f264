"""What is being done about a failure, as the journal of repairs tells it."""

import json

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import InstigatorStatus, SensorInstigatorData

from appgen_resources.alerts.model import Doing, Open
from appgen_resources.alerts.observe import Ended
from generator.core.errors import ToldError
from generator.repair.journal import Journal, journal
from generator.repair.loop import Budget
from generator.stages.store import Store

REPAIR_SENSOR = "repair"
DRIFT_JOB = "database_drift"  # a success for Dagster, whatever it finds
_PATIENCE = 120.0  # seconds that a failure waits for what the repair makes of it


def doing(store: Store, entry: Open) -> Doing:
    """Return what the repair of an application does about one of its failures."""
    try:
        kept = journal(store, entry.subject.app) if entry.subject.app else Journal("")
    except ToldError as error:  # no repair goes on without it, but messages do
        return Doing("blocked", 0, Budget().per_app, what=str(error))
    if kept.stopped and entry.severity != "warning":
        return Doing("blocked", len(kept.attempts), Budget().per_app, what=kept.stopped)
    number = next((n for n, a in enumerate(kept.attempts, 1) if a.run == entry.run), 0)
    made = next((e for e in reversed(kept.entries) if e.told.run == entry.run), None)
    if not number and made is None:
        return Doing()
    chain, what = (made.told.chain, str(made.directive)) if made else ("", "the last repair is taken back")
    return Doing("repairing", max(number, 1), Budget().per_app, chain, what)


def undecided(instance: dg.DagsterInstance, ended: Ended, now: float) -> bool:
    """Whether the repair's sensor, which is on, has still to look at a run that may need it."""
    failed = ended.kind == dg.DagsterEventType.RUN_FAILURE.value or ended.run.job_name == DRIFT_JOB
    if not failed or now - ended.at > _PATIENCE:
        return False
    for state in instance.all_instigator_state(instigator_type=InstigatorType.SENSOR):
        if state.instigator_name == REPAIR_SENSOR and state.status is not InstigatorStatus.STOPPED:
            data = state.instigator_data
            seen = json.loads(data.cursor) if isinstance(data, SensorInstigatorData) and data.cursor else {}
            return int(seen.get(ended.kind, 0)) < ended.storage_id
    return False
