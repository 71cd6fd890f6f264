"""Whether a spec has changed since it was last looked at, by the state of its files on disk."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from generator.host.overrides import override_folders
from generator.host.workshop import read_source, regressions_folder
from generator.stages.workshop import Workshop


class Watched(msgspec.Struct, frozen=True, omit_defaults=True):
    """A spec as last seen: its `mark`, the files that it includes, for how many ticks it has been `gone`."""

    mark: str
    includes: tuple[str, ...] = ()
    gone: int = 0


class Watch(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the spec folder's sensor remembers: every application."""

    apps: dict[str, Watched] = {}


def read_watch(cursor: str | None) -> Watch:
    """Return what a cursor says; an old or foreign one says nothing."""
    try:
        return msgspec.json.decode(cursor or "{}", type=Watch)
    except msgspec.DecodeError:
        return Watch()


def write_watch(watch: Watch) -> str:
    """Return it as a cursor."""
    return msgspec.json.encode(watch).decode()


def includes(path: Path, workshop: Workshop) -> tuple[str, ...]:
    """Return the files that a spec is made of beside its main one."""
    return tuple(name for name, _ in read_source(path, workshop).files if name != path.name)


class Marks:
    """Asks the disk; a folder that several specs share is asked once."""

    def __init__(self) -> None:
        self._folders: dict[Path, list[str]] = {}

    def of(self, path: Path, more: Iterable[str] = ()) -> str:
        """Return what changes whenever one of a spec's files does, a stored scenario, or an override."""
        found = [_state(path), *(_state(path.parent / name) for name in more)]
        for folder in (regressions_folder(path), *override_folders(path)):
            found += self._folder(folder)
        return hashlib.sha256("\n".join(found).encode()).hexdigest()[:16]

    def _folder(self, folder: Path) -> list[str]:
        if folder not in self._folders:
            inside = sorted(folder.rglob("*")) if folder.is_dir() else ()
            self._folders[folder] = [_state(path) for path in inside]
        return self._folders[folder]


def _state(path: Path) -> str:
    try:
        stat = os.lstat(path)
    except OSError:
        return f"{path}:gone"
    return f"{path}:{stat.st_mtime_ns}:{stat.st_size}"
