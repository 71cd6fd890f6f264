"""`appgen alerts`: where alerts go, and whether they arrive."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from rich.table import Table

from generator.commands.progress import console
from generator.core.errors import EXIT_FINDINGS
from generator.host.state import State

_TITLE = "appgen: a test"
_BODY = "This is a test: alerts of this fleet arrive here."


def run(*, test: bool) -> int:
    """Print every route without its secrets; with `test` send a message to each URL."""
    # By name: the generator itself must not know of what runs it.
    told = import_module("appgen_resources.operations.read").load_operations(State())
    channel = import_module("appgen_resources.alerts.channel")
    screen = console()
    if not told.alerts:
        screen.print("No alert goes anywhere: there is no route in operations.yaml (see docs/operations.md).")
        return 0
    table = Table(box=None, pad_edge=False)
    for title in ("route", "from", "applications", "owners", "to", *(["arrived"] if test else [])):
        table.add_column(title, overflow="fold")
    failed = False
    for route in told.alerts:
        for url in route.to:
            answer = _send(channel, url) if test else ""
            failed = failed or answer not in {"", "yes"}
            globs = (", ".join(route.apps), ", ".join(route.owners))
            table.add_row(route.name, route.severity, *globs, channel.shown(url), *([answer] if test else []))
    screen.print(table)
    return EXIT_FINDINGS if failed else 0


def _send(channel: Any, url: str) -> str:
    try:
        channel.send(url, _TITLE, _BODY, "info")
    except channel.UndeliveredError as error:
        return str(error)
    return "yes"
