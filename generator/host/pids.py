"""Naming a process so that a later one with the same pid isn't taken for it."""

from __future__ import annotations

import os
from pathlib import Path


def birth(pid: int) -> int | None:
    """Return when the process started, in the kernel's ticks; None if there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0 if not Path("/proc/self/stat").exists() and _answers(pid) else None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[19])


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def own_tag() -> str:
    """Return "<pid>_<birth>" of this process."""
    pid = os.getpid()
    return f"{pid}_{birth(pid) or 0:x}"


def is_dead(tag: str) -> bool:
    """Whether the process that made this "<pid>_<birth>" is gone."""
    pid, _, born = tag.partition("_")
    return not pid.isdigit() or f"{birth(int(pid)) or 0:x}" != born or birth(int(pid)) is None
