"""Every scenario of the plan passes."""

import pytest

from smoke.plan import read_plan
from smoke.report import failure_text
from tests.conftest import PLAN, Exercised

SCENARIOS = sorted(s.name for s in read_plan(PLAN).scenarios)


def test_there_are_scenarios() -> None:
    assert SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(exercised: Exercised, name: str) -> None:
    row = exercised.rows[name]
    assert row.ok, failure_text(row)
