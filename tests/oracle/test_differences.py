"""Applications with a fault: it is found, made short, stored, and later builds run what was stored."""

from pathlib import Path
from typing import Any

import pytest

from generator.commands.oracle import compare
from generator.core.errors import EXIT_FINDINGS
from generator.host.sandbox import ProcessSandbox
from generator.host.state import State
from generator.host.workshop import open_workshop, read_source, regressions_folder
from generator.pipeline import compile_app, keys
from generator.verify.oracle.drive import run_oracle
from generator.verify.oracle.keep import regression, to_text
from generator.verify.oracle.model import Difference
from generator.verify.smoke import run_smoke
from tests.oracle.conftest import VAULT, faulty, live

SERVICE = "app/vault/service.py"
FAULTS = {
    "comparison": (SERVICE, "data.amount > vault.balance", "data.amount >= vault.balance"),
    "stays": (SERVICE, "database.execute(queries.DELETE_AT", "database.fetch_value(queries.EXISTS"),
}


def _found(made: dict[str, Any], fault: str) -> tuple[Difference, bool]:
    """Return the difference and whether the scenario of it fails on the application."""
    with live(made, faulty(made, *FAULTS[fault])) as application:
        result = run_oracle(made["application_ir"], application, 1000)
        assert result.difference is not None
        _, shows = regression(
            made["application_ir"], result.difference, application.base_url, application.clear
        )
    return result.difference, shows


def test_a_row_that_stays_although_the_answer_is_right(vault: dict[str, Any]) -> None:
    difference, shows = _found(vault, "stays")
    assert difference.kind == "state"
    assert [r.draft.operation for r in difference.requests] == [
        "operation:Vault.create",
        "operation:Vault.delete",
    ]
    assert shows


def test_what_was_found_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "vault.yaml"
    spec.write_text(VAULT)
    workshop = open_workshop(State(tmp_path / "state"))
    before = compile_app(read_source(spec, workshop), workshop)
    made = {name: a.value for name, a in before.items()}
    broken = faulty(made, *FAULTS["comparison"])

    with ProcessSandbox().open(broken) as session:
        session.migrate()
        session.start()
        assert compare(spec, before, session, 1000, 0) == EXIT_FINDINGS
        said = capsys.readouterr().out
        after = compile_app(read_source(spec, workshop), workshop)
        plan = after["test_plan"].value
        suite = next(s for s in plan.suites if s.name == "regressions")
        result = run_smoke(plan, session.base_url)

    (file,) = regressions_folder(spec).glob("*.json")
    assert file.name in said
    line = VAULT[: VAULT.index("amount <=")].count("\n") + 1
    assert f"vault.yaml:{line})" in said
    assert "require:Vault.withdraw:" in said
    assert said.count("curl ") == 2
    assert [s.name for s in suite.scenarios] == [f"regression {file.stem}"]
    assert f"regression {file.stem}" in {row.scenario for row in result.failures}
    with ProcessSandbox().open(after["app_bundle"].value) as session:
        session.migrate()
        session.start()
        assert run_smoke(plan, session.base_url).ok


def test_a_stored_scenario_makes_only_the_plan_stale(tmp_path: Path, vault: dict[str, Any]) -> None:
    spec = tmp_path / "vault.yaml"
    spec.write_text(VAULT)
    workshop = open_workshop(State(tmp_path / "state"))
    before = keys(compile_app(read_source(spec, workshop), workshop), workshop, "out")
    scenario = vault["test_plan"].scenarios()[0]
    folder = regressions_folder(spec)
    folder.mkdir()
    (folder / "abcdef01.json").write_text(to_text(scenario))
    after = keys(compile_app(read_source(spec, workshop), workshop), workshop, "out")
    changed = {name for name in before if before[name] != after[name]}
    assert "test_plan" in changed
    assert changed.isdisjoint({"constraint_graph", "guard_ir", "schemas", "models", "services", "routes"})
