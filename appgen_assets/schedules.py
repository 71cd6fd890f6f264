"""Every night each application is tried out again, changed or not."""

from collections.abc import Iterator

import dagster as dg

from appgen_assets.jobs import verify
from appgen_assets.partitions import APPS


@dg.schedule(
    job=verify,
    cron_schedule="0 2 * * *",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every night at 2: gates and smoke of every application.",
)
def nightly(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """One run per application."""
    day = context.scheduled_execution_time.date().isoformat()
    for app in context.instance.get_dynamic_partitions(APPS):
        yield dg.RunRequest(f"nightly:{app}:{day}", partition_key=app)


SCHEDULES = (nightly,)
