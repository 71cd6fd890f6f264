"""A file of an override folder, as it lies there."""

from __future__ import annotations

import msgspec


class OverrideText(msgspec.Struct, frozen=True):
    """`folder` is its override folder's name, `inner` the path in it; `problem` says why it can't be read."""

    folder: str
    inner: str
    text: str = ""
    problem: str = ""

    @property
    def source(self) -> str:
        """Its path from the spec's folder on."""
        return f"{self.folder}/{self.inner}"
