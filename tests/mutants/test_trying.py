"""Mutants tried on a real application: what sees them, what survives a weak plan, what the command says."""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from generator.cli import app
from generator.core.errors import MachineError
from generator.host.forks import ForkBench, ForkSession, fork_benches
from generator.host.format import RuffFormatter
from generator.host.interrupts import terminable
from generator.host.pids import own_tag
from generator.verify.mutants.judge import Subject
from generator.verify.mutants.model import MutationReport, Verdict
from generator.verify.mutants.report import verdict_text
from generator.verify.mutants.run import Choice, candidates, drawn, run_mutants
from generator.verify.sandbox import Files
from tests.building import ROOT, compiled
from tests.cli.test_killed import left
from tests.host.test_process import until
from tests.mutants.conftest import subject_of


def tried(subject: Subject, **choice: Any) -> MutationReport:
    return run_mutants(subject, fork_benches, RuffFormatter(), {}, Choice(**choice))


@pytest.fixture(scope="module")
def report(subject: Subject) -> MutationReport:
    return tried(subject, sample=10, seed=5)


def test_gates_and_scenarios_kill_a_sample(report: MutationReport) -> None:
    assert report.problem == ""
    assert len(report.verdicts) == 10
    assert report.score >= 95, [verdict_text(v) for v in report.survivors]
    seen = {v.by.split()[0] for v in report.verdicts if v.outcome == "killed"}
    assert {"gate", "scenario"} <= seen


def test_a_seed_draws_the_same_mutants(report: MutationReport, subject: Subject) -> None:
    chosen = Choice(sample=10, seed=5)
    every = candidates(subject, chosen)
    order = drawn(len(every), chosen)
    assert order == drawn(len(every), chosen)
    assert sorted(order) == list(range(len(every)))
    assert order != drawn(len(every), Choice(sample=10, seed=6))
    first = {c.id for c in (every[n] for n in order[:40])}
    assert {v.mutant.removeprefix("ir:") for v in report.verdicts} <= {c.removeprefix("ir:") for c in first}


class Broken:
    """A bench on a machine that fails after some sessions."""

    def __init__(self, bench: ForkBench, left: int) -> None:
        self._bench, self._left, self.opened = bench, left, 0

    def open(self, changed: Mapping[str, str], *, migrated: bool) -> AbstractContextManager[ForkSession]:
        self.opened += 1
        if self.opened > self._left:
            raise MachineError("no room is left")
        return self._bench.open(changed, migrated=migrated)

    def give_up(self) -> None:
        self._bench.give_up()


@pytest.mark.slow
def test_a_machine_that_fails_ends_it_for_every_worker(subject: Subject) -> None:
    opened: list[Broken] = []

    @contextmanager
    def benches(bundle: Files, count: int) -> Iterator[list[Broken]]:
        with fork_benches(bundle, count) as places:
            opened.extend(Broken(place, 4 if number else 999) for number, place in enumerate(places))
            yield opened

    with pytest.raises(MachineError, match="no room"):
        run_mutants(subject, benches, RuffFormatter(), {}, Choice())
    assert opened[1].opened == 6  # the one that failed, and once more
    assert opened[0].opened < 60


class Shaken(Broken):
    """A bench of which one session fails, and no other."""

    def open(self, changed: Mapping[str, str], *, migrated: bool) -> AbstractContextManager[ForkSession]:
        self.opened += 1
        if self.opened == self._left:
            raise MachineError("a process was killed")
        return self._bench.open(changed, migrated=migrated)


def test_a_session_that_somebody_killed_is_tried_again(subject: Subject) -> None:
    opened: list[Shaken] = []

    @contextmanager
    def benches(bundle: Files, count: int) -> Iterator[list[Shaken]]:
        with fork_benches(bundle, count) as places:
            opened.extend(Shaken(place, 4) for place in places)
            yield opened

    report = run_mutants(subject, benches, RuffFormatter(), {}, Choice(only=("effect_dropped",), workers=1))
    assert report.problem == ""
    assert report.score == 100
    assert opened[0].opened > 4


def test_a_run_that_is_ended_leaves_nothing(subject: Subject) -> None:
    told: list[str] = []
    others = left(own_tag())  # what fixtures of this process hold

    def end(verdict: Verdict, _done: int, _total: int) -> None:
        told.append(verdict.mutant)
        os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt), terminable():
        run_mutants(subject, fork_benches, RuffFormatter(), {}, Choice(), end)
    assert told
    assert len(told) < 10  # of hundreds: what was being tried is over, nothing else begins
    assert until(lambda: left(own_tag()) == others)


@pytest.mark.slow
def test_a_guard_that_never_fails_is_told_as_equivalent(subject: Subject) -> None:
    report = tried(subject, only=("guard_dropped",))
    assert not report.survivors
    assert any("never fails" in v.reason and "ensure:Box.shut" in v.reason for v in report.equivalents)


@pytest.mark.slow
def test_a_weak_plan_leaves_survivors_with_their_line(made: dict[str, Any]) -> None:
    plan = made["test_plan"]
    suites = tuple(
        msgspec.structs.replace(s, scenarios=tuple(c for c in s.scenarios if "shut" not in c.name.lower()))
        for s in plan.suites
    )
    weak = subject_of({**made, "test_plan": msgspec.structs.replace(plan, suites=suites)})
    report = tried(weak, only=("effect_changed",))
    lost = [v for v in report.survivors if v.level == "code"]
    assert lost
    assert report.score < 95
    line = made["app_bundle"].file("app/box/service.py").text.splitlines().index("        box.room -= 1") + 1
    assert f"app/box/service.py:{line}" in {v.place for v in lost}
    assert any("+        box.room += 1" in v.diff for v in lost)


@pytest.mark.slow
def test_an_application_that_fails_has_no_score(made: dict[str, Any]) -> None:
    bundle = made["app_bundle"]
    path = "app/box/service.py"
    files = tuple(
        msgspec.structs.replace(f, text=f.text.replace("box.room -= 1", "box.room -= 2"))
        if f.path == path
        else f
        for f in bundle.files
    )
    broken = subject_of({**made, "app_bundle": msgspec.structs.replace(bundle, files=files)})
    report = tried(broken, only=("lock_dropped",))
    assert "the application itself does not pass" in report.problem
    assert report.score == 0


def test_the_command_prints_a_table_and_fails_below_the_score(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPGEN_STATE", str(tmp_path / "state"))
    arguments = ["mutants", str(spec), "--only", "lock-dropped", "--sample", "3"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "lock dropped" in done.output
    assert "score 100.0 %" in done.output
    wrong = CliRunner().invoke(app, ["mutants", str(spec), "--only", "lock_droped"])
    assert wrong.exit_code == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spec_path", "sample"),
    [("specs/shop.yaml", 24), ("specs/clinic.yaml", 12), ("tests/corpus/rental.yaml", 12)],
)
def test_whole_applications(spec_path: str, sample: int, tmp_path: Path) -> None:
    report = tried(subject_of(compiled(ROOT / spec_path, tmp_path)), sample=sample, seed=1)
    assert report.problem == ""
    assert report.score >= 95, [verdict_text(v) for v in report.survivors]
