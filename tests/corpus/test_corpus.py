"""Specs of domains that nobody had in mind, as outside users write them: each must be right at once."""

from pathlib import Path

import pytest

from tests.properties.building import Built, build, complaints

_SPECS = sorted(Path(__file__).parent.glob("*.yaml"))


@pytest.fixture(scope="module", params=_SPECS, ids=lambda path: path.stem)
def built(request: pytest.FixtureRequest) -> Built:
    return build(request.param.read_text(encoding="utf-8"))


@pytest.mark.corpus
@pytest.mark.slow
def test_gates_and_scenarios_pass(built: Built) -> None:
    assert complaints(built) == []


@pytest.mark.corpus
@pytest.mark.slow
def test_every_operation_is_exercised(built: Built) -> None:
    exercised = {step.operation for s in built.plan.scenarios() for step in s.steps}
    unreached = {o.id for o in built.ir.api.operations} - exercised
    assert not unreached
