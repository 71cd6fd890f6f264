"""The same plan gives the same result in containers as in child processes."""

from typing import Any

import pytest

from generator.host.docker import DockerSandbox
from generator.host.docker.session import DockerSession
from generator.host.sandbox import ProcessSandbox
from generator.stages.steps import smoke_result
from generator.verify.gates import run_gates
from generator.verify.model import SmokeResult
from generator.verify.sandbox import Sandbox
from generator.verify.smoke import smoke_session
from tests.building import ROOT
from tests.docker.conftest import Compile

SPECS = sorted(p.stem for p in (ROOT / "specs").glob("*.yaml"))


def lasting(result: SmokeResult) -> list[tuple[Any, ...]]:
    """Return of each row what doesn't hold an id, a time or an address."""
    rows = result.rows
    return [(r.scenario, r.suite, r.kind, r.node, r.ok, r.step, r.steps, r.got[:3], r.problem) for r in rows]


@pytest.mark.parametrize("name", SPECS)
def test_every_scenario_passes_with_the_same_rows(name: str, made: Compile) -> None:
    stages = made(name)

    def smoke(sandbox: Sandbox) -> SmokeResult:
        seen: list[tuple[int, int]] = []
        result = smoke_result.run(
            stages["app_bundle"],
            stages["test_plan"],
            sandbox,
            lambda _row, done, total: seen.append((done, total)),
        )
        assert result.ok, [result.problem, *result.failures, *result.findings]
        assert result.log_lines > 3
        assert len(seen) > 5
        assert seen == sorted(seen)
        assert seen[-1] == (len(result.rows), len(result.rows))
        return result

    inside, outside = smoke(DockerSandbox()), smoke(ProcessSandbox())
    assert len(inside.rows) == len(stages["test_plan"].scenarios())
    assert lasting(inside) == lasting(outside)


def test_every_gate_passes(made: Compile) -> None:
    stages = made("shop")
    report = run_gates(stages["app_bundle"], stages["application_ir"], DockerSandbox(), stages["guard_ir"])
    assert report.ok, [(gate.gate, gate.skipped, gate.findings) for gate in report.gates if not gate.ok]


def test_an_operator_runs_the_delivered_plan_in_the_image(session: DockerSession) -> None:
    done = session.run(["python", "-m", "smoke", "--base-url", session.base_url, "--only", "no such"])
    chosen = session.run(
        ["python", "-m", "smoke", "--base-url", session.base_url, "--only", "Product.create"]
    )
    assert (done.code, done.stdout) == (2, "no scenario was executed: that is a failure\n")
    assert chosen.code == 0, chosen.stdout
    assert "scenarios passed, 0 failed" in chosen.stdout


def test_a_failed_scenario_has_its_row(session: DockerSession, made: Compile) -> None:
    session.stop()
    result = smoke_session(made("shop")["test_plan"], session)
    session.start()
    assert not result.ok
    assert len(result.failures) == len(result.rows) > 0
    assert {row.problem.partition(":")[0] for row in result.rows} == {"connection refused", "not sent"}


def test_the_images_own_health_check_agrees(session: DockerSession, engine: Any) -> None:
    server = engine.containers.get(session.container_ids[-1])
    check = server.attrs["Config"]["Healthcheck"]["Test"]
    assert check[0] == "CMD"
    assert server.exec_run(check[1:]).exit_code == 0
