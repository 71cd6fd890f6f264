"""Scenarios in whose way other rows would be: they are planned, and run where the database may be emptied."""

import os
import subprocess
import sys
from pathlib import Path

from generator.graph.build import build_graph
from generator.guards.synthesize import FlowLogicSynthesizer
from generator.verify.coverage.measure import measure
from generator.verify.delivery import smoke_files
from tests.plan.helpers import ROOT, ir_of, plan_of, play
from tests.smoke.helpers import served

SPEC = ROOT / "tests/corpus/lanterns.yaml"
IR = ir_of(SPEC)
PLAN = plan_of(SPEC)
FRESH = [s.name for s in PLAN.scenarios() if s.fresh]
OTHERS = [s.name for s in PLAN.scenarios() if not s.fresh]


def run_program(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    for file in smoke_files(PLAN):
        path = folder / file.path
        path.parent.mkdir(exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "smoke", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_few_values_for_many_scenarios_leave_nothing_out() -> None:
    guards = FlowLogicSynthesizer(build_graph(IR)).synthesize_for_app(IR)
    assert FRESH
    assert OTHERS
    assert measure(IR, guards, PLAN).missing == ()
    assert [row.problem for row in play(PLAN, IR) if not row.ok] == []


def test_who_may_not_empty_the_database_is_told_what_was_left(tmp_path: Path) -> None:
    with served(IR) as url:
        done = run_program(tmp_path, "--base-url", url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(FRESH)} more need an empty database: --empty" in done.stdout
    assert f"{len(OTHERS)} of {len(OTHERS)} scenarios passed" in done.stdout


def test_only_such_scenarios_without_leave_is_no_pass(tmp_path: Path) -> None:
    done = run_program(tmp_path, "--base-url", "http://127.0.0.1:1", "--only", FRESH[0])
    assert done.returncode == 2
    assert "no scenario was executed" in done.stdout


def test_which_database_has_to_be_said(tmp_path: Path) -> None:
    done = run_program(tmp_path, "--base-url", "http://127.0.0.1:1", "--empty")
    assert done.returncode == 2
    assert "--empty needs a DATABASE_URL" in done.stderr


def test_a_database_that_can_not_be_emptied_fails_them(tmp_path: Path) -> None:
    nowhere = "postgresql+asyncpg://nobody@127.0.0.1:1/nothing"
    with served(IR) as url:
        done = run_program(tmp_path, "--base-url", url, "--empty", "--only", FRESH[0], DATABASE_URL=nowhere)
    assert done.returncode == 1
    assert "the database can't be emptied" in done.stdout
