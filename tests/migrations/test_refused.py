"""What would lose or lack data is refused at its line; what rows contradict stops the upgrade."""

from pathlib import Path
from typing import NamedTuple

import pytest

from generator.core.diagnostics import Diagnostic, SpecError
from tests.migrations.test_kinds import BEFORE, TITLE, after_edits
from tests.migrations.world import World


class Refused(NamedTuple):
    """A change, and what is said of it: code, line of the spec, words."""

    code: str
    edits: tuple[tuple[str, str], ...]
    at: str  # the line as written
    words: str


REFUSED = (
    Refused("M101", (("      due: date?\n", ""),), "  Ticket:", "dropped: [Ticket.due]"),
    Refused(
        "M101",
        (("      due: date?\n", "      until: date?\n"),),
        "  Ticket:",
        "renamed: {Ticket.due: until}",
    ),
    Refused("M101", (("minutes: int > 0", "minutes: int := 5"),), "minutes: int := 5", "Note.minutes"),
    Refused(
        "M102",
        (("  Person:\n", "  Human:\n"), ("-> Person", "-> Human")),
        "app: desk",
        "renamed: {Person: Human}",
    ),
    Refused("M103", (("      tags: Tag[]\n", ""),), "  Ticket:", "dropped: [Ticket.tags]"),
    Refused(
        "M104",
        ((TITLE, f"{TITLE}      heading: string(1..80)\n"),),
        "heading:",
        "filled: {Ticket.heading: EXPR}",
    ),
    Refused(
        "M104",
        (("      minutes: int > 0", "      minutes: int > 0\n      tag: -> Tag"),),
        "tag: -> Tag",
        "filled",
    ),
    Refused("M105", (("due: date?", "due: bool?"),), "due: bool?", "another name"),
)


def refused(world: World, text: str) -> list[Diagnostic]:
    with pytest.raises(SpecError) as error:
        world.compile(text)
    return error.value.diagnostics


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: f"{c.code}-{c.words.split()[-1]}")
def test_refused_at_its_line(world: World, case: Refused) -> None:
    world.build(BEFORE)
    kept = world.history
    text = after_edits(case.edits)
    found = [d for d in refused(world, text) if d.code == case.code]
    assert found, case
    assert case.at in text.split("\n")[found[0].span.line - 1]
    assert case.words in found[0].message + found[0].hint
    assert world.history == kept


def test_every_code_is_shown() -> None:
    """M106 can't be reached by a spec that is accepted: every expression over rows has its SQL."""
    source = Path(__file__).parents[2] / "generator/emit/migrations/refusals.py"
    codes = {f"M10{n}" for n in range(1, 7) if f'"M10{n}"' in source.read_text(encoding="utf-8")}
    assert codes == {case.code for case in REFUSED} | {"M106"}


@pytest.mark.slow
def test_what_was_dropped_comes_back_only_without_rows(world: World) -> None:
    world.build(BEFORE)
    world.migrate("upgrade:head")
    world.insert_rows()
    world.build(
        f"{after_edits((('      text: text', '      word: text?'),))}changes: {{dropped: [Note.text]}}\n"
    )
    world.migrate("upgrade:head")
    done = world.alembic("downgrade:-1")
    assert done.code != 0
    assert "notes.text was dropped with its values" in done.stderr
    world.sql("DELETE FROM notes")
    world.migrate("downgrade:-1", "upgrade:head", "check")


CONTRADICTED = (
    ("a longer value", (("string(1..80)", "string(1..2)"),), "", "too long"),
    (
        "digits lost",
        (("decimal(8,2)", "decimal(8,0)"),),
        "UPDATE tickets SET price = 1.25",
        "would be changed",
    ),
    (
        "a value removed",
        (("Level: [LOW, HIGH]", "Level: [LOW]"),),
        "UPDATE tickets SET level = 'HIGH'",
        "ck_",
    ),
    ("bounds narrower", (("<= 100", "<= 10"),), "UPDATE tickets SET size = 99", "ck_tickets_size_le"),
    ("unique added", (("label: string(1..20)", "label: string(1..20) unique"),), "", "uq_tags_label"),
    ("null", (("phone: string(1..20)?", "phone: string(1..20)"),), "UPDATE people SET phone = NULL", "phone"),
)


@pytest.mark.slow
@pytest.mark.parametrize("case", CONTRADICTED, ids=lambda c: c[0].replace(" ", "-"))
def test_rows_that_contradict_stop_it_whole(
    world: World, case: tuple[str, tuple[tuple[str, str], ...], str, str]
) -> None:
    _, edits, prepare, words = case
    world.build(BEFORE)
    world.migrate("upgrade:head")
    world.insert_rows()
    if prepare:
        world.sql(prepare)
    was = world.catalog(world.database)
    world.build(after_edits(edits))
    done = world.alembic("upgrade:head")
    assert done.code != 0
    assert words in done.stderr
    assert world.catalog(world.database) == was
