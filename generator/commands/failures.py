"""What a person is told when a command fails."""

from __future__ import annotations

import errno
import sqlite3
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from generator.commands.diagnostics import print_diagnostics
from generator.core.diagnostics import SpecError
from generator.core.errors import EXIT_ENVIRONMENT, EXIT_FINDINGS, MachineError, ToldError

T = TypeVar("T")
_OF_DISKS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO}


def tell(error: Exception) -> int:
    """Print it and return the exit code; an unexpected error's traceback goes to a file."""
    match error:
        case SpecError(diagnostics=found):
            print_diagnostics(found, Path.cwd())
            return EXIT_FINDINGS
        case ToldError():
            print(f"appgen: {error}", file=sys.stderr)
            return error.exit_code
        case OSError():
            print(f"appgen: {error.strerror or error}: {error.filename or ''}", file=sys.stderr)
            return EXIT_ENVIRONMENT
        case _ if reason := _machine(error):
            print(f"appgen: {reason}", file=sys.stderr)
            return EXIT_ENVIRONMENT
        case _:
            print(f"appgen: internal error: {type(error).__name__}: {error}", file=sys.stderr)
            print(f"This is a bug in appgen; the details are in {_keep(error)}", file=sys.stderr)
            return EXIT_FINDINGS


def apart(work: Callable[[], T]) -> T | int:
    """Do something with one of several specs; what is wrong with it is told, and the others go on."""
    try:
        return work()
    except MachineError:  # it would be the same with each of them
        raise
    except Exception as error:  # noqa: BLE001 - as at the boundary of a command
        return tell(error)


def _machine(error: BaseException) -> str:
    """Return what of the machine stands behind an error of a library; "" if nothing does."""
    seen: list[BaseException] = []
    while error not in seen:
        seen.append(error)
        if isinstance(error, OSError) and error.errno in _OF_DISKS:
            return f"{error.strerror}: {error.filename or 'no file is named'}"
        if isinstance(error, sqlite3.OperationalError):
            return f"the workspace's history can't be used: {error}"
        error = error.__cause__ or error.__context__ or error
    return ""


def _keep(error: Exception) -> str:
    with tempfile.NamedTemporaryFile("w", prefix="appgen-", suffix=".txt", delete=False) as file:
        file.writelines(traceback.format_exception(error))
    return file.name
