"""The migration checklist: what every build must fulfil, and the gates and scenarios that hold it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from generator.verify.gates.table import GATES


class Point(msgspec.Struct, frozen=True):
    """One point; `scenarios` says what the smoke adds, or stands alone where no gate can tell."""

    text: str
    gates: tuple[str, ...] = ()
    scenarios: str = ""


CHECKLIST: tuple[Point, ...] = (
    Point(
        "The migration has every real column with its type, nullability and default", ("database", "drift")
    ),
    Point("`alembic upgrade head` runs, its downgrade too, and it again", ("migrations", "one_schema")),
    Point(
        "Create doesn't ask for what the server sets: id, timestamps, totals, states …", ("create_schemas",)
    ),
    Point("A container can be created without items", ("empty_items",)),
    Point("Defaults of states are quoted literals", ("defaults",)),
    Point("Adding an item takes the item's schema", ("bodies",)),
    Point("Routes call methods that exist, with the rows of their path", ("calls", "paths")),
    Point("The golden path works", (), "in the sandbox, a chain of flows for every way through the states"),
)

_HEAD = """# The migration checklist

What every build must fulfil before it is delivered, and who sees to it. This page is printed from
`generator/verify/gates/checklist.py`; `make golden` writes it anew.

| | point | seen to by |
|---|---|---|
"""
_GATES = """
## Every gate

In the order in which they are asked: first those that only read the files. Each is one file of
`generator/verify/gates/`; `tests/gates` and `tests/faults` hold broken applications on which it fails.

| gate | what it demands |
|---|---|
"""


def checklist_page() -> str:
    """Return `docs/migration_checklist.md`."""
    gates = "\n".join(f"| `{g.name}` | {g.title} |" for g in GATES)
    return _HEAD + "\n".join(_rows()) + "\n" + _GATES + gates + "\n"


def _rows() -> Iterator[str]:
    for number, point in enumerate(CHECKLIST, 1):
        named = ", ".join(f"`{gate}`" for gate in point.gates)
        smoke = f"the smoke: {point.scenarios}" if point.scenarios else ""
        yield f"| {number} | {point.text} | {'; '.join(s for s in (named, smoke) if s)} |"
