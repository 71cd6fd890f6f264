"""The healthy application that faults are put into, built once."""

import os
from pathlib import Path

import pytest
from filelock import FileLock

from tests.faults.app import App, build

SPEC = Path(__file__).with_name("yard.yaml")


@pytest.fixture(scope="session")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> App:
    return built(SPEC, tmp_path_factory)


def built(spec: Path, tmp_path_factory: pytest.TempPathFactory) -> App:
    """Compile a spec once for all of xdist's workers."""
    folder = (
        tmp_path_factory.getbasetemp().parent
        / f"faults-{spec.stem}-{os.environ.get('PYTEST_XDIST_TESTRUNUID', '')}"
    )
    with FileLock(f"{folder}.lock"):
        return build(spec, folder)
