"""`appgen repairs`: what was done to an application and why; withdrawing it, or making a proposed change."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from textwrap import shorten
from typing import Protocol

from rich.table import Table

from generator.commands.paths import UsageError
from generator.commands.progress import console
from generator.commands.spec_patch import apply_patch
from generator.core.errors import EXIT_FINDINGS
from generator.host.artefacts import open_store
from generator.host.overrides import overrides_of
from generator.host.state import AppEntry, State
from generator.repair.apply import superseded
from generator.repair.journal import Entry, Journal, change, journal, write
from generator.repair.model import PatchSpec
from generator.repair.session import Considered, settle

_SHORT = 90  # characters of a cause in the list; --show tells all


class Says(Protocol):
    """Where lines are printed."""

    def say(self, text: str) -> None:
        """Print a line."""


def tell_step(considered: Considered, screen: Says) -> None:
    """Print every diagnosis of a failed build with what is done about it."""
    for told in considered.told:
        where = f" ({told.spec})" if told.spec else ""
        screen.say(f"\ndiagnosis {told.diagnosis}: {told.chain}{where}")
        screen.say(f"  repair: {told.doing}")


def run(app: str, show: int | None, withdraw: int | None, apply: int | None) -> int:
    """List the directives, or do one thing with one of them."""
    state = State()
    entry = state.entry(app)
    if entry is None:
        raise UsageError(f"no application {app} was built here", "appgen list")
    if show is not None:
        return _explain(_journal(state, app).number(show))
    if withdraw is not None:
        return _withdraw(state, app, withdraw)
    if apply is not None:
        return _apply(state, entry, apply)
    return _list(state, entry)


def _journal(state: State, app: str) -> Journal:
    return journal(open_store(state.artefacts), app)


def _list(state: State, entry: AppEntry) -> int:
    kept = _journal(state, entry.app)
    gone = superseded(overrides_of(Path(entry.spec)), kept)
    screen = console()
    if kept.stopped:
        screen.print(f"{entry.app} needs a person: {kept.stopped}\n", soft_wrap=True)
    if not kept.entries:
        screen.print(f"{entry.app} was never repaired.")
        return 0
    table = Table(box=None, pad_edge=False)
    for title in ("no.", "time", "status"):
        table.add_column(title, no_wrap=True)
    for title in ("directive", "because"):
        table.add_column(title, overflow="fold")
    for e in kept.entries:
        status = "superseded" if e.number in gone else e.status
        table.add_row(str(e.number), e.time, status, str(e.directive), shorten(e.told.chain, _SHORT))
    screen.print(table)
    return 0


def _explain(entry: Entry) -> int:
    told = entry.told
    lines = {
        "directive": f"{entry.number}, {entry.status}" + (f": {entry.why}" if entry.why else ""),
        "what": str(entry.directive),
        "since": entry.time,
        "because": told.chain,
        "IR node": told.node,
        "spec": told.spec,
        "stages": ", ".join(told.stages),
        "findings": ", ".join(told.findings),
        "run": told.run,
    }
    width = max(map(len, lines))
    for name, value in lines.items():
        if value:
            print(f"{name:{width}}  {value}")
    return 0


def _withdraw(state: State, app: str, number: int) -> int:
    with state.lock(app, lambda: print(f"a build of {app} is running; waiting for it", flush=True)):
        store = open_store(state.artefacts)
        kept = journal(store, app)
        if not kept.number(number).in_force:
            raise UsageError(
                f"directive {number} of {app} is not in force", f"It is {kept.number(number).status}."
            )
        kept = write(store, change(kept, number, "withdrawn", "by a person"))
        # Dagster takes a second to load: only what it shows is changed by it.
        import_module("appgen_assets.local").Builder(state).tell_directives(kept)
    print(f"{app}: directive {number} is withdrawn; the next build shows what that changes")
    return 0


def _apply(state: State, entry: AppEntry, number: int) -> int:
    """Make a proposed change of the spec; a spec that is refused after it stays as it was."""
    with state.lock(entry.app):
        store = open_store(state.artefacts)
        kept = journal(store, entry.app)
        proposal = kept.number(number)
        if not isinstance(proposal.directive, PatchSpec) or proposal.status != "proposed":
            raise UsageError(f"directive {number} of {entry.app} is no proposal", _why_not(proposal))
        if not apply_patch(Path(entry.spec), proposal.directive):
            print(
                f"{entry.app}: with this change the spec would be refused; it stays as it was",
                file=sys.stderr,
            )
            return EXIT_FINDINGS
        write(store, settle(change(kept, number, "done", "applied by a person")))
    print(f"{entry.app}: {proposal.directive}: done; build again")
    return 0


def _why_not(entry: Entry) -> str:
    if isinstance(entry.directive, PatchSpec):
        return f"It is {entry.status}" + (f": {entry.why}." if entry.why else ".")
    return "Proposed changes say `proposed`."
