"""What a target says of its own migrations: the truth that a build goes on from."""

from __future__ import annotations

from pathlib import Path

from generator.core.errors import ToldError
from generator.deliver.changes import read_manifest
from generator.deliver.target import GitTarget, parse_target
from generator.emit.history import HISTORY, VERSIONS, History, Revision, decode, script_ids

_FOREIGN = "A revision of your own can't be ordered among those that are generated."


def released(out: str) -> History:
    """Return the revisions that a folder or a branch holds; none if nothing was delivered there.

    ToldError if they can't be read, or if there are scripts that nobody knows.
    """
    target = parse_target(out)
    if isinstance(target, GitTarget):
        if not target.repository.exists():
            return History()
        from generator.deliver import git  # noqa: PLC0415 - dulwich takes half a second to load

        with git.checked_out(target) as folder:
            return _of_folder(folder, f"{HISTORY} of {target}")
    return _of_folder(target, str(target / HISTORY))


def _before_histories(folder: Path) -> History:
    """Return the one revision of an application that was delivered before histories were kept."""
    for path in sorted((folder / VERSIONS).glob("0001_*.py")):
        own, _ = script_ids(path.read_text(encoding="utf-8", errors="replace"))
        if own:
            return History((Revision(own, VERSIONS + path.name),))
    return History()


def _of_folder(folder: Path, where: str) -> History:
    path = folder / HISTORY
    if not path.is_file():
        return _before_histories(folder)
    history = decode(path.read_bytes(), where)
    known = {p.removeprefix(VERSIONS) for p in history.paths}
    manifest = read_manifest(folder)
    delivered = {p.removeprefix(VERSIONS) for p in (manifest.files if manifest else {})}
    scripts = {p.name for p in (folder / VERSIONS).glob("*.py")}
    if foreign := sorted(scripts - known - delivered - {"__init__.py"}):
        raise ToldError(f"{folder / VERSIONS / foreign[0]} was not delivered by appgen", _FOREIGN)
    return history
