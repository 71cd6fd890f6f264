"""Opening the workshop of a workspace, and reading specs from disk."""

from __future__ import annotations

import re
from pathlib import Path

from generator.host.artefacts import open_store
from generator.host.format import RuffFormatter
from generator.host.sandboxes import chosen
from generator.host.state import State
from generator.pipeline import BY_NAME
from generator.stages.capture import capture
from generator.stages.source import SpecSource
from generator.stages.tools import Tools
from generator.stages.workshop import Workshop

_APP = re.compile(r"^app\s*:\s*[\"']?([a-z][a-z0-9-]*)", re.MULTILINE)


def open_workshop(state: State, *, fresh: bool = False) -> Workshop:
    """Return the workshop of a workspace; `fresh` takes nothing from the cache."""
    return Workshop(
        open_store(state.artefacts),
        state.code_index(),
        Tools(RuffFormatter()),
        fresh=fresh,
        sandbox=chosen(),
    )


def read_source(path: Path, workshop: Workshop) -> SpecSource:
    """Return a spec's texts; file names in them are relative to the spec's folder."""

    def read(name: str) -> str:
        return (path.parent / name).read_text(encoding="utf-8")

    return capture(path.name, read, workshop.store, workshop.code.version(BY_NAME["app_spec"]))


def app_name(path: Path) -> str | None:
    """Return the name that a file gives itself; None if it is no spec's main file."""
    try:
        found = _APP.search(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    return found[1] if found else None
