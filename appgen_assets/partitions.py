"""One dynamic partition per application."""

from collections.abc import Iterator

import dagster as dg

APPS = "apps"
apps = dg.DynamicPartitionsDefinition(name=APPS)


def one_run_each(context: dg.ScheduleEvaluationContext, purpose: str) -> Iterator[dg.RunRequest]:
    """Yield a run of a schedule's job for every application, at most one a day."""
    day = context.scheduled_execution_time.date().isoformat()
    for app in context.instance.get_dynamic_partitions(APPS):
        yield dg.RunRequest(f"{purpose}:{app}:{day}", partition_key=app)
