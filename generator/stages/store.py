"""Where outputs are kept: bytes under the hash of their content, and small records that point to them."""

from __future__ import annotations

import hashlib
from typing import Protocol, TypeVar

import msgspec

from generator.core.digest import canonical_json
from generator.core.errors import ToldError

_T = TypeVar("_T")


class Store(Protocol):
    """A flat name -> bytes map; a name is written whole or not at all."""

    def read(self, name: str) -> bytes | None:
        """Return the bytes, or None if there are none."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Keep the bytes, replacing earlier ones."""
        ...

    def has(self, name: str) -> bool:
        """Whether there are bytes under the name."""
        ...


class MemoryStore:
    """Keeps outputs for the life of the process."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def read(self, name: str) -> bytes | None:
        """Return the bytes, or None if there are none."""
        return self._kept.get(name)

    def write(self, name: str, data: bytes) -> None:
        """Keep the bytes."""
        self._kept[name] = data

    def has(self, name: str) -> bool:
        """Whether there are bytes under the name."""
        return name in self._kept


def content_hash(data: bytes) -> str:
    """Return the address of some bytes."""
    return hashlib.sha256(data).hexdigest()


def put_blob(store: Store, data: bytes) -> str:
    """Keep bytes under their hash; equal bytes are kept once."""
    address = content_hash(data)
    if not store.has(_blob(address)):
        store.write(_blob(address), data)
    return address


def get_blob(store: Store, address: str) -> bytes | None:
    """Return the bytes of an address; None if they are lost or spoilt."""
    data = store.read(_blob(address))
    return data if data is not None and content_hash(data) == address else None


def has_blob(store: Store, address: str) -> bool:
    """Whether an address has bytes."""
    return store.has(_blob(address))


def put_record(store: Store, name: str, value: msgspec.Struct) -> None:
    """Keep a small value under a name."""
    store.write(name, canonical_json(value))


def get_record(store: Store, name: str, kind: type[_T]) -> _T | None:
    """Return a small value; None if there is none or it can't be read."""
    data = store.read(name)
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError:
        return None


def get_kept(store: Store, name: str, kind: type[_T], loses: str) -> _T | None:
    """Return what nothing can make again; ToldError if it can't be read: `loses` says what goes with it."""
    found = get_record(store, name, kind)
    if found is None and store.has(name):
        raise ToldError(f"{name} in the artefact store can't be read", f"Restore it, or remove it: {loses}.")
    return found


def _blob(address: str) -> str:
    return f"blobs/{address[:2]}/{address}"
