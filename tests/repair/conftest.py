"""A workspace with a healthy build, whose repairs are counted in the event log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from generator.host.artefacts import open_store
from generator.host.state import State
from generator.pipeline import STAGES
from generator.repair.journal import Journal, journal
from tests.assets.conftest import SPEC
from tests.assets.test_history import instance
from tests.cli.test_cli import run
from tests.faults.app import App, build

APP = "library"
ALL = {stage.name for stage in STAGES}
AFTER = {"app_bundle", "sanity_report", "smoke_result", "release"}


class Workspace:
    """A working directory; every build is one of the command line, in this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spec = folder / f"{APP}.yaml"
        self.spec.write_text(SPEC, encoding="utf-8")
        self.out = folder / "build" / APP
        self.state = State(folder / ".appgen")

    def build(self, *arguments: str) -> str:
        """Build and return what was printed; the exit code is in front."""
        code, out, err = run("build", str(self.spec), *arguments)
        return f"{code}\n{out}{err}"

    def override(self, inner: str, text: str) -> str:
        path = self.folder / f"{APP}.overrides" / inner
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return f"{APP}.overrides/{inner}"

    def journal(self) -> Journal:
        return journal(open_store(self.state.artefacts), APP)

    def runs(self) -> list[str]:
        """Return the runs, newest first."""
        with instance(self.folder) as log:
            return [r.run_id for r in log.get_runs()]

    def run(self, run_id: str) -> dg.DagsterRun:
        with instance(self.folder) as log:
            found = log.get_run_by_id(run_id)
        assert found is not None
        return found

    def made_by(self, run_id: str) -> set[str]:
        with instance(self.folder) as log:
            events = log.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        return {str(e.dagster_event.asset_key.path[-1]) for e in events if e.dagster_event}

    def last_made(self) -> dict[str, str]:
        """Return asset -> the run of its last materialization."""
        with instance(self.folder) as log:
            return {name: self._last(log, name).run_id for name in ALL}

    @staticmethod
    def _last(log: dg.DagsterInstance, name: str) -> dg.EventLogRecord:
        chosen = dg.AssetRecordsFilter(dg.AssetKey(name), asset_partitions=[APP])
        return log.fetch_materializations(chosen, limit=1).records[0]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace with one finished build; each test leaves it whole."""
    folder = tmp_path_factory.mktemp("repaired")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("APPGEN_HOME", "APPGEN_STATE", "APPGEN_SPECS"):
            patch.delenv(name, raising=False)
        patch.setenv("APPGEN_STATE", str(folder / ".appgen"))
        workspace = Workspace(folder)
        done = workspace.build()
        assert done.startswith("0"), done
        yield workspace


@pytest.fixture(scope="module")
def healthy(whole: Workspace) -> App:
    """The same application as a value that faults are put into."""
    return build(whole.spec, whole.folder / ".faults")
