"""A day in the life of a fleet, over the real daemon: built, broken by hand, repaired, changed, upgraded."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from appgen_resources.instance import open_instance
from generator.host.state import State
from generator.pipeline import STAGES
from tests.alerts.conftest import Hook, hook
from tests.assets.conftest import SPEC

__all__ = ["hook"]  # a fixture
pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("generator", "appgen_assets", "appgen_resources")
SWITCHES = "{spec_folder: true, repair: true, generator_upgrades: true, alerts: true, app_status: true}"
_PATIENCE = 420.0


class Fleet:
    """A workspace, a copy of the generator that can be upgraded, and a daemon."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.code = folder / "code"
        (folder / "specs").mkdir()
        for name in PACKAGES:
            shutil.copytree(ROOT / name, self.code / name)  # with its bytecode
        self.state = State(folder / ".appgen")
        self.log = open_instance(self.state)
        told = f"switches: {SWITCHES}\nwaves: {{canaries: [archive]}}\n"
        alerts = f"alerts: [{{to: '{url}', severity: error}}]\n"
        (self.state.root / "operations.yaml").write_text(told + alerts, encoding="utf-8")
        self._daemon: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("APPGEN_", "DAGSTER_"))}
        environment = {
            **kept,
            "PYTHONPATH": str(self.code),
            "DAGSTER_HOME": str(self.state.dagster),
            "APPGEN_STATE": str(self.state.root),
            "APPGEN_SPECS": str(self.folder / "specs"),
            "APPGEN_TICK_SECONDS": "3",
        }
        program = Path(sys.executable).with_name("dagster-daemon")
        with (self.folder / "daemon.log").open("ab") as log:
            self._daemon = subprocess.Popen(
                [str(program), "run", "-m", "appgen_assets.definitions"],
                cwd=self.folder,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        if self._daemon is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._daemon.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._daemon.wait(30)
        with suppress(ProcessLookupError):
            os.killpg(self._daemon.pid, signal.SIGKILL)
        self._daemon.wait()
        self._daemon = None

    def kill(self) -> None:
        """End the daemon alone, with no time for anything."""
        assert self._daemon is not None
        self._daemon.kill()
        self._daemon.wait()
        self._daemon = None

    def spec(self, app: str, text: str = SPEC) -> None:
        (self.folder / "specs" / f"{app}.yaml").write_text(text, encoding="utf-8")

    def out(self, app: str) -> Path:
        return self.folder / "build" / app

    def runs(self, app: str) -> list[dg.RunRecord]:
        """Return the application's runs, oldest first."""
        return list(reversed(self.log.get_run_records(dg.RunsFilter(tags={"dagster/partition": app}))))

    def made_by(self, run: str) -> set[str]:
        events = self.log.all_logs(run, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        return {str(e.dagster_event.asset_key.path[-1]) for e in events if e.dagster_event}

    def wait(self, what: str, until: Callable[[], Any]) -> Any:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if found := until():
                return found
            assert self._daemon is not None
            assert self._daemon.poll() is None, f"the daemon is gone:\n{self.tail()}"
            time.sleep(1)
        statuses = [record.dagster_run.status for record in self.log.get_run_records()]
        pytest.fail(f"waited in vain for: {what}\n{statuses}\n{self.tail()}")

    def tail(self) -> str:
        return "\n".join((self.folder / "daemon.log").read_text(errors="replace").splitlines()[-40:])

    def ended(self, app: str, count: int, status: dg.DagsterRunStatus) -> dg.RunRecord | None:
        """Return the application's run of that number when it has ended that way."""
        runs = self.runs(app)
        if len(runs) < count or not runs[count - 1].dagster_run.is_finished:
            return None
        assert runs[count - 1].dagster_run.status is status, self.tail()
        return runs[count - 1]


@pytest.fixture
def fleet(tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    monkeypatch.chdir(tmp_path)
    for name in ("APPGEN_HOME", "APPGEN_STATE", "APPGEN_OPERATIONS", "APPGEN_SPECS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    made = Fleet(tmp_path, hook.url)
    try:
        yield made
    finally:
        made.stop()
        made.log.dispose()


def test_a_day(fleet: Fleet, hook: Hook) -> None:
    success, failure = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE
    service = fleet.out("library") / "app" / "loan" / "service.py"

    # In the morning a spec appears.
    fleet.start()
    fleet.spec("library")
    first = fleet.wait("the first build", lambda: fleet.ended("library", 1, success))
    assert fleet.made_by(first.dagster_run.run_id) == {stage.name for stage in STAGES}
    assert "All copies are out" in service.read_text(encoding="utf-8")
    assert not hook.got

    # Someone edits a generated file, and the spec changes: the delivery stops before the edit.
    main = fleet.out("library") / "app" / "main.py"
    delivered = main.read_text(encoding="utf-8")
    main.write_text(f"{delivered}# by hand\n", encoding="utf-8")
    fleet.spec("library", SPEC.replace("All copies are out", "None left"))
    fleet.wait("the build that fails", lambda: fleet.ended("library", 2, failure))
    repair = fleet.wait("the repair", lambda: fleet.ended("library", 3, success))
    assert repair.dagster_run.job_name == "repair"
    assert fleet.made_by(repair.dagster_run.run_id) == {"release"}
    assert main.read_text(encoding="utf-8") == delivered
    assert "None left" in service.read_text(encoding="utf-8")
    assert any("# by hand" in p.read_text(encoding="utf-8") for p in fleet.out("library").rglob("*.patch"))
    fleet.wait("both messages", lambda: len(hook.got) == 2)
    assert hook.titles == ["library: release failed", "library: release is well again"]
    assert (
        "What is being done: repair attempt 1 of 8: keep the hand edits of app/main.py"
        in hook.got[0]["message"]
    )
    assert "after repair attempt 1" in hook.got[1]["message"]

    # Another spec appears, and the first one changes again: one run each.
    fleet.spec("archive", SPEC.replace("app: library", "app: archive"))
    fleet.spec("library", SPEC.replace("All copies are out", "All gone"))
    fleet.wait("the other build", lambda: fleet.ended("archive", 1, success))
    changed = fleet.wait("the changed build", lambda: fleet.ended("library", 4, success))
    assert {"services", "release"} <= fleet.made_by(changed.dagster_run.run_id)
    assert not {"models", "migrations", "routes"} & fleet.made_by(changed.dagster_run.run_id)
    assert "All gone" in service.read_text(encoding="utf-8")

    # At night a new generator is installed.
    fleet.stop()
    emitter = fleet.code / "generator" / "emit" / "routes" / "__init__.py"
    emitter.write_text(f"{emitter.read_text(encoding='utf-8')}# another version\n", encoding="utf-8")
    fleet.start()
    canary = fleet.wait("the canary", lambda: fleet.ended("archive", 2, success))
    rest = fleet.wait("the rest", lambda: fleet.ended("library", 5, success))
    assert canary.end_time is not None
    assert rest.dagster_run.tags["appgen/wave"] == canary.dagster_run.tags["appgen/wave"]
    assert rest.create_timestamp.timestamp() >= canary.end_time
    assert "routes" in fleet.made_by(canary.dagster_run.run_id)
    assert "models" not in fleet.made_by(canary.dagster_run.run_id)
    assert hook.titles[2:] == [], "nobody was woken"
