"""A workspace of its own for each test: specs, history, artefacts, deliveries."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.host.format import RuffFormatter
from generator.host.state import State
from generator.pipeline import BY_NAME
from generator.stages.code import CodeIndex
from generator.stages.source import SpecSource
from generator.stages.store import MemoryStore, Store
from generator.stages.tools import Tools
from generator.stages.workshop import Workshop

SPEC = """\
app: library
entities:
  Book:
    fields:
      title: string(1..200)
      copies: int >= 0
      spare: int >= 0
    rules:
      - spare <= copies else 422 "Too many to spare"
    list: {filter: [copies], sort: [title]}
  Loan:
    fields:
      book: -> Book
      pages: int > 0
    states:
      status: {initial: OUT, OUT: [RETURNED]}
    operations: [read, list]
flows:
  borrow:
    entity: Loan
    http: POST /loans
    input: {book: -> Book, pages: int(1..4999)}
    requires:
      - book.copies > 0 else 409 "All copies are out"
    effects:
      - book.copies -= 1
      - create: Loan
        as: loan
        set: {book: book, pages: pages}
    returns: loan
  give_back:
    entity: Loan
    effects:
      - "loan.status: OUT -> RETURNED"
      - loan.book.copies += 1
"""

MACHINERY = {stage: BY_NAME[stage] for stage in BY_NAME}


def source(text: str = SPEC) -> SpecSource:
    return SpecSource("library.yaml", (("library.yaml", text),))


def workshop(store: Store | None = None, **options: object) -> Workshop:
    tools = Tools(RuffFormatter())
    return Workshop(store or MemoryStore(), CodeIndex(), tools, **options)  # type: ignore[arg-type]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty working directory with the spec; the database server stays the user's shared one."""
    monkeypatch.chdir(tmp_path)
    for name in ("APPGEN_HOME", "APPGEN_STATE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("APPGEN_SPECS", raising=False)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "library.yaml").write_text(SPEC, encoding="utf-8")
    yield tmp_path
    os.environ.pop("DAGSTER_HOME", None)


@pytest.fixture
def state(workspace: Path) -> State:
    return State(workspace / ".appgen")
