"""Where an application is tried: what the gates and the smoke need of it.

`generator.host` implements it with child processes; containers fit as well:
nothing here assumes that the application's folder or its database can be
reached from outside, only its HTTP address and the commands run beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

from generator.core.errors import ToldError
from generator.emit.tree import EmittedFile

Heard = Callable[[str], None]


class Completed(msgspec.Struct, frozen=True):
    """What a command left; `code` is negative when a signal ended it."""

    code: int
    stdout: str
    stderr: str
    seconds: float


class AppFailed(ToldError):  # noqa: N818 - it says who failed
    """The application can't be migrated, doesn't start, or died; `log` is the end of its log."""

    def __init__(self, message: str, log: str = "") -> None:
        super().__init__(message, log)
        self.log = log


class Files(Protocol):
    """What a sandbox unpacks: a Bundle, or a Tree."""

    @property
    def files(self) -> tuple[EmittedFile, ...]:
        """Every file of the application."""
        ...


class Session(Protocol):
    """One application in one sandbox, with an empty database of its own at first."""

    @property
    def base_url(self) -> str:
        """Address of the started application."""
        ...

    @property
    def reachable(self) -> bool:
        """Whether that address can be reached from here, not only by commands that `run` runs."""
        ...

    @property
    def database_url(self) -> str:
        """Address of the application's database, as the application sees it."""
        ...

    def run(
        self, args: Sequence[str], *, stdin: str = "", timeout: float = 60, heard: Heard | None = None
    ) -> Completed:
        """Run a command in the application's folder and environment (DATABASE_URL set).

        "python" is the application's interpreter, with its packages importable.
        A command that does not end in time is killed: its code is negative and
        stderr says so. `heard` is told every line of stderr, at the latest at its end.
        """
        ...

    def migrate(self) -> None:
        """Run `alembic upgrade head`; raises AppFailed."""
        ...

    def start(self) -> None:
        """Start the application's server and wait until /health answers; raises AppFailed."""
        ...

    def stop(self) -> None:
        """Stop the application's server; nothing happens if it is not running."""
        ...

    def logs(self) -> str:
        """Return all that the application's server has logged, also after it was stopped."""
        ...

    def database_logs(self) -> str:
        """Return what the database has logged about this session, each entry after `logs.database.PREFIX`."""
        ...

    def check_alive(self) -> None:
        """Raise AppFailed with the end of the log if the started server or its database is gone."""
        ...


class Sandbox(Protocol):
    """Makes sessions; all that a session made is removed when it ends, also after a crash."""

    @property
    def name(self) -> str:
        """Short name for reports ("process", "docker")."""
        ...

    def open(self, bundle: Files) -> AbstractContextManager[Session]:
        """Unpack the application beside an empty database."""
        ...
