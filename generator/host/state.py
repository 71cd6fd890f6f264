"""The folder that holds a workspace's history: artefacts, the event log, locks, what was built where."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from generator.core.digest import canonical_json
from generator.core.errors import MachineError
from generator.host.home import make_folder
from generator.stages.code import CodeIndex, Known


class AppEntry(msgspec.Struct, frozen=True):
    """Where an application's spec lies and where its build is delivered."""

    app: str
    spec: str
    out: str


class State:
    """Paths below $APPGEN_STATE, else $APPGEN_HOME, else `.appgen` in the working directory."""

    def __init__(self, root: Path | None = None) -> None:
        named = os.environ.get("APPGEN_STATE") or os.environ.get("APPGEN_HOME")
        self.root = (root or Path(named or ".appgen")).expanduser().absolute()

    def share(self) -> None:
        """Let every part of this process, and its children, use this workspace."""
        os.environ["APPGEN_STATE"] = str(self.root)

    @property
    def dagster(self) -> Path:
        """Dagster's home."""
        return self.root / "dagster"

    @property
    def artefacts(self) -> str:
        """The artefact store's path or URL; $APPGEN_STORE moves it."""
        return os.environ.get("APPGEN_STORE") or str(self.root / "artefacts")

    def entry(self, app: str) -> AppEntry | None:
        """Return what is known of an application."""
        with suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode(self._entry_path(app).read_bytes(), type=AppEntry)
        return None

    def entries(self) -> list[AppEntry]:
        """Return every application that was ever built here, by name."""
        found = (self.entry(path.stem) for path in sorted((self.root / "apps").glob("*.json")))
        return [entry for entry in found if entry is not None]

    def remember(self, entry: AppEntry) -> None:
        """Note where an application comes from and goes to."""
        if self.entry(entry.app) != entry:
            _write(self._entry_path(entry.app), canonical_json(entry))

    def code_index(self) -> CodeIndex:
        """Return the code index with what earlier runs have read."""
        with suppress(OSError, msgspec.DecodeError):
            return CodeIndex(msgspec.json.decode(self._code_path().read_bytes(), type=Known))
        return CodeIndex()

    def save(self, index: CodeIndex) -> None:
        """Keep what was read of the sources for the next run."""
        if index.changed:
            _write(self._code_path(), canonical_json(index.known))

    @contextmanager
    def lock(self, app: str, waiting: Callable[[], None] | None = None) -> Iterator[None]:
        """Hold an application alone; `waiting()` is called once if another process has it."""
        path = make_folder(self.root / "locks") / f"{app}.lock"
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if waiting is not None:
                waiting()
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def _entry_path(self, app: str) -> Path:
        return self.root / "apps" / f"{app}.json"

    def _code_path(self) -> Path:
        return self.root / "code.json"


def _write(path: Path, data: bytes) -> None:
    make_folder(path.parent)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_bytes(data)
        fresh.replace(path)
    except OSError as error:
        raise MachineError(f"can't write {path}: {error.strerror}") from error
