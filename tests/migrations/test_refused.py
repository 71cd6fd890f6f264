"""What would lose or lack data is refused at its line; what rows contradict stops the upgrade."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from generator.core.diagnostics import Diagnostic, NodeError, SpecError
from generator.emit.migrations import emit_migrations
from generator.expr.model import STRING, ContextRef
from generator.frontend import compile_front
from generator.ir.changes import Changes
from generator.verify.provenance import locate
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


def test_a_fill_that_no_statement_can_compute_is_refused_at_its_line(world: World) -> None:
    """M106: no spec that is accepted has one, since the front end knows no such expression over rows."""
    world.build(BEFORE)
    field = "      heading: string(1..80)\n"
    text = after_edits(((TITLE, f"{TITLE}{field}"),))
    text += 'changes: {filled: {Ticket.heading: "title"}}\n'
    done = world.compile(text, "application_ir")
    ir, lowered = done["application_ir"].value, compile_front("spec.yaml", lambda _: text)
    (fill,) = lowered.changes.filled
    asks = Changes(filled=(replace(fill, expr=ContextRef("input", "heading", STRING)),))
    with pytest.raises(NodeError) as error:
        emit_migrations(ir, world.history, asks)
    (found,) = error.value.found
    assert found.code == "M106"
    assert "what fills `Ticket.heading` can't be computed in the database" in found.message
    assert "`changes: {filled: {Ticket.heading: EXPR}}`" in found.hint
    span = locate(found.node, lowered.source_map)
    assert span is not None
    assert "Ticket.heading" in text.splitlines()[span.line - 1]


def test_every_code_is_shown() -> None:
    source = Path(__file__).parents[2] / "generator/emit/migrations/refusals.py"
    codes = set(re.findall(r'"(M\d{3})"', source.read_text(encoding="utf-8")))
    here = set(re.findall(r'"(M\d{3})"', Path(__file__).read_text(encoding="utf-8")))
    assert codes <= here
    assert {case.code for case in REFUSED} | {"M106"} == codes


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
    (
        "unique added",
        (("label: string(1..20)", "label: string(1..20) unique"),),
        "UPDATE tags SET label = 'same'",
        "uq_tags_label",
    ),
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
