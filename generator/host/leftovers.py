"""What servers for throwaway databases leave outside their home, once that is gone."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
from contextlib import suppress
from pathlib import Path

_MARK = "home"  # in a base that stands in for a folder elsewhere: which one
_AGE = 3600  # seconds; a younger socket folder may be that of a server that is just starting


def socket_folder(name: str) -> Path:
    """Return the place of a server's socket whose own folder has too long a name."""
    return Path(tempfile.gettempdir()) / f"appgen-{os.geteuid()}-{name}"


def mark_home(base: Path, wanted: Path) -> None:
    """Mark whose throwaway data lies in `base`."""
    (base / _MARK).write_text(str(wanted), encoding="utf-8")


def sweep(bases: Path) -> list[Path]:
    """Remove the data of homes that are gone and the socket folders of servers that are down."""
    left = [*_homeless(bases), *_silent()]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return left


def _homeless(bases: Path) -> list[Path]:
    marks = sorted(bases.glob(f"*/{_MARK}"))
    return [mark.parent for mark in marks if not Path(_text(mark)).exists() and not _serves(mark.parent)]


def _serves(base: Path) -> bool:
    pids = (_text(path).partition("\n")[0].strip() for path in base.glob("*/postmaster.pid"))
    return any(pid.isdigit() and Path("/proc", pid).exists() for pid in pids)


def _text(path: Path) -> str:
    with suppress(OSError):
        return path.read_text(encoding="utf-8")
    return ""


def _silent() -> list[Path]:
    found = sorted(socket_folder("").parent.glob(f"{socket_folder('').name}*"))
    return [path for path in found if path.is_dir() and _old(path) and not _answers(path / ".s.PGSQL.5432")]


def _old(folder: Path) -> bool:
    with suppress(OSError):
        return folder.stat().st_mtime + _AGE < time.time()
    return False


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True
