"""Where appgen keeps what outlives a run."""

from __future__ import annotations

import os
from pathlib import Path

from generator.core.errors import MachineError


def home() -> Path:
    """Return the cache folder: $APPGEN_HOME, else $XDG_CACHE_HOME/appgen, else ~/.cache/appgen."""
    if own := os.environ.get("APPGEN_HOME"):
        return Path(own).expanduser().absolute()
    if (xdg := os.environ.get("XDG_CACHE_HOME")) and Path(xdg).is_absolute():
        return Path(xdg) / "appgen"
    return Path.home() / ".cache" / "appgen"


def make_folder(path: Path, mode: int = 0o777) -> Path:
    """Create a folder and its parents; a refusal names the folder and the variable that moves it."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=mode)
    except OSError as error:
        raise MachineError(
            f"can't create the folder {path}: {error.strerror}",
            "Set APPGEN_HOME to a folder that you can write.",
        ) from error
    return path
