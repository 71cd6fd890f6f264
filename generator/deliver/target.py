"""Where an application is delivered to: a folder, or a branch of a git repository."""

from __future__ import annotations

import os.path
import re
from pathlib import Path

import msgspec

from generator.core.errors import EXIT_USAGE, ToldError

SCHEME = "git:"
_BRANCH = re.compile(r"(?!.*(?:\.\.|//|@\{|\.lock$))[A-Za-z0-9_][A-Za-z0-9_./+-]*(?<![./])\Z")


class GitTarget(msgspec.Struct, frozen=True):
    """A branch of a repository; `folder` is where in its tree, "" the whole of it."""

    repository: Path
    branch: str
    folder: str = ""

    def __str__(self) -> str:
        inner = f"//{self.folder}" if self.folder else ""
        return f"{SCHEME}{self.repository}{inner}#{self.branch}"


class TargetError(ToldError):
    """The target can't be read."""

    exit_code = EXIT_USAGE


def parse_target(text: str, base: Path | None = None) -> Path | GitTarget:
    """Read `folder` or `git:repository[//folder]#branch`; relative paths are below `base`."""
    base = base or Path.cwd()
    if not text.startswith(SCHEME):
        return base / text
    place, mark, branch = text.removeprefix(SCHEME).rpartition("#")
    if not mark or not _BRANCH.match(branch):
        raise TargetError(f"{text} names no branch", f"Write {SCHEME}path/to/repository#branch.")
    repository, _, folder = place.partition("//")
    parts = Path(folder).parts
    if not repository or "//" in folder or ".." in parts or ".git" in parts or folder.startswith("/"):
        raise TargetError(
            f"{text} names no folder of a repository", f"Write {SCHEME}path/to/repository//folder#branch."
        )
    return GitTarget(Path(os.path.normpath(base / repository)), branch, "/".join(parts))


def within(text: str, app: str) -> str:
    """Return the place of one of several applications in a target."""
    target = parse_target(text)
    if isinstance(target, GitTarget):
        return str(msgspec.structs.replace(target, folder="/".join(filter(None, (target.folder, app)))))
    return str(target / app)


def absolute(text: str) -> str:
    """Return a target that means the same from everywhere."""
    return str(parse_target(text))
