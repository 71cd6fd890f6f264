"""Making a proposed change of a spec: as a whole, and only if the spec is accepted with it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from generator.commands.diagnostics import display, print_diagnostics
from generator.commands.paths import UsageError
from generator.core.diagnostics import SpecError
from generator.core.errors import MachineError
from generator.host.texts import reader
from generator.repair.model import PatchSpec


def apply_patch(spec: Path, patch: PatchSpec) -> bool:
    """Write the change; False, with the mistakes printed, if the spec would be refused with it.

    A line that reads as proposed already is left alone; one that is neither raises UsageError.
    """
    path = spec.parent / patch.file
    text = _changed(path, patch)
    if text is None:
        print(f"{display(path)}:{patch.line} reads so already")
        return True
    _require_writable(path)
    if not _accepted(spec, path, text):
        return False
    _write(path, text)
    return True


def _changed(path: Path, patch: PatchSpec) -> str | None:
    """Return the text with the change, its line ends as they are; None if it is there already."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = file.read().splitlines(keepends=True)
    except OSError as error:
        raise UsageError(f"{display(path)} can't be read: {error.strerror}", "Change it by hand.") from error
    line = lines[patch.line - 1] if 0 < patch.line <= len(lines) else ""
    written = line.rstrip("\r\n")
    if line and written == patch.after:
        return None
    if not line or written != patch.before:
        raise UsageError(
            f"{display(path)}:{patch.line} is no longer what the proposal is about",
            f"It was `{patch.before.strip()}`. Change it by hand, or build again for another proposal.",
        )
    lines[patch.line - 1] = patch.after + line[len(written) :]
    return "".join(lines)


def _require_writable(path: Path) -> None:
    """Respect a file that nobody may write, also for those who could all the same (root)."""
    if not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK):
        hint = "Make it writable, or let whoever keeps it apply the patch that lies in .appgen/repairs."
        raise UsageError(f"{display(path)} is read-only", hint)


def _accepted(spec: Path, path: Path, text: str) -> bool:
    from generator.frontend import compile_front  # noqa: PLC0415 - no other command of these needs it

    from_disk = reader(spec.parent)

    def read(name: str) -> str:
        return text.replace("\r\n", "\n") if spec.parent / name == path else from_disk(name)

    try:
        compile_front(spec.name, read)
    except SpecError as error:
        print_diagnostics(error.diagnostics, spec.parent)
        return False
    return True


def _write(path: Path, text: str) -> None:
    """Replace the file at once; it keeps its rights, and a link to it stays one."""
    path = path.resolve()
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(text, encoding="utf-8", newline="")
        shutil.copymode(path, fresh)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise MachineError(f"can't write {display(path)}: {error.strerror}", "Change it by hand.") from error
