"""The artefact store on a folder or on any URL that fsspec knows."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from generator.core.errors import MachineError
from generator.stages.store import Store

_NUMBERS = itertools.count(1)


class FolderStore:
    """Names are files below a folder; each is written beside its place and moved there."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, name: str) -> bytes | None:
        """Return the bytes, or None if there are none."""
        try:
            return (self._root / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """Keep the bytes: whole, or not at all."""
        path = self._root / name
        fresh = path.with_name(f".{path.name}.{os.getpid()}.{next(_NUMBERS)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(data)
            fresh.replace(path)
        except OSError as error:
            raise MachineError(
                f"can't write {path}: {error.strerror}", "Is there room, and permission?"
            ) from error

    def has(self, name: str) -> bool:
        """Whether there are bytes under the name."""
        return (self._root / name).is_file()


class RemoteStore:
    """Names are objects below a URL; object stores write an object whole."""

    def __init__(self, files: Any, root: str) -> None:
        self._files = files
        self._root = root.rstrip("/")

    def read(self, name: str) -> bytes | None:
        """Return the bytes, or None if there are none."""
        try:
            return bytes(self._files.cat_file(f"{self._root}/{name}"))
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """Keep the bytes."""
        self._files.pipe_file(f"{self._root}/{name}", data)

    def has(self, name: str) -> bool:
        """Whether there are bytes under the name."""
        return bool(self._files.exists(f"{self._root}/{name}"))


def open_store(url: str) -> Store:
    """Return the store at a path or URL (s3://…, gs://…, memory://…)."""
    files, root = fsspec.core.url_to_fs(url)
    return FolderStore(Path(root)) if isinstance(files, LocalFileSystem) else RemoteStore(files, root)
