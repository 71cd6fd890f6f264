"""Runs whose process was killed: nobody ends them, and the application would wait for them for ever."""

import dagster as dg

from appgen_assets.switches import every, sensor_status
from appgen_resources.history import close_lost_runs


@dg.sensor(
    name="lost_runs",
    minimum_interval_seconds=every(30),
    default_status=sensor_status("lost_runs"),
    description="Ends runs whose process on this machine is gone, so that others may start, and be repaired.",
)
def lost_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Look at every run that is under way."""
    lost = close_lost_runs(context.instance)
    return dg.SkipReason(f"ended: {', '.join(lost)}" if lost else "every run has its process")
