"""The injectors know no application: they find their places in others, and the same gates see it there."""

from pathlib import Path

import pytest

from tests.faults.app import App
from tests.faults.conftest import built
from tests.faults.model import Fault, NoPlace
from tests.faults.run import SOURCE, ask
from tests.faults.table import FAULTS
from tests.faults.test_faults import READ, check_findings, name

ROOT = Path(__file__).parents[2]
OTHERS = ("specs/shop.yaml", "tests/corpus/hotel.yaml")
ALWAYS = 0.75  # of all faults have a place in any application of some size


@pytest.fixture(scope="module", params=OTHERS)
def other(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> App:
    return built(ROOT / request.param, tmp_path_factory)


def test_most_faults_have_a_place(other: App) -> None:
    placed = 0
    for fault in FAULTS:
        try:
            broken = fault.inject(other)
        except NoPlace:
            continue
        assert broken.app.bundle != other.bundle
        placed += 1
    assert placed >= ALWAYS * len(FAULTS)


@pytest.mark.parametrize("fault", READ, ids=name)
def test_what_is_seen_in_the_files_is_seen_elsewhere(other: App, fault: Fault) -> None:
    try:
        broken = fault.inject(other)
    except NoPlace:
        return  # how many have one is tested above
    check_findings(ask(broken.app, SOURCE), fault, broken)
