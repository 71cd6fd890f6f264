"""kill -9 of a build, its database or its application at random moments: the next build goes on.

`make chaos` tries $CHAOS_MOMENTS moments of each; by default it is a sample.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator.host.home import home
from generator.host.postgres import shared_server, stop_server
from tests.assets.conftest import SPEC
from tests.building import ROOT
from tests.chaos.whole import is_whole, processes_in
from tests.host.test_process import until

pytestmark = pytest.mark.slow
MOMENTS = int(os.environ.get("CHAOS_MOMENTS") or 1)
BUILD = [sys.executable, "-m", "generator.cli", "build", "library.yaml"]


class Workspace:
    """A folder with a spec and what was built of it, on a database server of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "build" / "library"
        self.said = 0
        self.seconds = 0.0  # that a build of a changed message takes here and now

    def change(self) -> str:
        """Change a message of the spec; return it."""
        self.said += 1
        message = f"Nothing is left, for the {self.said}th time"
        text = SPEC.replace("All copies are out", message)
        (self.folder / "library.yaml").write_text(text, encoding="utf-8")
        return message

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            BUILD, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def build(self) -> float:
        """Build; return the seconds that it took."""
        began = time.monotonic()
        build = self.start()
        output, _ = build.communicate(timeout=600)
        assert build.returncode == 0, output
        return time.monotonic() - began

    def delivered(self) -> str:
        return (self.out / "app" / "loan" / "service.py").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("chaos")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("APPGEN_STATE", raising=False)
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("APPGEN_HOME", str(folder / "home"))
        made = Workspace(folder)
        for _ in range(2):
            made.change()
            made.seconds = made.build()
        yield made
        stop_server(shared_server())


def kill_run(build: subprocess.Popen[str]) -> None:
    build.kill()


def kill_database(_build: subprocess.Popen[str]) -> None:
    running = shared_server().data / "postmaster.pid"
    if running.exists():
        os.kill(int(running.read_text(encoding="utf-8").split()[0]), signal.SIGKILL)


def kill_application(_build: subprocess.Popen[str]) -> None:
    for pid in processes_in(home() / "sandboxes"):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("moment", range(MOMENTS))
@pytest.mark.parametrize("kill", [kill_run, kill_database, kill_application], ids=lambda k: k.__name__)
def test_the_next_build_goes_on(
    kill: Callable[[subprocess.Popen[str]], None], moment: int, workspace: Workspace
) -> None:
    before, message = workspace.delivered(), workspace.change()
    build = workspace.start()
    time.sleep(random.Random(f"{kill.__name__}{moment}").uniform(0.1, 1.0) * workspace.seconds)
    kill(build)
    output, _ = build.communicate(timeout=600)
    assert is_whole(workspace.out), output
    if build.returncode == 0:
        assert message in workspace.delivered()
    elif message not in workspace.delivered():
        assert workspace.delivered() == before
    assert "internal error" not in output, output
    workspace.build()
    assert message in workspace.delivered()
    assert is_whole(workspace.out)
    assert until(lambda: not processes_in(home() / "sandboxes"))
    assert not list((home() / "sandboxes").iterdir())
