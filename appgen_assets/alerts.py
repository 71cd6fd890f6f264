"""Who has to know is told: a failed check, a person being needed, and that all is well again."""

import time

import dagster as dg

from appgen_assets.partitions import APPS
from appgen_assets.switches import every, sensor_status
from appgen_assets.waves import CANARIES_CHECK, ROLLOUT
from appgen_resources.alerts.doing import doing, undecided
from appgen_resources.alerts.model import Delivery
from appgen_resources.alerts.tick import Told, Watcher, alert_tick
from appgen_resources.operations.read import load_operations
from appgen_resources.specs import SpecStore
from generator.host.artefacts import open_store


@dg.sensor(
    name="alerts",
    minimum_interval_seconds=every(15),
    default_status=sensor_status("alerts"),
    description=(
        "Looks at every finished run, of any job: tells of checks that fail, also of those that don't block, "
        "and of their recovery. Each change is told once, to the routes of operations.yaml."
    ),
)
def alerts(context: dg.SensorEvaluationContext, specs: SpecStore) -> dg.SkipReason:
    """Never starts a run; a wrong operations.yaml fails the tick with its place."""
    state = specs.state()
    now, store, instance = time.time(), open_store(state.artefacts), context.instance
    apps = set(instance.get_dynamic_partitions(APPS))
    watcher = Watcher(
        ask=lambda entry: doing(store, entry),
        wait=lambda ended: undecided(instance, ended, now),
        runless=[dg.AssetCheckKey(dg.AssetKey(ROLLOUT), CANARIES_CHECK)],
    )
    told = alert_tick(instance, load_operations(state), store, apps, now=now, watcher=watcher)
    for delivery in told.lost:
        context.log.error(f"given up: {_line(delivery)}")
    return dg.SkipReason(summary(told))


def summary(told: Told) -> str:
    """Return what a tick did, in a line."""
    parts = [f"{len(told.events)} changes", f"{told.sent} messages sent"]
    if told.waiting:
        parts.append(f"{len(told.waiting)} wait: {_line(told.waiting[0])}")
    return ", ".join(parts)


def _line(delivery: Delivery) -> str:
    return f"“{delivery.title}” after {delivery.tries} tries: {delivery.problem}"
