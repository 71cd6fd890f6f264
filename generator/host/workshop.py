"""Opening the workshop of a workspace, and reading specs from disk."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from generator.core.diagnostics import SpecError
from generator.emit.history import History
from generator.emit.overrides import Overrides
from generator.host.artefacts import open_store
from generator.host.format import RuffFormatter
from generator.host.overrides import overrides_of
from generator.host.sandboxes import chosen
from generator.host.state import State
from generator.host.texts import reader
from generator.pipeline import BY_NAME, compile_app
from generator.repair.journal import journal
from generator.stages.capture import capture
from generator.stages.model import Artefact
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
    source = capture(
        path.name, reader(path.parent), workshop.store, workshop.code.version(BY_NAME["app_spec"])
    )
    return msgspec.structs.replace(source, regressions=read_regressions(path))


def compile_spec(path: Path, workshop: Workshop, until: str = "", out: str = "") -> dict[str, Artefact]:
    """Compile a spec with its overrides, up to a stage; raises SpecError if one of them is wrong.

    `out` is where it will be delivered: what lies there has to stay true.
    """
    overrides = overrides_in_force(path, workshop)
    return compile_app(read_source(path, workshop), workshop, until, overrides, released=released_at(out))


def released_at(out: str) -> History:
    """Return what was released at a target; nothing if there is no target."""
    if not out:
        return History()
    from generator.deliver.released import released  # noqa: PLC0415 - only who delivers pays for it

    return released(out)


class Compiled(msgspec.Struct, frozen=True):
    """What could be made of a spec, and why the rest could not."""

    done: dict[str, Artefact]
    error: SpecError | None = None


def compile_as_far_as_possible(path: Path, workshop: Workshop, out: str = "") -> Compiled:
    """Compile a spec with its overrides; one that can't be used ends it, and what was made stays."""
    done: dict[str, Artefact] = {}
    try:
        overrides = overrides_in_force(path, workshop)
        source = read_source(path, workshop)
        return Compiled(compile_app(source, workshop, "", overrides, done, released_at(out)))
    except SpecError as error:
        return Compiled(done, error)


def overrides_in_force(path: Path, workshop: Workshop) -> Overrides:
    """Return a spec's overrides as repairs have left them."""
    written = overrides_of(path)
    kept = journal(workshop.store, app_name(path) or "")
    if not kept.in_force:
        return written
    from generator.repair.apply import effective  # noqa: PLC0415 - most applications need no repair

    return effective(written, kept)


def regressions_folder(spec: Path) -> Path:
    """Return the folder of a spec's stored scenarios, beside it."""
    return spec.with_suffix(".regressions")


def read_regressions(spec: Path) -> tuple[tuple[str, str], ...]:
    """Return name and text of each stored scenario."""
    files = sorted(regressions_folder(spec).glob("*.json"))
    return tuple((f"{f.parent.name}/{f.name}", f.read_text(encoding="utf-8")) for f in files)


def app_name(path: Path) -> str | None:
    """Return the name that a file gives itself; None if it is no spec's main file."""
    try:
        found = _APP.search(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    return found[1] if found else None
