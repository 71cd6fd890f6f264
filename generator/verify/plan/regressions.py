"""Scenarios of differences that the oracle found once: they stay, whatever the planner thinks of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from generator.core.errors import ToldError
from generator.verify.model import Scenario, Step

SUITE = "regressions"


def read_regression(name: str, text: str) -> Scenario:
    """Read a stored scenario; raises ToldError if it is none."""
    try:
        return msgspec.json.decode(text, type=Scenario)
    except msgspec.DecodeError as error:
        raise ToldError(
            f"{name} is no scenario: {error}", "Delete it, or let the oracle find it again."
        ) from None


def regressions(texts: Sequence[tuple[str, str]], number: Callable[[], int]) -> Iterator[Scenario]:
    """Return the stored scenarios; their unique values get numbers of this plan."""
    for name, text in sorted(texts):
        found = read_regression(name, text)
        known: dict[int, int] = {}
        steps = _renumbered(msgspec.to_builtins(found.steps), known, number)
        yield msgspec.structs.replace(found, suite=SUITE, steps=msgspec.convert(steps, type=tuple[Step, ...]))


def _renumbered(value: Any, known: dict[int, int], number: Callable[[], int]) -> Any:
    match value:
        case {"$unique": old}:
            if old not in known:
                known[old] = number()
            return value | {"$unique": known[old]}
        case dict():
            return {k: _renumbered(v, known, number) for k, v in value.items()}
        case list() | tuple():
            return [_renumbered(v, known, number) for v in value]
        case _:
            return value
