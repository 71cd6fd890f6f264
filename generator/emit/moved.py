"""Provenance of a text that replaces another one: which lines are still those of before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

import msgspec

from generator.emit.tree import Block, EmittedFile, Origin


class Lines(msgspec.Struct, frozen=True):
    """How a text became another: line of before -> line of now, and the lines of now that are new or lack."""

    now: dict[int, int]
    new: tuple[tuple[int, int], ...]
    count: int


def compared(before: str, after: str) -> Lines:
    """Compare two texts line by line; where lines were taken out, the next line counts as new."""
    old, new = before.splitlines(), after.splitlines()
    now: dict[int, int] = {}
    changed = []
    for tag, i, end, j, last in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            now |= {i + n + 1: j + n + 1 for n in range(end - i)}
        else:
            changed.append((min(j + 1, max(len(new), 1)), max(last, min(j + 1, max(len(new), 1)))))
    return Lines(now, tuple(changed), len(new))


def origins(lines: Lines, sources: Iterable[str]) -> tuple[Origin, ...]:
    """Return what is new as the doing of some overrides."""
    return tuple(Origin(first, last, source) for first, last in lines.new for source in sources)


def moved(before: EmittedFile, lines: Lines) -> tuple[Block, ...]:
    """Return the blocks on their lines of now; what is new belongs to what it stands in, or right behind."""
    kept = sorted(lines.now.values())
    return tuple(block for b in before.blocks for block in _block(b, lines, kept))


def _block(block: Block, lines: Lines, kept: list[int]) -> Iterator[Block]:
    own = [lines.now[n] for n in range(block.first, block.last + 1) if n in lines.now]
    before = max((line for n, line in lines.now.items() if n < block.first), default=0)
    first = own[0] if block.first in lines.now else before + 1
    following = next((n for n in kept if n > max([*own, before])), lines.count + 1)
    if first < following:
        yield Block(first, following - 1, block.node)
