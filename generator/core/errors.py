"""Errors that are told to a person as they are, with an exit code and without a traceback."""

from __future__ import annotations

EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_ENVIRONMENT = 3


class ToldError(Exception):
    """A message for the person at the keyboard; `hint` says the way out."""

    exit_code = EXIT_FINDINGS

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}\n{hint}" if hint else message)
        self.message = message
        self.hint = hint


class MachineError(ToldError):
    """The machine can't do what is needed: no database, no room, no permission."""

    exit_code = EXIT_ENVIRONMENT
