"""From emitted text to the final tree: Python is formatted, markers become provenance.

A line `#@ <IR node id>` says that the lines below it came from that node, up to
the next marker; a bare `#@` ends a block without beginning another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from generator.core.ports import Formatter
from generator.emit.tree import Block, EmittedFile, Tree

# The formatter puts a blank behind the hash.
_MARKER = re.compile(r"^[ \t]*# ?@(?:[ \t]+(?P<node>\S.*?))?[ \t]*$")


def marker(node: str) -> str:
    """Return the line that begins the block of an IR node."""
    return f"#@ {node}"


def finish(files: Iterable[EmittedFile], formatter: Formatter) -> Tree:
    """Return the files formatted and in order of path, with their provenance."""
    emitted: dict[str, EmittedFile] = {}
    for file in files:
        if emitted.setdefault(file.path, file) is not file:
            raise ValueError(f"{file.path} is written twice")
    formatted = formatter.format({path: f.text for path, f in emitted.items() if path.endswith(".py")})
    return Tree(tuple(_finished(emitted[p], formatted.get(p)) for p in sorted(emitted)))


def _finished(file: EmittedFile, formatted: str | None) -> EmittedFile:
    if formatted is None:
        return file
    text, blocks = take_markers(formatted)
    return EmittedFile(file.path, text, (*file.blocks, *blocks), file.once)


def take_markers(text: str) -> tuple[str, tuple[Block, ...]]:
    """Return the text without marker lines, and the blocks that they began."""
    if "#@" not in text and "# @" not in text:
        return text, ()
    kept: list[str] = []
    starts: list[tuple[int, str]] = []
    for line in text.removesuffix("\n").split("\n"):
        found = _MARKER.match(line)
        if found is None:
            kept.append(line)
        else:
            starts.append((len(kept) + 1, found["node"] or ""))
    return "\n".join(kept) + "\n", tuple(_blocks(kept, starts))


def _blocks(lines: list[str], starts: list[tuple[int, str]]) -> Iterable[Block]:
    ends = [start - 1 for start, _ in starts[1:]] + [len(lines)]
    for (first, node), last in zip(starts, ends, strict=True):
        begin, end = _without_blanks(lines, first, last)
        if node and begin <= end:
            yield Block(begin, end, node)


def _without_blanks(lines: list[str], first: int, last: int) -> tuple[int, int]:
    while first <= last and not lines[first - 1].strip():
        first += 1
    while first <= last and not lines[last - 1].strip():
        last -= 1
    return first, last
