"""What a fault is: where it was put, who must see it, which stage it is the fault of."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.faults.app import App


class Injected(NamedTuple):
    """The broken application, and the IR node at which it is broken."""

    app: App
    node: str


class NoPlace(Exception):  # noqa: N818
    """The application has no construct that the fault could break."""


class Fault(NamedTuple):
    """One way to break an application; `number` is its class in the list of failure classes."""

    name: str
    number: int
    inject: Callable[[App], Injected]
    seen_by: tuple[str, ...]  # gates in the order of the table; () = only scenarios see it
    stage: str
    scenario: str = ""  # part of the name of a scenario that must fail


def pick(found: list[Injected]) -> Injected:
    """Return the first place, or say that there is none."""
    if not found:
        raise NoPlace
    return found[0]
