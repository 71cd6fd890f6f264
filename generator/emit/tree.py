"""What an emitter gives: files, and which IR node each block of lines came from."""

from __future__ import annotations

import msgspec


class Block(msgspec.Struct, frozen=True):
    """Lines `first` to `last` (from 1, inclusive) came from the IR node `node`."""

    first: int
    last: int
    node: str


class Origin(msgspec.Struct, frozen=True):
    """Lines `first` to `last` (from 1, inclusive) are there, or lack something, because of an override."""

    first: int
    last: int
    source: str  # the override's path, from the spec's folder on


class EmittedFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file of the application; `once`: created when missing, never overwritten."""

    path: str
    text: str
    blocks: tuple[Block, ...] = ()
    once: bool = False
    origins: tuple[Origin, ...] = ()

    def sources(self, line: int = 0) -> tuple[str, ...]:
        """Return the overrides behind a line, or behind any line of the file; () if it is generated."""
        found = (o.source for o in self.origins if not line or o.first <= line <= o.last)
        return tuple(dict.fromkeys(found))


class Tree(msgspec.Struct, frozen=True):
    """Emitted files in order of path."""

    files: tuple[EmittedFile, ...]

    def paths(self) -> tuple[str, ...]:
        """Return every path, sorted."""
        return tuple(f.path for f in self.files)
