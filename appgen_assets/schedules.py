"""Every night each application is tried out again, changed or not."""

from collections.abc import Iterator

import dagster as dg

from appgen_assets.jobs import verify
from appgen_assets.partitions import one_run_each
from appgen_assets.switches import schedule_status


@dg.schedule(
    job=verify,
    cron_schedule="0 2 * * *",
    default_status=schedule_status("nightly"),
    description="Every night at 2: gates and smoke of every application.",
)
def nightly(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """One run per application."""
    yield from one_run_each(context, "nightly")


SCHEDULES = (nightly,)
