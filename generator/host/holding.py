"""Folders of living processes: each is held by a lock of the kernel, which ends with its process.

A number of a process proves little to who can't see it: from another namespace,
or with no descriptor left to read /proc with, a living one looks like a dead one.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

_HELD: dict[Path, int] = {}


def hold(folder: Path) -> None:
    """Hold a folder until this process has died, however it dies, or the folder is gone."""
    for left in [path for path in _HELD if not path.exists()]:
        os.close(_HELD.pop(left))
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    with suppress(OSError):  # a file system without locks: the number of the process has to do
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    _HELD[folder] = descriptor


def is_held(folder: Path) -> bool:
    """Whether a living process, this one included, holds a folder; also when that can't be told."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
