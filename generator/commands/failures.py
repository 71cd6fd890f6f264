"""What a person is told when a command fails."""

from __future__ import annotations

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


def _keep(error: Exception) -> str:
    with tempfile.NamedTemporaryFile("w", prefix="appgen-", suffix=".txt", delete=False) as file:
        file.writelines(traceback.format_exception(error))
    return file.name
