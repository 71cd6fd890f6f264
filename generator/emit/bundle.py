"""The whole application: every emitter's files in one tree, and what each of them hashes to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import msgspec

from generator.core.paths import inside
from generator.emit.tree import EmittedFile, Tree


class Bundle(msgspec.Struct, frozen=True):
    """Every file in order of path; `manifest` maps each path to the SHA-256 of its text."""

    files: tuple[EmittedFile, ...]
    manifest: dict[str, str]

    def file(self, path: str) -> EmittedFile:
        """Return a file by path."""
        return next(f for f in self.files if f.path == path)


def bundle(trees: Iterable[Tree], more: Iterable[EmittedFile] = ()) -> Bundle:
    """Put trees and further files together; a path that leaves the folder or comes twice is an error."""
    found: dict[str, EmittedFile] = {}
    for file in [*(f for tree in trees for f in tree.files), *more]:
        inside(Path(), file.path)
        if file.path in found:
            raise ValueError(f"{file.path} is written twice")
        found[file.path] = file
    _refuse_nested(found)
    files = tuple(found[path] for path in sorted(found))
    return Bundle(files, {f.path: hashlib.sha256(f.text.encode()).hexdigest() for f in files})


def _refuse_nested(paths: Iterable[str]) -> None:
    """Refuse a file where another path needs a folder."""
    known = set(paths)
    for path in sorted(known):
        above = {str(parent) for parent in PurePosixPath(path).parents} & known
        if above:
            raise ValueError(f"{path} lies below the file {min(above)}")
