"""A workspace with a healthy build, whose repairs are counted in the event log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
YARD = Path(__file__).parents[1] / "faults" / "yard.yaml"
ALL = {stage.name for stage in STAGES}
AFTER = {"app_bundle", "sanity_report", "smoke_result", "release"}


class Workspace:
    """A working directory; every build is one of the command line, in this process."""

    def __init__(self, folder: Path, app: str = APP, spec: str = SPEC) -> None:
        self.folder = folder
        self.app = app
        self.spec = folder / f"{app}.yaml"
        self.spec.write_text(spec, encoding="utf-8")
        self.out = folder / "build" / app
        self.state = State(folder / ".appgen")

    def build(self, *arguments: str) -> str:
        """Build and return what was printed; the exit code is in front."""
        with working_in(self.folder):
            code, out, err = run("build", str(self.spec), *arguments)
        return f"{code}\n{out}{err}"

    def override(self, inner: str, text: str) -> str:
        path = self.folder / f"{self.app}.overrides" / inner
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return f"{self.app}.overrides/{inner}"

    def journal(self) -> Journal:
        return journal(open_store(self.state.artefacts), self.app)

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

    def _last(self, log: dg.DagsterInstance, name: str) -> dg.EventLogRecord:
        chosen = dg.AssetRecordsFilter(dg.AssetKey(name), asset_partitions=[self.app])
        return log.fetch_materializations(chosen, limit=1).records[0]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace with one finished build; each test leaves it whole."""
    with working_in(tmp_path_factory.mktemp("repaired")) as folder:
        yield built(Workspace(folder))


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The same for an application that every fault has a place in."""
    return built(Workspace(tmp_path_factory.mktemp("yard"), "yard", YARD.read_text(encoding="utf-8")))


@contextmanager
def working_in(folder: Path) -> Iterator[Path]:
    """Work in a folder, with the state there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("APPGEN_HOME", "APPGEN_STATE", "APPGEN_SPECS"):
            patch.delenv(name, raising=False)
        patch.setenv("APPGEN_STATE", str(folder / ".appgen"))
        yield folder


def built(workspace: Workspace) -> Workspace:
    done = workspace.build()
    assert done.startswith("0"), done
    return workspace


@pytest.fixture(scope="module")
def healthy(whole: Workspace) -> App:
    """The same application as a value that faults are put into."""
    return build(whole.spec, whole.folder / ".faults")


def found(whole: Workspace, run: str) -> str:
    """Return the stage at which a run ended: one of its checks has found something."""
    made = whole.made_by(run)
    return [stage.name for stage in STAGES if stage.name in made][-1]
