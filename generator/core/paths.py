"""Paths inside a delivered application: relative, POSIX, and staying inside."""

from __future__ import annotations

from pathlib import Path, PurePosixPath


def inside(root: Path, path: str) -> Path:
    """Return `root/path`; ValueError if the path is absolute, not in its one spelling, or leaves the root."""
    pure = PurePosixPath(path)
    if (
        pure.is_absolute()
        or ".." in pure.parts
        or str(pure) != path
        or path == "."
        or "\\" in path
        or "\0" in path
    ):
        raise ValueError(f"not a path inside the application: {path!r}")
    return root.joinpath(*pure.parts)
