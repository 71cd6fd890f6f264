"""What is known of an application besides the findings: what rules decide on and what directives change."""

from __future__ import annotations

import msgspec

from generator.emit.overrides import Overrides
from generator.repair.model import Step


class Difference(msgspec.Struct, frozen=True):
    """One difference between the live database and the models; `loses` says what a correction would lose."""

    about: str
    step: Step | None = None
    loses: str = ""


class Facts(msgspec.Struct, frozen=True):
    """`written` are the overrides as people wrote them, `overrides` as they are in force.

    `passed` and `installed` map packages to versions; `edited` are delivered
    files that were changed by hand; `revision` is the newest of the migrations.
    """

    written: Overrides = Overrides()
    overrides: Overrides = Overrides()
    passed: dict[str, str] = {}
    installed: dict[str, str] = {}
    edited: tuple[str, ...] = ()
    drift: tuple[Difference, ...] = ()
    corrected: tuple[str, ...] = ()  # differences for which a correction was delivered
    revision: str = ""
    spec: tuple[tuple[str, str], ...] = ()
    kept: dict[str, str] = {}  # stage -> data version
    retries: int = 0  # of this repair

    @property
    def changed_releases(self) -> tuple[str, ...]:
        """Packages that are not pinned and not what the application has last passed with."""
        pinned = {pin.package for pin in self.overrides.pins}
        known = (n for n, v in self.passed.items() if self.installed.get(n, v) != v)
        return tuple(sorted(name for name in known if name not in pinned))
