"""The releases of packages with which an application has last passed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from generator.stages.code import installed
from generator.stages.store import Store, get_record, put_record
from generator.verify.sandbox import Files

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s,;]+)$", re.MULTILINE)


class Passed(msgspec.Struct, frozen=True):
    """Package -> version."""

    versions: dict[str, str]


def passed(store: Store, app: str) -> dict[str, str]:
    """Return package -> version; nothing if it was never delivered."""
    known = get_record(store, f"passed/{app}", Passed)
    return known.versions if known else {}


def note_passed(store: Store, app: str, versions: Mapping[str, str]) -> None:
    """Remember what an application was verified and delivered with."""
    put_record(store, f"passed/{app}", Passed(dict(versions)))


def running_on(bundle: Files, packages: Iterable[str]) -> dict[str, str]:
    """Return package -> version of what an application was tried with: its pins, else what is installed."""
    listed = next((f.text for f in bundle.files if f.path == "requirements.txt"), "")
    pins = dict(_PINNED.findall(listed))
    found = {name: pins.get(name) or installed(name) for name in packages}
    return {name: version for name, version in found.items() if version}
