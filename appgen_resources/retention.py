"""What the artefact store keeps: what is current or released, whatever is young; the rest is removed.

Whatever is no cached output and no blob counts as a root, whoever wrote it: each address and key in its
text is kept. So a record that this module knows nothing of loses nothing.
"""

import re
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import fsspec
import msgspec
from msgspec.structs import replace

from appgen_resources.live import CATALOGS
from appgen_resources.operations.model import Retention
from generator.host.artefacts import open_store
from generator.stages.releases import Releases
from generator.stages.store import get_record, put_record

_CACHED = ("stages/", "sources/", CATALOGS)
_BLOBS = "blobs/"
_RELEASES = "releases/"
_HASH = re.compile(r"[0-9a-f]{40,64}")
_TIMES = ("mtime", "LastModified", "last_modified", "updated", "created")


class Kept(msgspec.Struct, frozen=True):
    """What is left in the store, and what was removed from it: names and bytes."""

    names: int = 0
    size: int = 0
    removed: int = 0
    freed: int = 0


class _Entry(NamedTuple):
    name: str
    path: str
    size: int
    changed: float


def clean(url: str, keep: Retention, *, now: float | None = None) -> Kept:
    """Remove what nobody needs; an output that is made at this moment is young and stays."""
    files, root = fsspec.core.url_to_fs(url)
    for entry in _entries(files, root):
        if entry.name.startswith(_RELEASES):
            _trim(url, entry.name, keep.releases)
    entries = list(_entries(files, root))
    young_from = (time.time() if now is None else now) - keep.days * 86400
    needed = _needed(files, entries, young_from)
    gone = [e for e in entries if e.changed < young_from and not _is_needed(e, needed)]
    for entry in gone:
        files.rm_file(entry.path)
    size, freed = sum(e.size for e in entries), sum(e.size for e in gone)
    return Kept(len(entries) - len(gone), size - freed, len(gone), freed)


def _entries(files: Any, root: str) -> Iterator[_Entry]:
    files.invalidate_cache()
    base = files._strip_protocol(root).rstrip("/")  # noqa: SLF001 - how fsspec spells paths in its listings
    for path, info in files.find(root, detail=True).items():
        name = path.removeprefix(base).lstrip("/")
        yield _Entry(name, path, int(info.get("size") or 0), _time(info))


def _time(info: dict[str, Any]) -> float:
    """Return when an object was written; one without a time is young: it is never removed."""
    found = next((info[key] for key in _TIMES if info.get(key) is not None), None)
    if found is None:
        return time.time()
    return float(found) if isinstance(found, int | float) else float(found.timestamp())


def _trim(url: str, name: str, most: int) -> None:
    store = open_store(url)
    known = get_record(store, name, Releases)
    if known is not None and len(known.kept) > most:
        put_record(store, name, replace(known, kept=known.kept[:most]))


def _needed(files: Any, entries: list[_Entry], young_from: float) -> set[str]:
    """Return every address and key that a root, or a cached output that stays, names."""
    needed: set[str] = set()
    cached = [entry for entry in entries if entry.name.startswith(_CACHED)]
    for entry in entries:
        if not entry.name.startswith((*_CACHED, _BLOBS)):
            needed |= _hashes(files, entry)
    for entry in cached:
        if entry.changed >= young_from or _last(entry) in needed:
            needed |= _hashes(files, entry)
    return needed


def _hashes(files: Any, entry: _Entry) -> set[str]:
    return set(_HASH.findall(files.cat_file(entry.path).decode("utf-8", "replace")))


def _is_needed(entry: _Entry, needed: set[str]) -> bool:
    return not entry.name.startswith((*_CACHED, _BLOBS)) or _last(entry) in needed


def _last(entry: _Entry) -> str:
    """Return the key or address that a name ends with; a catalog's version follows it."""
    name = entry.name.rpartition("/")[2]
    found = _HASH.match(name)
    return found[0] if found else name
