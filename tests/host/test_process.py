import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from generator.host.pids import birth, is_dead, own_tag
from generator.host.process import environment, run


def until(check, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if check():
            return True
        time.sleep(0.05)
    return False


def test_a_command_gives_its_code_and_both_outputs(tmp_path: Path) -> None:
    code = "import sys; print('out', sys.argv[1]); print('err', file=sys.stderr); sys.exit(3)"
    done = run(["python", "-c", code, "x"], cwd=tmp_path, env=environment(tmp_path))
    assert (done.code, done.stdout, done.stderr) == (3, "out x\n", "err\n")


def test_a_program_may_come_over_stdin(tmp_path: Path) -> None:
    done = run(
        ["python", "-", "a"], cwd=tmp_path, env=environment(tmp_path), stdin="import sys; print(sys.argv)"
    )
    assert done.stdout == "['-', 'a']\n"


def test_a_module_of_the_application_may_be_run(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import sys; print(__name__, sys.argv[1:])")
    done = run(["python", "-m", "mine", "a"], cwd=Path("/"), env=environment(tmp_path))
    assert done.stdout == "__main__ ['a']\n"


def test_the_shell_of_the_person_does_not_reach_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    env = environment(tmp_path, DATABASE_URL="x")
    assert "PGHOST" not in env
    assert env["PYTHONPATH"] == str(tmp_path)
    assert env["DATABASE_URL"] == "x"


def test_a_command_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys; p = subprocess.Popen(['sleep', '600']); print(p.pid, flush=True); p.wait()"
    )
    done = run(["python", "-c", code], cwd=tmp_path, env=environment(tmp_path), timeout=1)
    assert done.code < 0
    assert "not done after 1 s" in done.stderr
    assert until(lambda: birth(int(done.stdout)) is None)


def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    inner = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(600)"
    outer = (
        "import sys; from pathlib import Path; from generator.host.process import *\n"
        "here = Path(sys.argv[1])\n"
        f"run(['python', '-c', {inner!r}], cwd=here, env=environment(here))"
    )
    parent = subprocess.Popen([sys.executable, "-c", outer, str(tmp_path)])
    pid = tmp_path / "pid"
    assert until(lambda: pid.exists() and pid.read_text())
    parent.kill()
    parent.wait()
    assert until(lambda: birth(int(pid.read_text())) is None)


def test_a_tag_tells_a_process_from_a_later_one_with_its_pid() -> None:
    assert not is_dead(own_tag())
    assert is_dead(f"{os.getpid()}_1")
    assert is_dead("nonsense")
