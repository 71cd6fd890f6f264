"""Builds over the real event log: what is materialized, what is not, what a person is left with."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from msgspec.structs import replace

from appgen_resources.history import CACHE_TAG, KEY_TAG
from appgen_resources.instance import open_instance
from generator.core.digest import canonical_json
from generator.host.state import State
from generator.host.workshop import open_workshop
from generator.pipeline import DIRECTIVES, STAGES
from generator.stages.pointers import current, point
from generator.stages.releases import releases
from generator.stages.store import put_blob
from tests.assets.conftest import SPEC

pytestmark = pytest.mark.slow
ALL = {stage.name for stage in STAGES}
REPOSITORY = Path(__file__).resolve().parents[2]


class Workspace:
    """A working directory whose builds are counted in the event log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spec = folder / "library.yaml"
        self.spec.write_text(SPEC, encoding="utf-8")
        self.out = folder / "build" / "library"

    def appgen(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "generator.cli", *arguments]

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("APPGEN_", "DAGSTER_"))}
        return {**kept, "PYTHONPATH": str(REPOSITORY)}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def build(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.appgen("build", "library.yaml", *arguments)

    def write(self, old: str, new: str) -> None:
        text = self.spec.read_text(encoding="utf-8")
        assert old in text
        self.spec.write_text(text.replace(old, new), encoding="utf-8")

    def say(self, message: str) -> None:
        """Change the message of the flow's guard, whatever it is: any test may come first."""
        text = self.spec.read_text(encoding="utf-8")
        changed = re.sub(r'(book\.copies > 0 else 409 )"[^"]*"', rf'\1"{message}"', text)
        assert changed != text
        self.spec.write_text(changed, encoding="utf-8")

    def tree(self) -> dict[str, bytes]:
        files = (p for p in self.out.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
        return {str(p.relative_to(self.out)): p.read_bytes() for p in sorted(files)}

    def runs(self) -> list[str]:
        with instance(self.folder) as log:
            return [run.run_id for run in log.get_runs()]

    def made_by(self, run: str) -> set[str]:
        """Return the assets that a run has materialized, read from the event log."""
        with instance(self.folder) as log:
            events = log.all_logs(run, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        return {str(e.dagster_event.asset_key.path[-1]) for e in events if e.dagster_event}

    def made_since(self, before: list[str]) -> set[str]:
        """Return the assets of the one run since then; none if there was no run."""
        new = [run for run in self.runs() if run not in before]
        assert len(new) <= 1
        return self.made_by(new[0]) if new else set()


@contextmanager
def instance(folder: Path) -> Iterator[dg.DagsterInstance]:
    """Yield the workspace's Dagster instance."""
    log = open_instance(State(folder / ".appgen"))
    try:
        yield log
    finally:
        log.dispose()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with one finished build; each test leaves it green."""
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    done = workspace.build()
    assert done.returncode == 0, done.stdout + done.stderr
    return workspace


def test_the_first_build_materializes_every_stage_and_says_what_it_did(built: Workspace) -> None:
    assert built.made_by(built.runs()[-1]) == ALL
    assert (built.out / "app" / "main.py").is_file()
    described = json.loads((built.out / "openapi.json").read_text(encoding="utf-8"))
    assert {"/books", "/loans", "/health"} <= set(described["paths"])


def test_another_description_is_delivered_and_nothing_else_is_made(built: Workspace) -> None:
    """The gates have seen another one, as after an upgrade of what makes it: the release alone is stale."""
    tree, state = built.tree(), State(built.folder / ".appgen")
    workshop = open_workshop(state)
    seen = current(workshop.store, "library", "sanity_report")
    assert seen is not None
    last = releases(workshop.store, "library").kept[0].number
    address = put_blob(workshop.store, canonical_json(replace(seen.value, openapi="{}\n")))
    for ref, document in ((replace(seen.ref, blob=address, views={}), b"{}\n"), (seen.ref, None)):
        workshop.remember(ref)
        point(workshop.store, "library", ref)
        before = built.runs()
        assert built.build().returncode == 0
        assert built.made_since(before) == {"release"}
        assert built.tree()["openapi.json"] == (document or tree["openapi.json"])
    assert built.tree() == tree
    assert [r.number for r in releases(workshop.store, "library").kept][:2] == [last + 2, last + 1]


def test_the_materializations_carry_keys_versions_and_metadata(built: Workspace) -> None:
    with instance(built.folder) as log:
        for stage in STAGES:
            chosen = dg.AssetRecordsFilter(dg.AssetKey(stage.name), asset_partitions=["library"])
            made = log.fetch_materializations(chosen, limit=1).records[0].asset_materialization
            assert made is not None
            assert made.tags is not None
            assert len(made.tags[KEY_TAG]) == 40
            assert made.tags[CACHE_TAG] in {"hit", "made"}
            assert len(made.tags["dagster/data_version"]) == 64
            assert made.metadata


def test_a_second_build_does_nothing_and_says_so(built: Workspace) -> None:
    before = built.runs()
    done = built.build()
    assert done.returncode == 0
    assert "nothing has changed" in done.stdout
    assert built.runs() == before


def test_a_guards_message_rebuilds_exactly_what_it_reaches(built: Workspace) -> None:
    before = built.runs()
    built.say("None left")
    assert built.build().returncode == 0
    assert built.made_since(before) == ALL - {
        "schemas",
        "models",
        "migrations",
        "routes",
        "project",
        *DIRECTIVES,
    }
    assert "None left" in (built.out / "app" / "loan" / "service.py").read_text(encoding="utf-8")


def test_a_moved_line_rebuilds_the_front_end_only(built: Workspace) -> None:
    before, tree = built.runs(), built.tree()
    built.write("entities:", "# a remark\nentities:")
    assert built.build().returncode == 0
    assert built.made_since(before) == {"app_spec", "application_ir"}
    assert built.tree() == tree


def test_a_deleted_folder_is_delivered_again_and_nothing_else(built: Workspace) -> None:
    before, tree = built.runs(), built.tree()
    for path in sorted(built.out.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    built.out.rmdir()
    assert built.build().returncode == 0
    assert built.made_since(before) == {"release"}
    assert built.tree() == tree


def test_a_wrong_spec_is_refused_and_leaves_the_earlier_build(built: Workspace) -> None:
    before, tree, text = built.runs(), built.tree(), built.spec.read_text(encoding="utf-8")
    built.write("copies: int >= 0", "copies: integer")
    done = built.build()
    built.spec.write_text(text, encoding="utf-8")
    assert done.returncode == 1
    assert "library.yaml:" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert (built.runs(), built.tree()) == (before, tree)


def test_a_hand_edit_is_refused_and_kept(built: Workspace) -> None:
    path, described = built.out / "app" / "main.py", built.out / "openapi.json"
    text, document = (p.read_text(encoding="utf-8") for p in (path, described))
    path.write_text(text + "# by hand\n", encoding="utf-8")
    described.write_text("{}\n", encoding="utf-8")
    done = built.build()
    assert done.returncode == 1
    assert "app/main.py\n  openapi.json" in done.stdout
    assert "by hand" in path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    described.write_text(document, encoding="utf-8")
    assert built.build().returncode == 0


def test_a_killed_build_leaves_the_delivery_and_the_next_one_goes_on(built: Workspace) -> None:
    tree = built.tree()
    built.say("All gone")
    child = built.start("build", "library.yaml")
    assert child.stdout is not None
    for line in child.stdout:
        if "app_bundle" in line:
            break
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert built.tree() == tree
    done = built.build()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All gone" in (built.out / "app" / "loan" / "service.py").read_text(encoding="utf-8")
    with instance(built.folder) as log:
        assert not log.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))


def test_ctrl_c_ends_a_build_cleanly(built: Workspace) -> None:
    child = built.start("build", "library.yaml", "--force")
    assert child.stdout is not None
    for line in child.stdout:
        if "guard_ir" in line:
            break
    child.send_signal(signal.SIGINT)
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 130, output
    assert "Traceback" not in output
    assert built.build().returncode == 0


def test_two_builds_at_once_take_turns(built: Workspace) -> None:
    built.say("Nothing there")
    children = [built.start("build", "library.yaml") for _ in range(2)]
    outputs = [child.communicate(timeout=120)[0] for child in children]
    assert [child.returncode for child in children] == [0, 0], outputs
    assert sum("nothing has changed" in output for output in outputs) == 1
    assert any("another build of library is running" in output for output in outputs)
