"""`appgen list`: what is known of each application."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from generator.commands.diagnostics import display
from generator.commands.progress import console
from generator.deliver.changes import read_manifest
from generator.deliver.target import SCHEME
from generator.host.artefacts import open_store
from generator.host.state import AppEntry, State
from generator.host.workshop import app_name
from generator.stages.pointers import current
from generator.stages.store import Store


def run(folder: Path) -> int:
    """Print a line per application: the folder's specs, and all that was ever built here."""
    state = State()
    known = {entry.app: entry for entry in state.entries()}
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        if (app := app_name(path)) and app not in known:
            known[app] = AppEntry(app, str(path.absolute()), "")
    table = Table(box=None, pad_edge=False)
    for title in ("application", "spec", "delivered to", "smoke"):
        table.add_column(title, overflow="fold")
    store = open_store(state.artefacts)
    for app in sorted(known):
        table.add_row(app, *_row(known[app], store))
    console().print(table if known else "No specs here, and nothing was built yet.")
    return 0


def _row(entry: AppEntry, store: Store) -> tuple[str, str, str]:
    name = app_name(Path(entry.spec))
    told = "" if name in {entry.app, None} else f" (now {name})"
    spec = display(entry.spec) + (told if Path(entry.spec).exists() else " (gone)")
    delivered = entry.out.startswith(SCHEME) or (
        bool(entry.out) and read_manifest(Path(entry.out)) is not None
    )
    return spec, display(entry.out) if delivered else "-", _smoke(entry.app, store)


def _smoke(app: str, store: Store) -> str:
    last = current(store, app, "smoke_result")
    if last is None:
        return "-"
    passed = len(last.value.rows) - len(last.value.failures)
    return f"{passed} of {len(last.value.rows)}"
