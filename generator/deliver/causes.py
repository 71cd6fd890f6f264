"""What stands behind the difference of two releases: IR nodes and overrides, by provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher

from generator.core.spans import Span
from generator.emit.tree import EmittedFile
from generator.verify.sandbox import Files

_WHOLE = "app"  # the node of what concerns the application as a whole
_MOST = 12


def causes(before: Files, after: Files, spans: Mapping[str, Span]) -> tuple[str, ...]:
    """Return what the changed lines come from, each once, the finest first to be named; at most a dozen."""
    old, new = ({f.path: f for f in bundle.files} for bundle in (before, after))
    found: dict[str, None] = {}
    for path in sorted({*old, *new}):
        pair = old.get(path, EmittedFile(path, "")), new.get(path, EmittedFile(path, ""))
        if pair[0].text != pair[1].text and any(map(_tells, pair)):
            found |= dict.fromkeys(_behind(*pair))
    named = [name for name in found if name != _WHOLE]
    more = [f"… and {len(named) - _MOST} more"] if len(named) > _MOST else []
    return (*(_placed(name, spans) for name in named[:_MOST]), *more)


def _tells(file: EmittedFile) -> bool:
    """Whether there is anything to be learnt from its lines; comparing long ones takes long."""
    return bool(file.origins) or any(block.node != _WHOLE for block in file.blocks)


def _behind(old: EmittedFile, new: EmittedFile) -> Iterator[str]:
    matcher = SequenceMatcher(a=old.text.splitlines(), b=new.text.splitlines(), autojunk=False)
    for tag, i, end, j, last in matcher.get_opcodes():
        if tag != "equal":
            yield from _of(new, range(j + 1, last + 1))
            yield from _of(old, range(i + 1, end + 1))


def _of(file: EmittedFile, lines: Iterable[int]) -> Iterator[str]:
    for line in lines:
        sources = file.sources(line)
        yield from (f"override {source}" for source in sources)
        if not sources:
            yield from (b.node for b in file.blocks if b.first <= line <= b.last)


def _placed(name: str, spans: Mapping[str, Span]) -> str:
    return f"{name} ({spans[name]})" if name in spans else name
