from __future__ import annotations

import pytest

from tests.interpreter.world import Client, everything


@pytest.fixture
def app() -> Client:
    return Client(everything())
