"""`appgen run`: a built application with an embedded database that keeps its data."""

from __future__ import annotations

import sys
from pathlib import Path

from generator.commands.paths import UsageError
from generator.core.errors import EXIT_FINDINGS
from generator.deliver.target import SCHEME
from generator.host.run import run_app
from generator.host.state import State
from generator.verify.sandbox import AppFailed


def run(app: str, port: int) -> int:
    """Serve it until Ctrl-C; `app` is a name known here, or a folder."""
    entry = State().entry(app) if "/" not in app else None
    out = entry.out if entry is not None else app
    if out.startswith(SCHEME):
        raise UsageError(f"{app} is delivered to {out}", "Check the branch out and name that folder.")
    try:
        run_app(Path(out), port, lambda text: print(text, flush=True))
    except AppFailed as failure:
        print(f"appgen: {failure}", file=sys.stderr)
        return EXIT_FINDINGS
    return 0
