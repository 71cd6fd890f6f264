"""Which sensors and schedules run by themselves: `switches` of operations.yaml, else what is harmless."""

import os
from functools import cache

import dagster as dg

from appgen_resources.operations.model import Operations
from appgen_resources.operations.read import load_operations
from generator.core.diagnostics import SpecError
from generator.host.state import State

TICK_VARIABLE = "APPGEN_TICK_SECONDS"

# What starts builds by itself is off until asked for; what only tells, counts or tidies is on.
_DEFAULTS = {"alerts": True, "app_status": True, "lost_runs": True}


@cache
def at_start() -> Operations:
    """Return operations.yaml as it was when the code was loaded; a wrong one is told by the alerts sensor."""
    try:
        return load_operations(State())
    except SpecError:
        return Operations()


def is_on(name: str) -> bool:
    """Whether a sensor or schedule starts by itself."""
    return at_start().switches.get(name, _DEFAULTS.get(name, False))


def every(seconds: int) -> int:
    """Return how often a sensor looks: as given, or every $APPGEN_TICK_SECONDS."""
    return int(os.environ.get(TICK_VARIABLE) or seconds)


def sensor_status(name: str) -> dg.DefaultSensorStatus:
    """Return a sensor's status until someone changes it in the UI."""
    return dg.DefaultSensorStatus.RUNNING if is_on(name) else dg.DefaultSensorStatus.STOPPED


def schedule_status(name: str) -> dg.DefaultScheduleStatus:
    """Return a schedule's status until someone changes it in the UI."""
    return dg.DefaultScheduleStatus.RUNNING if is_on(name) else dg.DefaultScheduleStatus.STOPPED
