"""`appgen mutants`: small mistakes in the application, and whether gates and scenarios see them."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console

from generator.commands.paths import UsageError, find_specs
from generator.core.errors import EXIT_FINDINGS
from generator.core.suggest import did_you_mean
from generator.host.forks import fork_benches
from generator.host.format import RuffFormatter
from generator.host.state import State
from generator.host.workshop import compile_spec, open_workshop
from generator.verify.mutants.judge import Subject
from generator.verify.mutants.model import KINDS, Kind, MutationReport, Verdict
from generator.verify.mutants.report import print_report
from generator.verify.mutants.run import Choice, run_mutants

_EVERY = 25


def run(specs: list[Path], only: list[str], sample: int, seed: int, at_least: float) -> int:
    """Try the mutants of each spec; 1 if a score is lower than `at_least`."""
    choice = Choice(tuple(_kind(name) for name in only), sample, seed)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    code = 0
    for path in find_specs(specs):
        report = score(path, choice, console)
        print_report(report, console)
        if report.problem or report.score < at_least:
            code = EXIT_FINDINGS
    return code


def score(path: Path, choice: Choice, console: Console | None = None) -> MutationReport:
    """Compile a spec and try its mutants."""
    state = State()
    workshop = open_workshop(state)
    done = compile_spec(path.absolute(), workshop)
    state.save(workshop.code)
    app, ir, guards, plan = (done[name] for name in ("app_bundle", "application_ir", "guard_ir", "test_plan"))
    subject = Subject(app.value, ir.value, guards.value, plan.value)
    progress = None if console is None else _Teller(console).tell
    return run_mutants(subject, fork_benches, RuffFormatter(), ir.sidecar, choice, progress)


def _kind(name: str) -> Kind:
    wanted = name.replace("-", "_")
    for kind in KINDS:
        if kind == wanted:
            return kind
    hint = did_you_mean(wanted, KINDS) or f"Kinds: {', '.join(KINDS)}"
    raise UsageError(f"there are no mutants of the kind {name!r}", hint)


class _Teller:
    """Prints a line for each survivor at once, and how far it is now and then."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def tell(self, verdict: Verdict, done: int, total: int) -> None:
        """Tell of one verdict."""
        if verdict.outcome == "survived":
            self._say(f"{done}/{total} SURVIVED {verdict.place}: {verdict.kind}: {verdict.what}")
        elif done == total or done % _EVERY == 0:
            self._say(f"{done}/{total} {verdict.outcome} {verdict.place} {verdict.by}")

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, soft_wrap=True)
