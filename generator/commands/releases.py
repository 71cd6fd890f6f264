"""`appgen releases` and `appgen rollback`: what was delivered, and an earlier one again."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.table import Table

from generator.commands.diagnostics import display
from generator.commands.paths import UsageError
from generator.commands.progress import console
from generator.host.artefacts import open_store
from generator.host.state import State
from generator.stages.releases import Released, before, bundle_of, hold, note, releases
from generator.stages.steps import release


def show(app: str) -> int:
    """Print the kept releases of an application, newest first."""
    known = releases(open_store(State().artefacts), app)
    if not known.kept:
        raise UsageError(f"nothing of {app} was released yet")
    table = Table(box=None, pad_edge=False)
    for title in ("release", "time", "files changed"):
        table.add_column(title, no_wrap=True)
    for title in ("delivered to", "why"):
        table.add_column(title, overflow="fold")
    for r in known.kept:
        table.add_row(str(r.number), r.time, str(r.changed), display(r.out), r.why)
    screen = console()
    screen.print(table)
    if known.held:
        screen.print("What was rolled back is not delivered again until it changes.")
    return 0


def rollback(app: str, to: int | None, *, force: bool = False) -> int:
    """Deliver an earlier release again, by default the one before; what it replaces stays away."""
    state = State()
    with state.lock(app, lambda: print(f"a build of {app} is running; waiting for it", flush=True)):
        store = open_store(state.artefacts)
        known = releases(store, app)
        chosen = before(known) if to is None else known.number(to)
        current = known.current
        out = current.out if current else chosen.out
        bundle = bundle_of(store, chosen)
        why = f"Release {chosen.number} again."
        report = release.run(
            bundle.value, out, title=f"{app}: back to release {chosen.number}", why=why, force=force
        )
        changed = len(report.added) + len(report.changed) + len(report.removed)
        time = datetime.now(UTC).isoformat(timespec="seconds")
        made = note(store, app, Released(0, time, out, chosen.bundle, changed, why))
        if current is not None and current.bundle.digest != chosen.bundle.digest:
            hold(store, app, current.bundle.digest)
    print(f"{app}: release {made.number} is release {chosen.number} again; it lies in {display(out)}")
    return 0
