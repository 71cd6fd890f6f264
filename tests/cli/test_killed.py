"""`appgen build` that is ended in its smoke: nothing runs on, and what a kill left the next build removes."""

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from generator.host.home import home
from generator.host.pids import birth
from generator.host.postgres import shared_server
from tests.assets.conftest import SPEC
from tests.building import ROOT
from tests.host.test_process import until

pytestmark = pytest.mark.slow
BUILD = [sys.executable, "-m", "generator.cli", "build", "library.yaml"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of its own on the user's shared database server."""
    for name in ("APPGEN_HOME", "APPGEN_STATE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "library.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def left(tag: str) -> tuple[list[Path], list[str], list[int]]:
    """Return the folders, databases and processes of a run."""
    folders = sorted((home() / "sandboxes").glob(f"{tag}_*"))
    with closing(shared_server().connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"ag_{tag}_"])
        databases = [name for (name,) in cursor.fetchall()]
    return (
        folders,
        databases,
        [pid for pid in pids() if where(pid).startswith(str(home() / "sandboxes" / tag))],
    )


def pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def where(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return ""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_a_build_that_is_ended_in_its_smoke(number: signal.Signals, folder: Path) -> None:
    build = subprocess.Popen(BUILD, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        ended_by(build, number, folder)
    finally:
        build.kill()
        build.wait()


def ended_by(build: subprocess.Popen[str], number: signal.Signals, folder: Path) -> None:
    tag = f"{build.pid}_{birth(build.pid) or 0:x}"
    assert until(lambda: list((home() / "sandboxes").glob(f"{tag}_*/server.log")), seconds=300)
    build.send_signal(number)
    output, _ = build.communicate(timeout=60)
    assert build.returncode == (-9 if number is signal.SIGKILL else 130), output
    assert not (folder / "build").exists()
    assert until(lambda: not left(tag)[2])
    if number is signal.SIGKILL:
        assert left(tag) != ([], [], [])
        again = subprocess.run(BUILD, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        assert again.returncode == 0, again.stdout + again.stderr
        assert (folder / "build" / "library" / "app" / "main.py").is_file()
    else:
        assert "interrupted" in output
    assert left(tag) == ([], [], [])
