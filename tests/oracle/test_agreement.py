"""Healthy applications: whatever is asked of them, they answer and store what the interpreter says."""

from pathlib import Path
from typing import Any

import pytest

from generator.host.sandbox import ProcessSandbox
from generator.host.sql import connected
from generator.ir.index import Index
from generator.verify.oracle.drive import run_oracle
from generator.verify.oracle.live import Live
from generator.verify.oracle.model import OracleResult
from generator.verify.sandbox import AppFailed
from tests.building import ROOT, compiled
from tests.oracle.conftest import live

_SPECS = sorted((ROOT / "specs").glob("*.yaml"))
_CORPUS = [ROOT / "tests" / "corpus" / f"{name}.yaml" for name in ("awkward", "rental")]


def _try(spec: Path, state: Path, steps: int) -> OracleResult:
    made = compiled(spec, state)
    with live(made) as application:
        return run_oracle(made["application_ir"], application, steps, 0, made["test_plan"].scenarios())


@pytest.mark.slow
@pytest.mark.parametrize("spec", _SPECS, ids=lambda path: path.stem)
def test_two_thousand_requests_of_an_example(spec: Path, tmp_path: Path) -> None:
    result = _try(spec, tmp_path, 2000)
    assert result.difference is None, result.difference
    assert result.steps >= 2000
    assert len(result.unreached) <= len(result.answered) // 10


@pytest.mark.slow
@pytest.mark.parametrize("spec", _CORPUS, ids=lambda path: path.stem)
def test_requests_of_further_domains(spec: Path, tmp_path: Path) -> None:
    result = _try(spec, tmp_path, 400)
    assert result.difference is None, result.difference
    assert result.steps >= 400


def test_the_same_seed_asks_the_same(vault: dict[str, Any]) -> None:
    plan = vault["test_plan"].scenarios()
    with live(vault) as application:
        first, again, other = (
            run_oracle(vault["application_ir"], application, 120, seed, plan) for seed in (5, 5, 6)
        )
    assert first.ok, first.difference
    assert again.answered == first.answered
    assert other.answered != first.answered


def test_every_operation_is_reached_without_a_plan(vault: dict[str, Any]) -> None:
    with live(vault) as application:
        result = run_oracle(vault["application_ir"], application, 150)
    assert result.ok, result.difference
    assert result.unreached == ()
    assert sum(refused for _, refused in result.answered.values()) > 0


def test_an_application_that_is_gone_is_no_pass(vault: dict[str, Any]) -> None:
    with ProcessSandbox().open(vault["app_bundle"]) as session:
        session.migrate()
        session.start()
        with connected(session.database_url) as database:
            application = Live(session.base_url, database, Index(vault["application_ir"]))
            session.stop()
            with pytest.raises(AppFailed, match="no answer to"):
                run_oracle(vault["application_ir"], application, 50)
