"""The command line: a second release through all gates, a refusal that delivers nothing."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator.cli import app
from generator.emit.history import VERSIONS
from tests.migrations.test_kinds import TITLE

pytestmark = pytest.mark.slow

SPEC = """\
app: desk
entities:
  Ticket:
    fields:
      title: string(1..80)
      due: date?
"""

OVERLAP = """\
      begins: date = "2026-01-01"
      ends: date = "2026-01-02"
    unique:
      - {fields: [title], during: [begins, ends]}
    rules: [begins < ends]
flows:
  swap:
    entity: Ticket
    input: {other: -> Ticket}
    effects: [ticket.title = other.title, other.title = old(ticket.title)]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("APPGEN_HOME", "APPGEN_STATE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def build(folder: Path, text: str) -> tuple[int, str]:
    (folder / "desk.yaml").write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["build", "desk.yaml", "--out", "out"])
    return done.exit_code, done.output


def test_releases_follow_each_other(folder: Path) -> None:
    assert build(folder, SPEC)[0] == 0
    versions = folder / "out" / VERSIONS
    first = {p.name: p.read_text(encoding="utf-8") for p in versions.iterdir() if p.is_file()}
    code, said = build(folder, SPEC)
    assert (code, "nothing has changed" in said) == (0, True)

    renamed = SPEC.replace("due:", "until:")
    code, said = build(folder, renamed)
    assert code == 1
    assert "desk.yaml:3:3: error M101" in said
    assert "renamed: {Ticket.due: until}" in said
    assert {p.name for p in versions.iterdir()} == set(first)

    full = renamed.replace(TITLE, f"{TITLE}      heading: string(1..80)\n") + OVERLAP
    full += "changes: {renamed: {Ticket.due: until}, filled: {Ticket.heading: title}}\n"
    code, said = build(folder, full)
    assert code == 0, said
    second = {p.name: p.read_text(encoding="utf-8") for p in versions.iterdir() if p.is_file()}
    assert first.items() < second.items()
    assert "nothing has changed" in build(folder, full)[1]


TIGHT = """\
app: desk
entities:
  Ticket:
    fields:
      size: int >= 1
      note: string(1..80)?
    rules: [size < 5]
"""


def test_what_rows_of_before_contradict_is_a_warning_and_others_are_tried(folder: Path) -> None:
    loose = TIGHT.replace("    rules: [size < 5]\n", "").replace(">= 1", ">= 0")
    assert build(folder, loose)[0] == 0
    code, said = build(folder, TIGHT)
    assert code == 0, said
    assert "the upgrade stops at rows of tickets that contradict ck_tickets_" in said
    assert "desk.yaml:7:13" in said

    code, said = build(folder, loose)
    assert code == 0, said
    assert len(list((folder / "out" / VERSIONS).glob("*.py"))) == 3
