"""kill -9 of the daemon, or of a run, at random moments: the next tick goes on, and nothing is done twice."""

import os
import random
import signal
import time
from pathlib import Path

import dagster as dg
import pytest

from appgen_resources.history import PROCESS_TAG
from generator.host.artefacts import open_store
from generator.repair.journal import journal
from generator.repair.model import KeepEdits
from tests.alerts.conftest import Hook, hook
from tests.assets.conftest import SPEC
from tests.chaos.whole import is_whole
from tests.operations.test_day import Fleet, fleet

__all__ = ["fleet", "hook"]  # fixtures
pytestmark = pytest.mark.slow
MOMENTS = int(os.environ.get("CHAOS_MOMENTS") or 1)
_OVER = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


class Chaos:
    """A fleet of one application, which has been built once."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.out = fleet.out("library")
        fleet.start()
        fleet.spec("library")
        first = fleet.wait("the first build", lambda: fleet.ended("library", 1, _OVER[0]))
        self.seconds = first.end_time - first.start_time

    def disturb(self, number: int) -> str:
        """Edit a delivered file by hand and change the spec, so that a build fails and is repaired."""
        main = self.out / "app" / "main.py"
        main.write_text(f"{main.read_text(encoding='utf-8')}# by hand, {number}\n", encoding="utf-8")
        message = f"Nothing is left, for the {number}th time"
        self.fleet.spec("library", SPEC.replace("All copies are out", message))
        return message

    def is_over(self, message: str) -> bool:
        """Whether the change is delivered and nothing is under way."""
        runs = self.fleet.runs("library")
        service = (self.out / "app" / "loan" / "service.py").read_text(encoding="utf-8")
        return message in service and all(r.dagster_run.status in _OVER for r in runs)


@pytest.fixture
def chaos(fleet: Fleet) -> Chaos:
    return Chaos(fleet)


def kill_daemon(fleet: Fleet) -> None:
    fleet.kill()
    fleet.start()


def kill_run(fleet: Fleet) -> None:
    for record in fleet.runs("library"):
        process = record.dagster_run.tags.get(PROCESS_TAG, "")
        if record.dagster_run.status is dg.DagsterRunStatus.STARTED and process:
            os.kill(int(process.split()[-1].split("_")[0]), signal.SIGKILL)


def test_the_next_tick_goes_on(chaos: Chaos, hook: Hook, tmp_path: Path) -> None:
    for moment in range(MOMENTS):
        for number, kill in enumerate((kill_daemon, kill_run), 1 + 2 * moment):
            message = chaos.disturb(number)
            moments = random.Random(f"{kill.__name__}{moment}")
            time.sleep(moments.uniform(0.5, 10.0 + chaos.seconds))
            kill(chaos.fleet)
            chaos.fleet.wait("the repaired release", lambda m=message: chaos.is_over(m))
            assert is_whole(chaos.out)
            kept = [p.read_text(encoding="utf-8") for p in chaos.out.rglob("*.patch*")]
            assert sum(f"by hand, {number}\n" in text for text in kept) == 1
    made = journal(open_store(chaos.fleet.state.artefacts), "library").entries
    assert len([e for e in made if isinstance(e.directive, KeepEdits)]) == 2 * MOMENTS
