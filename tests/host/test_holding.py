"""The folder of a living sandbox is never taken for one that a dead run has left."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.host.home import home
from generator.host.pids import is_dead, own_tag
from generator.host.sandbox import new_folder
from tests.building import ROOT

OWNER = """
import sys
from generator.host.sandbox import new_folder
print(new_folder(), flush=True)
sys.stdin.read()
"""
REAPER = "from generator.host.sandbox import new_folder; new_folder()"
MANY = """
import shutil
from generator.host.sandbox import new_folder
kept = new_folder()
for _ in range(150):
    made = new_folder()
    assert kept.exists()
    (made / "file").touch()
    shutil.rmtree(made)
"""


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPGEN_HOME", str(tmp_path / "home"))


@pytest.fixture
def owner() -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A living process, and its folder."""
    run = subprocess.Popen(
        [sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert run.stdout is not None
    yield run, Path(run.stdout.readline().strip())
    run.kill()
    run.wait()


def reap(*before: str) -> None:
    """Open a sandbox's folder in another process, which takes what dead ones have left."""
    subprocess.run([*before, sys.executable, "-c", REAPER], check=True, cwd=ROOT, timeout=60)


def test_a_killed_owners_folder_is_taken(owner: tuple[subprocess.Popen[str], Path]) -> None:
    run, folder = owner
    reap()
    assert folder.exists()
    run.send_signal(signal.SIGKILL)
    run.wait()
    reap()
    assert not folder.exists()


def test_who_can_not_see_the_owner_leaves_its_folder(owner: tuple[subprocess.Popen[str], Path]) -> None:
    """In a namespace of its own the owner's number means nothing: only the lock tells that it lives."""
    run, folder = owner
    alone = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    alone += [] if os.geteuid() == 0 else ["--map-root-user"]
    code = f"from generator.host.pids import is_dead; print(is_dead({folder.name.rpartition('_')[0]!r}))"
    seen = subprocess.run(
        [*alone, sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert seen.stdout.strip() == "True"
    reap(*alone)
    assert folder.exists()
    run.kill()
    run.wait()
    reap(*alone)
    assert not folder.exists()


def test_nobody_is_dead_because_nothing_can_be_opened() -> None:
    tag = own_tag()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    opened: deque[int] = deque()
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            opened.extend(os.open("/dev/null", os.O_RDONLY) for _ in range(300))
        gone = is_dead(tag)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for descriptor in opened:
            os.close(descriptor)
    assert not gone


def test_many_open_and_take_at_the_same_time() -> None:
    runs = [subprocess.Popen([sys.executable, "-c", MANY], cwd=ROOT) for _ in range(3)]
    assert [run.wait(timeout=120) for run in runs] == [0, 0, 0]
    reap()
    assert [p.name for p in (home() / "sandboxes").iterdir() if not is_dead(p.name.rpartition("_")[0])] == []


def test_descriptors_of_folders_that_are_gone_are_closed() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(30):
        shutil.rmtree(new_folder())
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1
