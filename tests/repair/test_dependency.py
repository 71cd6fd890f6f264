"""A new release of a package breaks the application: it is pinned to the last that passed, and tried so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from importlib.metadata import distribution, version
from pathlib import Path

import pytest

from generator.host.artefacts import open_store
from generator.host.state import State
from generator.repair.journal import journal
from generator.repair.model import PinDependency
from tests.assets.conftest import SPEC
from tests.assets.test_history import Workspace
from tests.repair.printed import Told

pytestmark = pytest.mark.slow
PACKAGE, NEWER = "asyncpg", "0.32.999"
SITE = Path(str(distribution(PACKAGE).locate_file("")))
REPOSITORY = Path(__file__).resolve().parents[2]


def environment(folder: Path) -> Path:
    """Return an interpreter that sees what this one sees, and in which other releases can be put in front."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    programs = {p.name: p for p in Path(sys.executable).parent.iterdir()}
    for name in programs.keys() - {p.name for p in (folder / "bin").iterdir()}:
        (folder / "bin" / name).symlink_to(programs[name])
    (packages(folder) / "all.pth").write_text(f"{REPOSITORY}\n{SITE}\n")
    return folder / "bin" / "python"


def packages(folder: Path) -> Path:
    (found,) = (folder / "lib").glob("python*/site-packages")
    return found


def release_that_breaks(folder: Path) -> None:
    """Install a release, allowed by the application's range, that can't be imported."""
    shutil.copytree(SITE / PACKAGE, packages(folder) / PACKAGE)
    with (packages(folder) / PACKAGE / "__init__.py").open("a") as source:
        source.write(f"\nraise ImportError('{PACKAGE} {NEWER} does not work here')\n")
    info = packages(folder) / f"{PACKAGE}-{NEWER}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: {NEWER}\n")


def wheel_of_what_passed(folder: Path) -> Path:
    """Return a folder of wheels that stands for the package index."""
    found = distribution(PACKAGE)
    tag = next(x for x in (found.read_text("WHEEL") or "").splitlines() if x.startswith("Tag:")).split()[1]
    folder.mkdir()
    with zipfile.ZipFile(folder / f"{PACKAGE}-{found.version}-{tag}.whl", "w") as wheel:
        for file in found.files or ():
            if "__pycache__" not in str(file):
                wheel.write(str(file.locate()), str(file))
    return folder


class Elsewhere(Workspace):
    """A workspace whose command line runs in another environment."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.python = environment(folder / "env")
        self.wheels = wheel_of_what_passed(folder / "wheels")

    def command(self, *arguments: str) -> list[str]:
        return [str(self.python), "-m", "generator.cli", *arguments]

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in super().environment().items() if k != "PYTHONPATH"}
        index = {"UV_NO_INDEX": "1", "UV_FIND_LINKS": str(self.wheels), "UV_OFFLINE": "1"}
        return {**kept, **index, "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", "")}


def test_a_release_that_breaks_the_application_is_pinned_away(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    assert "spare" in SPEC
    workspace = Elsewhere(tmp_path)
    done = workspace.build()
    assert done.returncode == 0, done.stdout + done.stderr
    release_that_breaks(tmp_path / "env")
    before, began = workspace.runs(), time.monotonic()
    done = workspace.build("--repair")
    assert done.returncode == 0, done.stdout + done.stderr
    entry = journal(open_store(State(tmp_path / ".appgen").artefacts), "library").entries[-1]
    assert entry.directive == PinDependency(PACKAGE, version(PACKAGE), NEWER)
    assert "does not work here" in entry.told.chain
    repair, failed = [run for run in workspace.runs() if run not in before]
    assert workspace.made_by(failed) == {"sanity_report"}
    assert workspace.made_by(repair) == {
        "project_directives",
        "project",
        "app_bundle",
        "sanity_report",
        "smoke_result",
        "release",
    }
    seconds = time.monotonic() - began
    Told(36, "release that breaks the application", "sanity_report", "project", 6, seconds).keep(
        record_property
    )
    listed = (workspace.out / "requirements.txt").read_text()
    assert f"{PACKAGE}=={version(PACKAGE)}" in listed
    before = workspace.runs()
    assert workspace.build().returncode == 0
    assert workspace.runs() == before
