"""From what a person names to files."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from generator.core.errors import EXIT_USAGE, ToldError

_APP = re.compile(r"^app\s*:", re.MULTILINE)


class UsageError(ToldError):
    """The command can't be carried out as it was given."""

    exit_code = EXIT_USAGE


def invocation() -> str:
    """Return how this program is called from the person's shell."""
    program = Path(sys.argv[0])
    if program.name != "appgen" or shutil.which("appgen") == str(program.absolute()):
        return "appgen"
    return os.path.relpath(program.absolute())


def find_specs(named: list[Path]) -> list[Path]:
    """Return the specs that were named; of a folder every file in it that is a spec's main file."""
    found = [path for name in named for path in _specs_at(name)]
    if not found:
        raise UsageError(
            f"no spec in {', '.join(map(str, named))}", "A spec is a YAML file with `app: name`."
        )
    return list(dict.fromkeys(found))


def _specs_at(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise UsageError(f"there is no {path}")
    if path.is_file():
        yield path
        return
    for file in sorted((*path.glob("*.yaml"), *path.glob("*.yml"))):
        if file.is_file() and _APP.search(file.read_text(encoding="utf-8-sig", errors="replace")):
            yield file
