"""Replacing a folder by another in one step of the file system."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from glob import escape
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # Linux, renameat2
_RENAME_SWAP = 2  # macOS, renamex_np
_UNSUPPORTED = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM})


def fresh_folder(out: Path) -> Path:
    """Return an empty folder beside `out`, on the same file system."""
    fresh = out.with_name(f".{out.name}.appgen-new-{os.getpid()}")
    fresh.mkdir(parents=True)
    return fresh


def replace_folder(fresh: Path, out: Path) -> None:
    """Put `fresh` in the place of `out`; a kill leaves one or the other there, complete."""
    _sync(fresh)
    if not out.exists():
        fresh.rename(out)
        _sync_folder(out.parent)
        return
    if not _exchange(fresh, out):
        _replace_in_two_steps(fresh, out)
    _sync_folder(out.parent)
    shutil.rmtree(fresh, ignore_errors=True)


def recover(out: Path) -> None:
    """Finish what was killed between the two steps, on file systems that can't exchange; remove the rest."""
    for left in out.parent.glob(f".{escape(out.name)}.appgen-new-*"):
        shutil.rmtree(left)
    aside = _aside(out)
    if aside.exists() and not out.exists():
        aside.rename(out)
    elif aside.exists():
        shutil.rmtree(aside)


def _replace_in_two_steps(fresh: Path, out: Path) -> None:
    out.rename(_aside(out))
    fresh.rename(out)
    shutil.rmtree(_aside(out), ignore_errors=True)


def _aside(out: Path) -> Path:
    return out.with_name(f".{out.name}.appgen-old")


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names at once; False where the system or its file system can't."""
    libc = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin" and hasattr(libc, "renamex_np"):
        result = libc.renamex_np(first, second, _RENAME_SWAP)
    elif hasattr(libc, "renameat2"):
        result = libc.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _RENAME_EXCHANGE)
    else:
        return False
    if result == 0:
        return True
    if (code := ctypes.get_errno()) in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code), str(other))


def _sync(folder: Path) -> None:
    """Write the folder through to the disk: its name must not get there before its content."""
    for base, _, names in os.walk(folder):
        for name in names:
            if not (path := Path(base, name)).is_symlink() and path.stat().st_nlink == 1:
                _fsync(path, os.O_RDONLY)
        _sync_folder(Path(base))


def _sync_folder(folder: Path) -> None:
    _fsync(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))


def _fsync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
