"""Finding a spec's files without parsing it again when nothing has changed."""

from __future__ import annotations

import msgspec

from generator.core.digest import digest
from generator.stages.source import Read, SpecSource, trace
from generator.stages.store import Store, get_record, put_record


class _Includes(msgspec.Struct, frozen=True):
    """Which files a main file led to, and what they said: one of them may include another now."""

    files: tuple[str, ...]
    said: str


def capture(main: str, read: Read, store: Store, code_version: str) -> SpecSource:
    """Return the texts of a spec; it is parsed only if its main file was never seen by this code."""
    text = read(main)
    record = f"sources/{digest([code_version, main, text])}"
    known = get_record(store, record, _Includes)
    if known is not None:
        source = _read_all(known.files, main, read)
        if source is not None and digest(source.files) == known.said:
            return source
    source = trace(main, read)
    put_record(store, record, _Includes(tuple(path for path, _ in source.files), digest(source.files)))
    return source


def _read_all(files: tuple[str, ...], main: str, read: Read) -> SpecSource | None:
    """Read the files that the same main file led to last time; None if one is gone."""
    try:
        return SpecSource(main, tuple((path, read(path)) for path in files))
    except (OSError, UnicodeDecodeError):
        return None
