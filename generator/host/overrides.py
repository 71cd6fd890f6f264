"""Override folders on disk: `fleet.overrides/` for all applications, then `<spec>.overrides/` for one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from generator.emit.overrides import Overrides
from generator.overrides.model import OverrideText

FLEET = "fleet"
_SUFFIX = ".overrides"
_OF_SPECS = (_SUFFIX, ".regressions")  # folders that belong to the spec of their name
_MOST_BYTES = 1_000_000
_MOST_FILES = 2_000


def override_folders(spec: Path) -> tuple[Path, Path]:
    """Return the folder of the fleet and that of the spec, whether they are there or not."""
    return spec.with_name(FLEET + _SUFFIX), spec.with_suffix(_SUFFIX)


def unclaimed(folder: Path) -> list[Path]:
    """Return the folders that lie there for a spec that does not: nobody reads them."""
    found = [path for suffix in _OF_SPECS for path in folder.glob(f"*{suffix}") if path.is_dir()]
    specs = {path.stem for path in (*folder.glob("*.yaml"), *folder.glob("*.yml"))}
    return sorted(p for p in found if p.stem not in specs and p.name != FLEET + _SUFFIX)


def overrides_of(spec: Path) -> Overrides:
    """Return the overrides of a spec; raises SpecError with every mistake in them."""
    texts = [text for folder in override_folders(spec) if folder.is_dir() for text in _texts(folder)]
    if not texts:
        return Overrides()
    from generator.overrides.read import read_overrides  # noqa: PLC0415 - most specs have none

    return read_overrides(texts)


def _texts(folder: Path) -> Iterator[OverrideText]:
    for number, path in enumerate(_files(folder)):
        inner = path.relative_to(folder).as_posix()
        problem = f"there are more than {_MOST_FILES} files here" if number >= _MOST_FILES else _unfit(path)
        if problem:
            yield OverrideText(folder.name, inner, problem=problem)
        else:
            yield _read(folder, path, inner)
        if number >= _MOST_FILES:
            return


def _files(folder: Path) -> Iterator[Path]:
    for base, folders, names in os.walk(folder):
        links = [d for d in folders if Path(base, d).is_symlink()]
        folders[:] = sorted(d for d in folders if d not in links)
        yield from (Path(base, name) for name in sorted([*names, *links]))


def _unfit(path: Path) -> str:
    if path.is_symlink():
        return "links are not followed"
    if not path.is_file():
        return "this is no file"
    return f"it is larger than {_MOST_BYTES} bytes" if path.stat().st_size > _MOST_BYTES else ""


def _read(folder: Path, path: Path, inner: str) -> OverrideText:
    try:
        return OverrideText(folder.name, inner, path.read_bytes().decode())
    except UnicodeDecodeError:
        return OverrideText(folder.name, inner, problem="it is no text in UTF-8")
