"""Every fault that is seen in the files is diagnosed to the override that holds it, at its stage and line."""

from pathlib import Path

import pytest

from tests.faults.app import App
from tests.faults.conftest import built
from tests.faults.model import Fault
from tests.faults.run import SOURCE, ask
from tests.faults.test_faults import READ, name
from tests.repair.diagnosing import check_repair


@pytest.fixture(scope="session")
def yard(tmp_path_factory: pytest.TempPathFactory) -> App:
    return built(Path(__file__).parents[1] / "faults" / "yard.yaml", tmp_path_factory)


@pytest.mark.parametrize("fault", READ, ids=name)
def test_it_is_diagnosed_and_its_repair_is_known(yard: App, fault: Fault) -> None:
    broken = fault.inject(yard)
    check_repair(yard, broken.app, ask(broken.app, SOURCE).findings)
