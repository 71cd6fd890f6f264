"""Formats generated Python with ruff: imports sorted and used, one layout."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from ruff import find_ruff_bin  # type: ignore[import-untyped]

from generator.core.errors import MachineError
from generator.emit.style import FIRST_PARTY, LINE_LENGTH, TARGET_VERSION

_IMPORTS = ("check", "--fix", "--unsafe-fixes", "--select=I,F401", "--output-format=concise")
_LAYOUT = ("format",)
_QUIET = ("--isolated", "--no-cache", "--quiet")
_SECONDS = 120


class RuffFormatter:
    """`core.ports.Formatter` over the ruff program, with the delivered application's own settings."""

    def format(self, sources: Mapping[str, str]) -> dict[str, str]:
        """Return path -> formatted text; raises ValueError naming the file that does not parse."""
        if not sources:
            return {}
        with TemporaryDirectory(prefix="appgen-format-") as folder:
            return _format(Path(folder), sources)


def _format(root: Path, sources: Mapping[str, str]) -> dict[str, str]:
    for path, text in sources.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    for arguments in (_IMPORTS, _LAYOUT):
        _ruff(root, *arguments, *_QUIET, *_settings(), ".")
    return {path: (root / path).read_text(encoding="utf-8") for path in sources}


def _settings() -> list[str]:
    """Say on the command line what the delivered pyproject says."""
    return [
        f"--target-version={TARGET_VERSION}",
        f"--config=line-length={LINE_LENGTH}",
        f"--config=lint.isort.known-first-party={json.dumps(FIRST_PARTY)}",
    ]


def _ruff(root: Path, *arguments: str) -> None:
    command = [find_ruff_bin(), *arguments]
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except FileNotFoundError as error:
        raise MachineError("ruff is not installed", "reinstall appgen's dependencies") from error
    if done.returncode:
        raise ValueError(f"generated Python does not parse: {(done.stdout + done.stderr).strip()}")
