"""What `operations.yaml` says, with the defaults of what it leaves out."""

from fnmatch import fnmatchcase
from typing import Literal

import msgspec

Severity = Literal["warning", "error", "critical"]
SEVERITIES: tuple[Severity, ...] = ("warning", "error", "critical")
DEFAULT_UI = "http://127.0.0.1:3000"
DEFAULT_OWNER = "team:platform"


class Secret(str):
    """A text that is never shown: URLs hold passwords and tokens."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class Route(msgspec.Struct, frozen=True):
    """Where alerts of at least a severity go; `apps` and `owners` are globs."""

    name: str
    to: tuple[str, ...]
    severity: Severity = "warning"
    apps: tuple[str, ...] = ("*",)
    owners: tuple[str, ...] = ("*",)

    def takes(self, severity: Severity, app: str, owner: str) -> bool:
        """Whether an alert goes this way."""
        loud = SEVERITIES.index(severity) >= SEVERITIES.index(self.severity)
        return loud and matches(app, self.apps) and matches(owner, self.owners)


class Waves(msgspec.Struct, frozen=True):
    """Who gets a new generator first: `canaries` (globs), else the `first` by name; then `size` at a time."""

    canaries: tuple[str, ...] = ()
    first: int = 3
    size: int = 20


class Retention(msgspec.Struct, frozen=True):
    """What is kept: what the last `releases` need, and whatever is younger than so many `days`."""

    releases: int = 10
    days: int = 7


class Operations(msgspec.Struct, frozen=True):
    """The whole file; `owners` and `databases` are by application, `owners` by glob."""

    ui: str = DEFAULT_UI
    owners: tuple[tuple[str, str], ...] = ()
    alerts: tuple[Route, ...] = ()
    switches: dict[str, bool] = {}
    waves: Waves = Waves()
    databases: dict[str, str] = {}
    retention: Retention = Retention()

    def owner(self, app: str) -> str:
        """Return who owns an application: the first glob that matches it decides."""
        return next((owner for glob, owner in self.owners if fnmatchcase(app, glob)), DEFAULT_OWNER)


def matches(name: str, globs: tuple[str, ...]) -> bool:
    """Whether a name fits one of the globs."""
    return any(fnmatchcase(name, glob) for glob in globs)
