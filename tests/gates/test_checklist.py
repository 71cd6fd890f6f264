"""The checklist names gates that exist, and its page is the one that is printed from it."""

from pathlib import Path

import pytest

from generator.verify.gates import GATES
from generator.verify.gates.checklist import CHECKLIST, checklist_page

PAGE = Path(__file__).parents[2] / "docs" / "migration_checklist.md"


def test_every_point_is_seen_to() -> None:
    known = {gate.name for gate in GATES}
    assert len(CHECKLIST) == 8
    for point in CHECKLIST:
        assert point.gates or point.scenarios
        assert set(point.gates) <= known


def test_the_page_is_printed_from_the_table(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update"):
        PAGE.write_text(checklist_page())
    assert PAGE.read_text() == checklist_page()
