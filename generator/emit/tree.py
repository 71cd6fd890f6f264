"""What an emitter gives: files, and which IR node each block of lines came from."""

from __future__ import annotations

import msgspec


class Block(msgspec.Struct, frozen=True):
    """Lines `first` to `last` (from 1, inclusive) came from the IR node `node`."""

    first: int
    last: int
    node: str


class EmittedFile(msgspec.Struct, frozen=True):
    """One file of the application; `once`: created when missing, never overwritten."""

    path: str
    text: str
    blocks: tuple[Block, ...] = ()
    once: bool = False


class Tree(msgspec.Struct, frozen=True):
    """Emitted files in order of path."""

    files: tuple[EmittedFile, ...]

    def paths(self) -> tuple[str, ...]:
        """Return every path, sorted."""
        return tuple(f.path for f in self.files)
