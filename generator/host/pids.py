"""Naming a process so that a later one with the same pid isn't taken for it."""

from __future__ import annotations

import os
from pathlib import Path


def birth(pid: int) -> int | None:
    """Return when the process started, in the kernel's ticks; 0 if that can't be told, None if it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0 if not Path("/proc/self/stat").exists() and _answers(pid) else None
    except OSError:  # no descriptor left, say: nothing is known of the process
        return 0
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
    """Whether the process that made this "<pid>_<birth>" is gone for certain."""
    pid, _, born = tag.partition("_")
    now = birth(int(pid)) if pid.isdigit() else None
    return now is None or (now > 0 and born not in {"0", f"{now:x}"})
