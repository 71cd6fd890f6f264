"""What a delivery finds in the folder, and what it may do to it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from pathlib import Path, PurePosixPath

import msgspec

from generator.core.errors import ToldError
from generator.core.paths import inside
from generator.emit.tree import EmittedFile

MANIFEST = ".appgen/manifest.json"
_HAND_WRITTEN = ("app/extensions/",)
_NOT_CARRIED = frozenset({"__pycache__"})


class Manifest(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the last delivery wrote: path -> SHA-256; `once` files belong to the person.

    `made` is path -> SHA-256 of a `once` file as it was written: one that nobody has touched can be replaced.
    """

    files: dict[str, str]
    once: tuple[str, ...] = ()
    made: dict[str, str] = {}


class Changes(msgspec.Struct, frozen=True):
    """What the bundle changes in the folder; all paths are sorted."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()  # hand-written, `once` files that exist included
    edited: tuple[str, ...] = ()  # generated files changed by hand, or with something else in their place

    @property
    def any(self) -> bool:
        """Whether the folder has to be replaced at all."""
        return bool(self.added or self.changed or self.removed or self.edited)


def text_digest(text: str) -> str:
    """Return the SHA-256 of a file with this text."""
    return hashlib.sha256(text.encode()).hexdigest()


def make_manifest(
    files: tuple[EmittedFile, ...], changes: Changes | None = None, old: Manifest | None = None
) -> Manifest:
    """Return what is to be remembered of a delivery that makes these changes."""
    ours = {f.path: text_digest(f.text) for f in files if not belongs_to_person(f)}
    theirs = {f.path: text_digest(f.text) for f in files if belongs_to_person(f)}
    kept = changes.kept if changes else ()
    before = old.made if old else {}
    made = {p: before.get(p, "") if p in kept else digest for p, digest in theirs.items()}
    return Manifest(ours, tuple(theirs), {p: digest for p, digest in made.items() if digest})


def read_manifest(out: Path) -> Manifest | None:
    """Return what the last delivery wrote; None if there was none."""
    try:
        return msgspec.json.decode((out / MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, ValueError) as error:
        raise ToldError(
            f"{out / MANIFEST} can't be read: {error}", "Restore it from version control, or use --force."
        ) from error


def belongs_to_person(file: EmittedFile) -> bool:
    """Whether the file is only created when missing; what an override says is ours to keep up to date."""
    return not file.origins and (file.once or file.path.startswith(_HAND_WRITTEN))


def compare(out: Path, files: tuple[EmittedFile, ...], old: Manifest | None) -> Changes:
    """Compare the folder with the bundle and with what the last delivery wrote."""
    known, made = (old.files, old.made) if old else ({}, {})
    wanted = {f.path: f for f in files}
    found = {path: _digest(out, path) for path in sorted({*wanted, *known})}
    kinds: dict[str, list[str]] = {}
    for path, have in found.items():
        kind = _kind(wanted.get(path), have, known.get(path, ""), made.get(path, ""))
        kinds.setdefault(kind, []).append(path)
    kinds["kept"] = sorted([*kinds.get("kept", []), *_hand_written(out, found, kinds.get("edited", []))])
    kinds.pop("gone", None)
    return Changes(**{kind: tuple(paths) for kind, paths in kinds.items()})


def _hand_written(out: Path, found: Mapping[str, str], edited: list[str]) -> list[str]:
    """Return everything that no delivery made, without what is in the way of a delivered file."""
    if not out.is_dir():
        return []
    above = {str(parent) for path in found for parent in PurePosixPath(path).parents}
    below = tuple(f"{path}/" for path in edited)
    return [
        p
        for p in walk(out)
        if p not in found and p != MANIFEST and p not in above and not p.startswith(below)
    ]


def _kind(new: EmittedFile | None, have: str, before: str, made: str) -> str:
    """Return what becomes of one path: `have` is what lies there, the others what was delivered."""
    if new is None:
        return "gone" if not have else "removed" if have == before else "edited"
    if not have:
        return "added"
    same = have == text_digest(new.text)
    if belongs_to_person(new):
        return "changed" if have == before and not same else "kept"
    return "unchanged" if same else "changed" if have in {before, made} else "edited"


def _digest(out: Path, path: str) -> str:
    """Return the digest of what lies at a path, "" for nothing, another text for what is no plain file."""
    place = inside(out, path)
    for parent in PurePosixPath(path).parents:
        above = out / parent
        if above.is_symlink() and above != out:
            return "link"
        if above.exists() and not above.is_dir():
            return "file"
    if place.is_symlink() or place.is_dir():
        return "link"
    return hashlib.sha256(place.read_bytes()).hexdigest() if place.exists() else ""


def walk(out: Path) -> Iterator[str]:
    """Yield the path of everything in the folder that is no folder (links included), without caches."""
    for base, folders, names in os.walk(out):
        folders[:] = sorted(d for d in folders if d not in _NOT_CARRIED)
        links = [d for d in folders if Path(base, d).is_symlink()]
        for name in sorted([*names, *links]):
            yield Path(base, name).relative_to(out).as_posix()


def refuse_foreign(out: Path, old: Manifest | None) -> None:
    """Refuse a folder that holds something, but nothing that was delivered."""
    if old is not None or not out.exists():
        return
    if not out.is_dir():
        raise ToldError(f"{out} is a file, not a folder", "Choose another --out.")
    if visible := sorted(p.name for p in out.iterdir() if not p.name.startswith(".")):
        listed = ", ".join(visible[:5])
        raise ToldError(
            f"{out} is not empty and was not delivered by appgen: it holds {listed}",
            "Choose a new or empty folder, or use --force to keep what is there beside the application.",
        )


def refuse_edited(out: Path, edited: tuple[str, ...]) -> None:
    """Refuse to overwrite what a person has changed."""
    if edited:
        listed = "\n".join(f"  {path}" for path in edited)
        raise ToldError(
            f"these generated files in {out} were changed by hand:\n{listed}",
            "Move the changes to app/extensions/, into an override or into the spec, "
            "or use --force: each is then kept beside the new one as <name>.orig.",
        )


def spare_name(path: str, taken: Mapping[str, object] | frozenset[str], suffix: str = "orig") -> str:
    """Return the name that an edited file, or the patch of its edit, is kept under."""
    name, number = f"{path}.{suffix}", 1
    while name in taken:
        name, number = f"{path}.{suffix}.{number}", number + 1
    return name


def edited(out: Path) -> tuple[str, ...]:
    """Return the delivered files that were changed by hand since; none where nothing was delivered."""
    manifest = read_manifest(out)
    return compare(out, (), manifest).edited if manifest is not None else ()


def patch_of(out: Path, path: str, delivered: str) -> str:
    """Return the edit of a delivered file as a patch; "" if what lies there is no text."""
    try:
        now = inside(out, path).read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return ""
    before, after = (text.splitlines(keepends=True) for text in (delivered, now))
    lines = unified_diff(before, after, f"a/{path}", f"b/{path}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
