"""The healthy application that faults are put into, built once."""

from pathlib import Path

import pytest

from tests.faults.app import App, build

SPEC = Path(__file__).with_name("yard.yaml")


@pytest.fixture(scope="session")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> App:
    return build(SPEC, tmp_path_factory.mktemp("yard"))
