"""The table of faults: who found each, what was made again; of all workers, printed at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

PROPERTY = "repaired fault"


class Told(NamedTuple):
    """A line: class of failure, what was broken, who found it, stage at fault, assets made again, seconds."""

    number: int
    name: str
    found_by: str
    stage: str
    assets: int
    seconds: float

    def keep(self, record: Callable[[str, object], None]) -> None:
        """Send the line to the process that prints the table."""
        record(PROPERTY, list(self))


def lines(reports: list[pytest.TestReport]) -> list[str]:
    """Return the table of finished tests; empty if there is nothing to tell."""
    found = [Told(*v) for r in reports for n, v in r.user_properties if n == PROPERTY and r.when == "call"]
    if not found:
        return []
    head = f"{'class':>5}  {'broken':44}  {'found by':14}  {'stage':11}  {'assets':>6}  {'s':>5}"
    return [head, *(_line(told) for told in sorted(found))]


def _line(told: Told) -> str:
    return (
        f"{told.number:>5}  {told.name:44}  {told.found_by:14}  {told.stage:11}  "
        f"{told.assets:>6}  {told.seconds:>5.1f}"
    )
