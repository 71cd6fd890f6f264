"""A world of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.host.postgres import PostgresServer
from tests.migrations.world import World


@pytest.fixture
def world(tmp_path: Path, pg_server: PostgresServer) -> Iterator[World]:
    made = World(tmp_path, pg_server)
    yield made
    made.close()
