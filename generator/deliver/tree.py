"""Delivering a bundle: the old tree or the new one lies there, never a mixture."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec
from filelock import FileLock

from generator.core.errors import MachineError, ToldError
from generator.core.paths import inside
from generator.deliver.changes import (
    MANIFEST,
    Changes,
    Manifest,
    belongs_to_person,
    compare,
    make_manifest,
    patch_of,
    read_manifest,
    refuse_edited,
    refuse_foreign,
    spare_name,
    text_digest,
    walk,
)
from generator.deliver.swap import fresh_folder, recover, replace_folder
from generator.emit.tree import EmittedFile
from generator.verify.sandbox import Files

_PATCH = "edit.patch"


class DeliveryReport(msgspec.Struct, frozen=True):
    """What was done to the folder; `saved` are the names that edited files were kept under."""

    out: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    saved: tuple[str, ...] = ()
    because: tuple[str, ...] = ()  # IR nodes and overrides behind what differs from the release before


def deliver(
    bundle: Files, out: Path, *, force: bool = False, originals: Mapping[str, str] | None = None
) -> DeliveryReport:
    """Make `out` hold exactly the bundle and what people wrote; ToldError or MachineError change nothing.

    With `originals` (path -> text that was delivered last) hand edits are kept as patches beside their files.
    """
    out = out.resolve()
    if not out.name:
        raise ToldError(f"{out} is no folder to deliver to", "Choose another --out.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        lock = out.with_name(f".{out.name}.appgen-lock")
        lock.touch()  # FileLock would try for ever where no file can be made
        with FileLock(lock):
            recover(out)
            return _deliver(bundle.files, out, originals, force=force)
    except OSError as error:
        raise MachineError(
            f"can't deliver to {out}: {error.strerror}" + (f" ({error.filename})" if error.filename else ""),
            "What lay there has not been changed.",
        ) from error


def _deliver(
    files: tuple[EmittedFile, ...], out: Path, originals: Mapping[str, str] | None, *, force: bool
) -> DeliveryReport:
    old = _old_manifest(out, force=force)
    changes = compare(out, files, old)
    new = make_manifest(files, changes, old)
    if not force:
        refuse_foreign(out, old)
    if not force and originals is None:
        refuse_edited(out, changes.edited)
    saved: tuple[str, ...] = ()
    if changes.any or new != old:
        fresh = fresh_folder(out)
        try:
            saved = _fill(fresh, out, files, changes, new, _known(originals, old))
            replace_folder(fresh, out)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
    return _report(out, files, changes, saved)


def _old_manifest(out: Path, *, force: bool) -> Manifest | None:
    if force:
        with contextlib.suppress(ToldError):
            return read_manifest(out)
        return None
    return read_manifest(out)


def _known(originals: Mapping[str, str] | None, old: Manifest | None) -> dict[str, str]:
    """Return the texts that really are what was delivered."""
    hashes = old.files if old else {}
    return {p: text for p, text in (originals or {}).items() if hashes.get(p) == text_digest(text)}


def _fill(
    fresh: Path,
    out: Path,
    files: tuple[EmittedFile, ...],
    changes: Changes,
    manifest: Manifest,
    originals: Mapping[str, str],
) -> tuple[str, ...]:
    """Make the new tree: links to what stays as it is, new files for the rest."""
    stay = frozenset(changes.unchanged)
    kept = frozenset(changes.kept)
    for file in files:
        if file.path in stay:
            _take_over(out, fresh, file.path, file.path)
        elif not (belongs_to_person(file) and file.path in kept):
            _write(inside(fresh, file.path), file.text)
    for path in changes.kept:
        _take_over(out, fresh, path, path)
    saved = _save_edited(out, fresh, changes.edited, originals)
    _write(
        fresh / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest, order="sorted")).decode() + "\n"
    )
    if out.exists():
        _copy_modes(out, fresh)
    return saved


def _save_edited(
    out: Path, fresh: Path, edited: tuple[str, ...], originals: Mapping[str, str]
) -> tuple[str, ...]:
    """Keep what stood at an edited path, or at the link or file that is in the way above it."""
    standing = sorted({_standing(out, path) for path in edited})
    taken = set(walk(fresh))
    names = []
    for path in standing:
        patch = patch_of(out, path, originals[path]) if path in originals else ""
        name = spare_name(path, frozenset(taken), _PATCH if patch else "orig")
        taken.add(name)
        names.append(name)
        if patch:
            _write(fresh / name, patch)
        else:
            _take_over(out, fresh, path, name)
    return tuple(names)


def _standing(out: Path, path: str) -> str:
    parts = Path(path).parts
    for depth in range(1, len(parts)):
        above = Path(*parts[:depth])
        if (out / above).is_symlink() or (out / above).is_file():
            return above.as_posix()
    return path


def _take_over(out: Path, fresh: Path, path: str, name: str) -> None:
    """Let the new tree have the very same file; a copy where links can't be made."""
    source, target = out / path, fresh / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, target, symlinks=True)
        return
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def _copy_modes(out: Path, fresh: Path) -> None:
    for base, folders, _ in os.walk(fresh):
        for path in (Path(base), *(Path(base, d) for d in folders)):
            before = out / path.relative_to(fresh)
            if before.is_dir() and not path.is_symlink():
                path.chmod(before.stat().st_mode & 0o7777)


def _report(
    out: Path, files: tuple[EmittedFile, ...], changes: Changes, saved: tuple[str, ...]
) -> DeliveryReport:
    wanted = {f.path for f in files}
    return DeliveryReport(
        out=str(out),
        added=changes.added,
        changed=tuple(sorted((*changes.changed, *(p for p in changes.edited if p in wanted)))),
        removed=changes.removed,
        unchanged=changes.unchanged,
        kept=changes.kept,
        saved=saved,
    )
