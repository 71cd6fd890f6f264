"""Walking over a frozen IR, and putting something else in a place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

Path = tuple[str | int, ...]


class Place(msgspec.Struct, frozen=True):
    """A value, the way to it, the values around it (outermost first), and the IR node that it belongs to."""

    path: Path
    value: Any
    around: tuple[Any, ...]
    node: str

    def under(self, *names: str) -> bool:
        """Whether the way leads through one of these members."""
        return any(name in self.path for name in names)

    @property
    def holder(self) -> Any:
        """What holds the value."""
        return self.around[-1] if self.around else None


def places(value: Any, path: Path = (), around: tuple[Any, ...] = (), node: str = "") -> Iterator[Place]:
    """Yield every struct and every member of a tuple, outer before inner."""
    if isinstance(value, msgspec.Struct):
        node = getattr(value, "id", "") or node
        yield Place(path, value, around, node)
        for name in value.__struct_fields__:
            yield from places(getattr(value, name), (*path, name), (*around, value), node)
    elif isinstance(value, tuple):
        yield Place(path, value, around, node)
        for number, item in enumerate(value):
            if isinstance(item, msgspec.Struct | tuple):
                yield from places(item, (*path, number), (*around, value), node)


def put(root: Any, path: Path, new: Any) -> Any:
    """Return `root` with another value at the end of the way."""
    if not path:
        return new
    first, *rest = path
    if isinstance(root, tuple):
        number = int(first)
        return (*root[:number], put(root[number], tuple(rest), new), *root[number + 1 :])
    name = str(first)
    return replace(root, **{name: put(getattr(root, name), tuple(rest), new)})


def without(items: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    """Return all but one."""
    return (*items[:number], *items[number + 1 :])
