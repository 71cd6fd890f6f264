"""Random applications are whole: every gate, and every scenario against the running application.

`APPGEN_RANDOM_SPECS=100-120` tries others than the usual seeds.
"""

import os

import pytest

from tests.properties.building import build, compiles, complaints
from tests.properties.specs import seeded_spec

_USUAL = (1000, 2000, 3000, 4000)


def _seeds() -> list[int]:
    first, _, last = os.environ.get("APPGEN_RANDOM_SPECS", "").partition("-")
    return list(range(int(first), int(last or first) + 1)) if first else list(_USUAL)


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.parametrize("seed", _seeds())
def test_a_random_application_passes_its_gates_and_scenarios(seed: int) -> None:
    text = next(t for n in range(100) if compiles(t := seeded_spec(seed + n * 7919, entities=3, flows=3)))
    assert complaints(build(text)) == [], text
