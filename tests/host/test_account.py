import os
import shutil
import subprocess
from pathlib import Path

import pytest

from generator.host import account
from generator.host.account import Account, binaries, reachable_by_all

NOBODY = Account(65534, 65534)


def test_programs_that_another_account_cannot_reach_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the interpreter's packages lie below /root."""
    monkeypatch.setattr(account, "reachable_by_all", lambda path: False)
    programs = binaries(tmp_path, NOBODY)
    assert programs.is_relative_to(tmp_path)
    assert binaries(tmp_path, NOBODY) == programs
    done = subprocess.run([programs / "initdb", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("initdb (PostgreSQL) 18")


def test_a_run_that_was_killed_while_copying_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "reachable_by_all", lambda path: False)
    (tmp_path / f"programs.new-{os.getpid()}").mkdir()
    assert (binaries(tmp_path, NOBODY) / "postgres").exists()


def test_a_folder_below_a_closed_one_is_not_reachable(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    assert not reachable_by_all(inner)
    assert reachable_by_all(Path("/usr"))
    shutil.rmtree(tmp_path / "closed")
