"""Walking values made of structs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec


def structs(value: Any) -> Iterator[msgspec.Struct]:
    """Yield every struct inside a value, the value itself first."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, msgspec.Struct):
            yield item
            waiting.extend(getattr(item, name) for name in reversed(item.__struct_fields__))
        elif isinstance(item, tuple | list):
            waiting.extend(reversed(item))
        elif isinstance(item, dict):
            waiting.extend(reversed(item.values()))
