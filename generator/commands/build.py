"""`appgen build`: from specs to delivered applications, through the asset graph."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from generator.commands.diagnostics import display, print_diagnostics, tell_unclaimed
from generator.commands.failures import apart
from generator.commands.paths import UsageError, find_specs, invocation
from generator.commands.progress import Screen, count
from generator.commands.repairs import tell_step
from generator.commands.reports import export_failed, export_passed
from generator.core.diagnostics import SpecError
from generator.core.errors import EXIT_FINDINGS
from generator.deliver.target import SCHEME, absolute, within
from generator.host import sandboxes
from generator.host.reports import latest_report
from generator.host.state import AppEntry, State
from generator.host.workshop import compile_spec, open_workshop
from generator.pipeline import BY_NAME, DIRECTIVES
from generator.stages import ahead
from generator.stages.model import Artefact
from generator.stages.steps import sanity_report
from generator.stages.workshop import Workshop
from generator.verify.coverage.report import print_coverage
from generator.verify.report import print_smoke


class Options(msgspec.Struct, frozen=True):
    """How to build."""

    everything: bool = False
    force: bool = False
    sandbox: sandboxes.Kind = "process"
    repair: bool = False  # until it is whole, or nothing more is safe
    reports: Path | None = None  # where a page and JUnit XML of each application are put


def run(specs: list[Path], out: str | None, options: Options) -> int:
    """Build each spec; the exit code is that of the worst."""
    sandboxes.choose(options.sandbox)
    work = _Build(State(), Screen(), options)
    paths = find_specs(specs)
    tell_unclaimed(paths)
    entries: dict[str, AppEntry] = {}
    failed: dict[str, int] = {}  # spec or application -> exit code
    for path in paths:
        entry = apart(partial(_entry, path, out, work.state, alone=len(paths) == 1))
        if not isinstance(entry, AppEntry):
            failed[display(path)] = entry
            continue
        if entry.app in entries:
            raise UsageError(f"{path} and {entries[entry.app].spec} are both called {entry.app}")
        entries[entry.app] = entry
    failed |= {app: code for app, entry in entries.items() if (code := apart(partial(work.build, entry)))}
    if len(paths) > 1:
        told = f"; not: {', '.join(failed)}" if failed else ""
        work.say(f"\n{len(paths) - len(failed)} of {len(paths)} are as their specs say{told}")
    return max(failed.values(), default=0)


def _entry(path: Path, out: str | None, state: State, *, alone: bool) -> AppEntry | int:
    """Return what is to be built, or an exit code when the spec is wrong, which is then said."""
    workshop = open_workshop(state)
    try:
        done = compile_spec(path.absolute(), workshop, "application_ir")
    except SpecError as error:
        print_diagnostics(error.diagnostics, path.absolute().parent)
        return EXIT_FINDINGS
    finally:
        state.save(workshop.code)
    app = done["application_ir"].value.name
    print_diagnostics(done["app_spec"].value.warnings, path.absolute().parent)
    if out is None:
        known = state.entry(app)
        target = known.out if known else f"build/{app}"
    else:
        target = out if alone else within(out, app)
    return AppEntry(app, str(path.absolute()), absolute(target))


class _Ended(msgspec.Struct, frozen=True):
    """How a build ended; `run` is empty if it did not come to one."""

    code: int
    run: str = ""


class _Build:
    """Builds one application after the other; Dagster is loaded when the first is compiled."""

    def __init__(self, state: State, screen: Screen, options: Options) -> None:
        self.state = state
        self._screen = screen
        self._options = options

    def say(self, text: str) -> None:
        """Print a line."""
        self._screen.say(text)

    def build(self, entry: AppEntry) -> int:
        """Build one, alone; return the exit code."""
        busy = f"another build of {entry.app} is running; waiting for it"
        with self.state.lock(entry.app, lambda: self._screen.say(busy)):
            self.state.remember(entry)
            ended = self._build(entry, everything=self._options.everything)
            return self._repair(entry, ended) if self._options.repair else ended.code

    def _repair(self, entry: AppEntry, ended: _Ended) -> int:
        """Repair and build what that reaches, until it is whole or nothing more is safe."""
        while ended.code:
            repaired = self._builder.repair(entry, ended.run)
            if repaired is None:
                return ended.code
            tell_step(repaired.considered, self._screen)
            if repaired.plan is None:
                return ended.code
            ended = self._build(entry, self._builder.repair_tags(repaired.considered))
        self._builder.well_again(entry.app)
        return 0

    def _build(
        self, entry: AppEntry, tags: Mapping[str, str] | None = None, *, everything: bool = False
    ) -> _Ended:
        began = time.perf_counter()
        screen = self._screen
        workshop = open_workshop(self.state)
        try:
            done = compile_spec(Path(entry.spec), workshop, out=entry.out)
        except SpecError as error:  # an override that can't be used, or rows that would be lost
            print_diagnostics(error.diagnostics, Path(entry.spec).parent)
            return _Ended(EXIT_FINDINGS)
        finally:
            self.state.save(workshop.code)
        if everything or not done["app_bundle"].hit:
            _begin_gates(done, workshop)
        plan = self._builder.plan(entry, done, workshop, everything=everything)
        if not plan.stale:
            screen.say(f"{entry.app}: nothing has changed, nothing to do; it lies in {display(entry.out)}")
            self._export(entry.app, None)
            return _Ended(0)
        with screen.app(entry.app, _steps(plan.stale), time.perf_counter() - began):
            outcome = self._builder.run(
                plan, screen, everything=everything, force=self._options.force, tags=tags
            )
        self._export(entry.app, None if outcome.ok else outcome)
        plan_made, spans = done["test_plan"].value, done["application_ir"].sidecar or {}
        print_coverage(plan_made.coverage, spans, screen.console)
        return _Ended(_report(outcome, self.state, screen, time.perf_counter() - began), outcome.run)

    def _export(self, app: str, failed: Any) -> None:
        if self._options.reports is None:
            return
        if failed is None:
            export_passed(self._options.reports, app, self.state)
        else:
            export_failed(self._options.reports, failed, self.state)

    @cached_property
    def _builder(self) -> Any:
        # By name: the generator itself must not know of Dagster.
        return import_module("appgen_assets.local").Builder(self.state)


def _steps(stages: Sequence[str]) -> int:
    """Return how many lines of progress there will be: all directives are made in one step."""
    return len([s for s in stages if s not in DIRECTIVES]) + any(s in DIRECTIVES for s in stages)


def _begin_gates(done: dict[str, Artefact], workshop: Workshop) -> None:
    """Run the gates of a new bundle while Dagster is loaded and the other stages are recorded."""
    app, ir, guards = (done[name] for name in ("app_bundle", "application_ir", "guard_ir"))
    key = workshop.key(BY_NAME["sanity_report"], done)
    ahead.begin(
        key,
        lambda: sanity_report.run(app.value, ir.value, ir.sidecar, guards.value, sandboxes.open_sandbox()),
    )


def _report(outcome: Any, state: State, screen: Screen, seconds: float) -> int:
    if outcome.smoke is not None:
        print_smoke(outcome.smoke, screen.console, verbose=True)
        if (kept := latest_report(state, outcome.app)) is not None:
            screen.say(f"the whole report: {display(str(kept.html))}")
    for warning in outcome.warnings:
        screen.say(f"  warning: {warning}")
    if not outcome.ok:
        for failure in outcome.failures:
            screen.fail(failure.stage, failure.message)
            if failure.trace:
                screen.say(f"  the details are in {_keep(state, outcome.run, failure.trace)}")
        screen.say(f"{outcome.app} was not delivered; what lay in {display(outcome.out)} is unchanged.")
        return max((f.exit_code for f in outcome.failures), default=EXIT_FINDINGS)
    made = count(_steps(outcome.ran), "stage")
    screen.say(f"\n{outcome.app} lies in {display(outcome.out)} ({made}, {seconds:.1f} s)")
    if not outcome.out.startswith(SCHEME):
        screen.say(f"  start it:          {invocation()} run {display(outcome.out)}")
    screen.say(f"  open the lineage:  {invocation()} ui")
    return 0


def _keep(state: State, run: str, trace: str) -> Path:
    path = state.root / "logs" / f"{run}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(trace, encoding="utf-8")
    return path
