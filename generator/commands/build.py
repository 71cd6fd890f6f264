"""`appgen build`: from specs to delivered applications, through the asset graph."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from generator.commands.diagnostics import display, print_diagnostics
from generator.commands.paths import UsageError, find_specs
from generator.commands.progress import Screen
from generator.core.diagnostics import SpecError
from generator.core.errors import EXIT_FINDINGS, ToldError
from generator.host.postgres import shared_server
from generator.host.state import AppEntry, State
from generator.host.workshop import open_workshop, read_source
from generator.pipeline import compile_app
from generator.verify.report import print_smoke


def run(specs: list[Path], out: Path | None, *, everything: bool, force: bool) -> int:
    """Build each spec; the exit code is that of the worst."""
    state, screen = State(), Screen()
    paths = find_specs(specs)
    entries: dict[str, AppEntry] = {}
    code = 0
    for path in paths:
        entry = _entry(path, out, state, alone=len(paths) == 1)
        if entry is None:
            code = EXIT_FINDINGS
            continue
        if entry.app in entries:
            raise UsageError(f"{path} and {entries[entry.app].spec} are both called {entry.app}")
        entries[entry.app] = entry
    if entries:
        # By name: generator itself must not know of Dagster.
        builder = import_module("appgen_assets.local").Builder(state)
        for entry in entries.values():
            code = max(code, _build(builder, entry, state, screen, everything=everything, force=force))
    return code


def _entry(path: Path, out: Path | None, state: State, *, alone: bool) -> AppEntry | None:
    """Return what is to be built, or None when the spec is wrong, which is then said."""
    workshop = open_workshop(state)
    try:
        done = compile_app(read_source(path.absolute(), workshop), workshop, "application_ir")
    except SpecError as error:
        print_diagnostics(error.diagnostics, path.absolute().parent)
        return None
    finally:
        state.save(workshop.code)
    app = done["application_ir"].value.name
    print_diagnostics(done["app_spec"].value.warnings, path.absolute().parent)
    if out is None:
        known = state.entry(app)
        folder = Path(known.out) if known else Path("build") / app
    else:
        folder = out if alone else out / app
    return AppEntry(app, str(path.absolute()), str(folder.absolute()))


def _build(
    builder: Any, entry: AppEntry, state: State, screen: Screen, *, everything: bool, force: bool
) -> int:
    began = time.perf_counter()
    with state.lock(
        entry.app, lambda: screen.say(f"another build of {entry.app} is running; waiting for it")
    ):
        state.remember(entry)
        plan = builder.plan(entry, everything=everything)
        if not plan.stale:
            screen.say(f"{entry.app}: nothing has changed, nothing to do; it lies in {display(entry.out)}")
            return 0
        _warm(plan.stale)
        with screen.app(entry.app, len(plan.stale), time.perf_counter() - began):
            outcome = builder.run(plan, screen, everything=everything, force=force)
    return _report(outcome, state, screen, time.perf_counter() - began)


def _warm(stale: Collection[str]) -> None:
    """Start the database while the first stages run; if it can't be, the stage that needs it says so."""

    def start() -> None:
        with suppress(ToldError):
            shared_server()

    if {"sanity_report", "smoke_result"} & set(stale):
        threading.Thread(target=start, daemon=True).start()


def _report(outcome: Any, state: State, screen: Screen, seconds: float) -> int:
    if outcome.smoke is not None:
        print_smoke(outcome.smoke, screen.console, verbose=True)
    if not outcome.ok:
        for failure in outcome.failures:
            screen.fail(failure.stage, failure.message)
            if failure.trace:
                screen.say(f"  the details are in {_keep(state, outcome.run, failure.trace)}")
        screen.say(f"{outcome.app} was not delivered; what lay in {display(outcome.out)} is unchanged.")
        return max((f.exit_code for f in outcome.failures), default=EXIT_FINDINGS)
    screen.say(f"\n{outcome.app} lies in {display(outcome.out)} ({len(outcome.ran)} stages, {seconds:.1f} s)")
    screen.say(f"  start it:          appgen run {display(outcome.out)}")
    screen.say("  open the lineage:  appgen ui")
    return 0


def _keep(state: State, run: str, trace: str) -> Path:
    path = state.root / "logs" / f"{run}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(trace, encoding="utf-8")
    return path
