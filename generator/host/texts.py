"""How a spec's files are read from disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

_SUFFIXES = (".yaml", ".yml")


def reader(folder: Path) -> Callable[[str], str]:
    """Return what reads files below a folder; of `folder/` the YAML files in it, a name a line."""

    def read(name: str) -> str:
        place = folder / name
        if not name.endswith("/"):
            return place.read_text(encoding="utf-8")
        inside = (f.name for f in place.iterdir() if f.suffix in _SUFFIXES and not f.name.startswith("."))
        return "\n".join(sorted(inside))

    return read
