"""The command line: exit codes, help, what is printed, what is not imported."""

import errno
import json
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator.cli import app
from generator.commands.failures import tell
from generator.host.state import AppEntry, State
from tests.assets.conftest import SPEC

COMMANDS = ("check", "build", "show", "run", "ui", "list", "releases", "rollback")
SLOW_IMPORTS = ("dagster", "sqlalchemy", "pydantic", "networkx", "fastapi", "jinja2")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("APPGEN_HOME", "APPGEN_STATE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "library.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_examples(command: str) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert f"appgen {command}" in out
    assert "Examples:" in out


def test_the_exit_codes_are_in_the_help() -> None:
    assert "Exit codes" in run("--help")[1]


def test_check_is_quiet_about_a_good_spec(folder: Path) -> None:
    code, out, err = run("check", "library.yaml")
    assert (code, err) == (0, "")
    assert "library.yaml: fine (2 entities" in out


def test_check_shows_every_mistake_with_its_line_and_a_caret(folder: Path) -> None:
    wrong = SPEC.replace("copies: int >= 0", "copies: integer >= 0").replace(
        "pages: int > 0", "pages: nt > 0"
    )
    (folder / "library.yaml").write_text(wrong, encoding="utf-8")
    code, _, err = run("check", "library.yaml")
    assert code == 1
    assert "library.yaml:6:15: error E" in err
    assert "library.yaml:14:14: error E" in err
    assert "^^^^^^^" in err
    assert " errors" in err


def test_check_takes_a_folder(folder: Path) -> None:
    (folder / "notes.yaml").write_text("a: 1\n", encoding="utf-8")
    code, out, _ = run("check", ".")
    assert code == 0
    assert out.count("fine") == 1


def test_one_spec_that_is_no_text_does_not_stop_the_others(folder: Path) -> None:
    (folder / "binary.yaml").write_bytes(b"app: b\nentities: \xff\n")
    (folder / "folder.yaml").mkdir()
    code, out, err = run("check", ".")
    assert (code, out.count("fine")) == (1, 1)
    assert "binary.yaml" in err


def test_folders_of_no_spec_are_told(folder: Path) -> None:
    for name in ("libary.overrides", "fleet.overrides", "library.overrides", "gone.regressions"):
        (folder / name).mkdir()
    told = [line for line in run("check", "library.yaml")[2].splitlines() if line.startswith("warning")]
    assert [line.split()[3] for line in told] == ["gone.regressions:", "libary.overrides:"]


def test_check_imports_nothing_that_takes_time(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; import generator.cli;"
        "from generator.commands.check import run;"
        "run([Path('library.yaml')]); print([m for m in sys.argv[1:] if m in sys.modules])"
    )
    repository = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", program, *SLOW_IMPORTS],
        capture_output=True, text=True, check=True, env={"PYTHONPATH": repository, "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "nothing.yaml"),
        ("build", "nothing.yaml"),
        ("build", "empty"),
        ("show", "nonsense", "library.yaml"),
        ("show", "smoke", "library.yaml"),
        ("show", "ir", "library.yaml", "--format", "xml"),
        ("frobnicate",),
        ("ui", "--port", "0"),
    ],
)
def test_wrong_usage_is_2(arguments: tuple[str, ...], folder: Path) -> None:
    (folder / "empty").mkdir()
    code, _, err = run(*arguments)
    assert code == 2
    assert "Traceback" not in err


def test_running_what_was_not_built_is_told(folder: Path) -> None:
    code, _, err = run("run", "library")
    assert code == 1
    assert "appgen build" in err


def test_a_folder_that_cant_be_written_is_3(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("APPGEN_HOME", str(folder / "file" / "below"))
    code, _, err = run("build", "library.yaml")
    assert code == 3
    assert "Traceback" not in err


def test_a_taken_port_is_3(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, err = run("ui", "--port", str(taken.getsockname()[1]))
    assert code == 3
    assert "--port" in err


def test_two_specs_of_one_name_are_refused(folder: Path) -> None:
    (folder / "other.yaml").write_text(SPEC, encoding="utf-8")
    code, _, err = run("build", "library.yaml", "other.yaml")
    assert code == 2
    assert "both called library" in err


@pytest.mark.parametrize(
    ("stage", "text"),
    [
        ("spec", "All copies are out"),
        ("ir", "POST   /loans  Loan.borrow -> 201"),
        ("graph", "range"),
        ("guards", "book.copies > 0  else 409 'All copies are out'"),
        ("plan", "Loan"),
        ("schemas", "app/book/schemas.py"),
        ("bundle", "app/main.py"),
        ("app/loan/service.py", "async def borrow"),
    ],
)
def test_show_prints_any_stage_and_any_file(stage: str, text: str, folder: Path) -> None:
    code, out, err = run("show", stage, "library.yaml")
    assert code == 0, err
    assert text in out
    assert not (folder / ".appgen").exists()


def test_show_prints_json_for_programs(folder: Path) -> None:
    code, out, _ = run("show", "ir", "library.yaml", "--format", "json")
    assert code == 0
    assert json.loads(out)["name"] == "library"


def test_show_suggests_what_may_be_meant(folder: Path) -> None:
    assert "guards" in run("show", "gards", "library.yaml")[2]


def test_list_shows_specs_and_what_was_built_elsewhere(folder: Path) -> None:
    State().remember(AppEntry("archive", str(folder / "gone.yaml"), str(folder / "out")))
    code, out, _ = run("list", "--specs", ".")
    assert code == 0
    assert "library" in out
    assert "gone" in out


def test_an_internal_error_is_words_and_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise RuntimeError("something odd")

    monkeypatch.setattr("generator.commands.check.run", fail)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    code, _, err = run("check", "library.yaml")
    assert code == 1
    assert "internal error: RuntimeError: something odd" in err
    assert "Traceback" not in err
    assert "Traceback" in Path(err.rsplit(" ", 1)[-1].strip()).read_text(encoding="utf-8")


def test_a_full_disk_under_a_library_is_the_environment(capsys: pytest.CaptureFixture[str]) -> None:
    history, tidying = RuntimeError("of a library"), ValueError("while tidying up")
    history.__cause__ = sqlite3.OperationalError("database or disk is full")
    tidying.__context__ = OSError(errno.ENOSPC, "No space left on device", "there")
    assert (tell(history), tell(tidying), tell(ValueError("ours"))) == (3, 3, 1)
    told = capsys.readouterr().err.splitlines()
    assert "database or disk is full" in told[0]
    assert told[1] == "appgen: No space left on device: there"
    assert "internal error: ValueError: ours" in told[2]


def test_an_interrupt_is_130(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("generator.commands.check.run", interrupt)
    assert run("check", "library.yaml")[0] == 130
