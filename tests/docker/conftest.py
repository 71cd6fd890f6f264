"""One application in containers for all tests that only look at it; `make test-docker` starts an engine."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from generator.host.docker import DockerSandbox
from generator.host.docker.engine import connect
from generator.host.docker.session import DockerSession
from tests.building import ROOT, compiled

Compile = Callable[[str], dict[str, Any]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/docker" in item.path.as_posix():
            item.add_marker(pytest.mark.docker)


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what was compiled is kept for all tests, and for the processes that they start."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def made(state: Path) -> Compile:
    """Return stage -> value of a spec of this repository."""
    return lambda name: compiled(ROOT / "specs" / f"{name}.yaml", state)


@pytest.fixture(scope="session")
def engine() -> Iterator[docker.DockerClient]:
    client = connect()
    yield client
    client.close()


@pytest.fixture(scope="session")
def session(made: Compile) -> Iterator[DockerSession]:
    """The shop, migrated and started."""
    with DockerSandbox().open(made("shop")["app_bundle"]) as opened:
        opened.migrate()
        opened.start()
        yield opened
