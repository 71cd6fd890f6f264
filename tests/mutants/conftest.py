"""A small application, compiled once, whose mutants are made and tried."""

from pathlib import Path
from typing import Any

import pytest

from generator.verify.mutants.judge import Subject
from tests.building import compiled

SPEC = """
app: mutable
entities:
  Box:
    fields:
      label: string(1..40) unique
      room: int >= 0
      things: Thing[] owned
      used: int := sum(things, count)
    states:
      status: {initial: OPEN, OPEN: [SHUT]}
    list: {filter: [status], sort: [label], default_sort: [-label]}
  Thing:
    fields:
      kind: string(1..40)
      count: int > 0
    unique:
      - {fields: [box, kind], on_conflict: add count}
    rules:
      - count <= box.room else 422 "No room"
flows:
  shut:
    entity: Box
    requires:
      - box.room > 2 else 409 "Too small"
    effects:
      - box.room -= 1
      - "box.status: OPEN -> SHUT"
    ensures: [box.status == SHUT]
"""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Stage -> value of the small application."""
    folder = tmp_path_factory.mktemp("mutable")
    spec = folder / "mutable.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    return compiled(spec, folder / "state")


@pytest.fixture(scope="session")
def subject(made: dict[str, Any]) -> Subject:
    """What mutants are held against."""
    return subject_of(made)


def subject_of(made: dict[str, Any]) -> Subject:
    return Subject(made["app_bundle"], made["application_ir"], made["guard_ir"], made["test_plan"])


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """The spec as a file."""
    path = tmp_path / "mutable.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path
