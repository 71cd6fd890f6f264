"""Each kind of change on a database with rows: they are there afterwards, nothing drifts, and back again."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from generator.host.postgres import PostgresServer
from tests.migrations.world import World

BEFORE = (Path(__file__).parent / "before.yaml").read_text(encoding="utf-8")


class Kind(NamedTuple):
    """A change: texts and what replaces them, what the spec says of it, and what has to hold after it."""

    name: str
    edits: tuple[tuple[str, str], ...]
    changes: str = ""
    holds: tuple[tuple[str, object], ...] = ()  # query -> the one value that it gives
    one_way: bool = False
    prepare: str = ""  # what rows have to be like for the change to be possible


def after_edits(edits: tuple[tuple[str, str], ...]) -> str:
    text = BEFORE
    for old, new in edits:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return text


def after(kind: Kind) -> str:
    return after_edits(kind.edits) + (f"changes:\n  {kind.changes}\n" if kind.changes else "")


TITLE = "      title: string(1..80)\n"
ENTITY = "  Topic:\n    fields:\n      name: string(1..20)\n"
MINUTES = "SELECT coalesce(sum(minutes), 0) FROM notes n WHERE n.ticket_id = t.id"
KINDS = (
    Kind("optional field", ((TITLE, f"{TITLE}      colour: string(1..9)?\n"),)),
    Kind(
        "required field with default",
        ((TITLE, f"{TITLE}      weight: int = 5\n"),),
        holds=(("SELECT min(weight) FROM tickets", 5),),
    ),
    Kind(
        "required field with a default that no column can have",
        ((TITLE, f'{TITLE}      word: string(1..20) = "it\'s 5% :a"\n'),),
        holds=(("SELECT min(word) FROM tickets", "it's 5% :a"),),
    ),
    Kind(
        "required field filled",
        ((TITLE, f"{TITLE}      heading: string(1..80)\n"),),
        "filled: {Ticket.heading: title}",
        (("SELECT bool_and(heading = title) FROM tickets", True),),
    ),
    Kind(
        "required field filled over a reference",
        ((TITLE, f"{TITLE}      who: string(1..40) = person.name snapshot\n"),),
        holds=(("SELECT bool_and(who = p.name) FROM tickets t JOIN people p ON p.id = t.person_id", True),),
    ),
    Kind(
        "required field filled over owned rows",
        ((TITLE, f"{TITLE}      effort: int\n"),),
        'filled: {Ticket.effort: "sum(notes, minutes)"}',
        (
            (
                f"SELECT bool_and(effort = ({MINUTES})) FROM tickets t",
                True,
            ),
        ),
    ),
    Kind(
        "renamed field",
        (
            ("      title: string(1..80)", "      subject: string(1..80)"),
            ("sort: [title]", "sort: [subject]"),
        ),
        "renamed: {Ticket.title: subject}",
        (("SELECT count(*) FROM tickets WHERE subject <> ''", 2),),
    ),
    Kind(
        "renamed field with bounds, to which a reference leads",
        (("      minutes: int > 0", "      spent: int > 0"),),
        "renamed: {Note.minutes: spent}",
        (("SELECT count(*) > 0 AND min(spent) > 0 FROM notes", True),),
    ),
    Kind(
        "renamed entity",
        (("  Person:\n", "  Human:\n"), ("person: -> Person", "person: -> Human")),
        "renamed: {Person: Human}",
        (("SELECT count(*) > 0 FROM humans", True),),
    ),
    Kind(
        "renamed owner",
        (("  Ticket:\n", "  Case:\n"),),
        "renamed: {Ticket: Case}",
        (("SELECT count(*) > 0 FROM notes JOIN cases ON cases.id = case_id", True),),
    ),
    Kind(
        "renamed entity and field",
        (
            ("  Person:\n", "  Human:\n"),
            ("person: -> Person", "human: -> Human"),
            ("name: string(1..40)", "called: string(1..40)"),
        ),
        "renamed: {Person: Human, Human.name: called, Ticket.person: human}",
        (("SELECT bool_and(called <> '') FROM humans JOIN tickets ON human_id = humans.id", True),),
    ),
    Kind("dropped field", (("      due: date?\n", ""),), "dropped: [Ticket.due]"),
    Kind(
        "dropped field that was required", (("      text: text\n", ""),), "dropped: [Note.text]", one_way=True
    ),
    Kind(
        "field derived from now on",
        (("      minutes: int > 0", "      minutes: int := 5"),),
        "dropped: [Note.minutes]",
        one_way=True,
    ),
    Kind("wider string", (("string(1..80)", "string(1..200)"),)),
    Kind("string to text", (("title: string(1..80)", "title: text"),)),
    Kind("integer to decimal", (("size: int >= 0 <= 100", "size: decimal(10,2) >= 0 <= 100"),)),
    Kind("integer to string", (("      minutes: int > 0", "      minutes: string(1..9)"),)),
    Kind("more digits", (("decimal(8,2)", "decimal(12,4)"),)),
    Kind("date to datetime", (("due: date?", "due: datetime?"),)),
    Kind("value added", (("Level: [LOW, HIGH]", "Level: [LOW, MIDDLE, HIGH]"),)),
    Kind("value removed", (("Level: [LOW, HIGH]", "Level: [LOW]"),)),
    Kind("entity added", (("  Tag:\n", f"{ENTITY}  Tag:\n"),)),
    Kind(
        "entity removed",
        (("      tags: Tag[]\n", ""), ("  Tag:\n    fields:\n      label: string(1..20)\n", "")),
        "dropped: [Tag, Ticket.tags]",
    ),
    Kind(
        "owned entity removed",
        (
            ("      notes: Note[] owned\n", ""),
            ("  Note:\n    fields:\n      text: text\n      minutes: int > 0\n", ""),
        ),
        "dropped: [Note]",
    ),
    Kind("reference added", ((TITLE, f"{TITLE}      tag: -> Tag?\n"),)),
    Kind(
        "required reference added",
        (("      minutes: int > 0", "      minutes: int > 0\n      person: -> Person"),),
        "filled: {Note.person: ticket.person}",
        (
            (
                "SELECT bool_and(n.person_id = t.person_id) FROM notes n JOIN tickets t ON t.id = n.ticket_id",  # noqa: E501
                True,
            ),
        ),
    ),
    Kind(
        "unique added",
        (("label: string(1..20)", "label: string(1..20) unique"),),
        prepare="UPDATE tags SET label = right(id::text, 12)",
    ),
    Kind(
        "unique in part added",
        (("    states:\n", "    unique:\n      - {fields: [title], while: status == OPEN}\n    states:\n"),),
        prepare="UPDATE tickets SET title = right(id::text, 12)",
    ),
    Kind(
        "overlap refused",
        (
            (TITLE, f'{TITLE}      begins: date = today()\n      ends: date = "2999-01-01"\n'),
            (
                "    states:\n",
                "    unique:\n      - {fields: [title], during: [begins, ends]}\n    rules: [begins < ends]\n    states:\n",  # noqa: E501
            ),
        ),
        prepare="UPDATE tickets SET title = right(id::text, 12)",
    ),
    Kind("state added", (("OPEN: [CLOSED]", "OPEN: [CLOSED, STUCK], STUCK: [OPEN]"),)),
    Kind(
        "state machine added",
        (
            (
                "      minutes: int > 0\n",
                "      minutes: int > 0\n    states:\n      stage: {initial: NEW, NEW: [READ]}\n",
            ),
        ),
    ),
    Kind("bounds moved", (("size: int >= 0 <= 100", "size: int >= -5 <= 200"),)),
    Kind("rule added", (("    states:\n", "    rules: [size + 1 > 0]\n    states:\n"),)),
    Kind("derived added", ((TITLE, f"{TITLE}      double: int := size * 2\n"),)),
    Kind("index added", (("sort: [title]", "sort: [title, size]"),)),
    Kind("default changed", (("decimal(8,2) = 1", "decimal(8,2) = 2"),)),
    Kind("default gone", (("decimal(8,2) = 1", "decimal(8,2)"),)),
    Kind("optional from now on", (("size: int >= 0 <= 100", "size: int? >= 0 <= 100"),)),
    Kind(
        "required from now on",
        (("phone: string(1..20)?", "phone: string(1..20)"),),
        "filled: {Person.phone: '\"none\"'}",
        (("SELECT count(*) FROM people WHERE phone IS NULL", 0),),
    ),
    Kind("links added", (("      phone:", "      tags: Tag[]\n      phone:"),)),
    Kind("links removed", (("      tags: Tag[]\n", ""),), "dropped: [Ticket.tags]"),
    Kind(
        "links renamed", (("      tags: Tag[]\n", "      marks: Tag[]\n"),), "renamed: {Ticket.tags: marks}"
    ),
    Kind(
        "counter added",
        ((TITLE, f"{TITLE}      number: int = next(person)\n"),),
        holds=(
            ("SELECT count(*) FROM tickets WHERE number IS NULL", 0),
            ("SELECT sum(last_value) FROM tickets_number_counters", 2),
        ),
    ),
    Kind("links to oneself added", ((TITLE, f"{TITLE}      others: Ticket[]\n"),)),
    Kind("reference to oneself added", ((TITLE, f"{TITLE}      parent: -> Ticket?\n"),)),
    Kind(
        "filled over all rows",
        ((TITLE, f"{TITLE}      peers: int\n      busy: bool\n"),),
        "filled: {Ticket.peers: count(Ticket), Ticket.busy: 'any(notes, minutes > 5)'}",
        (("SELECT bool_and(peers = 2) FROM tickets", True),),
    ),
    Kind(
        "other table name",
        (("  Person:\n", "  Person:\n    plural: folks\n"),),
        holds=(("SELECT count(*) > 0 FROM folks", True),),
    ),
)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, pg_server: PostgresServer) -> Iterator[World]:
    """The first release with rows, of which every test has a copy."""
    made = World(tmp_path_factory.mktemp("before"), pg_server)
    made.build(BEFORE)
    made.migrate("upgrade:head")
    made.insert_rows()
    yield made
    made.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name.replace(" ", "-"))
def test_rows_stay(before: World, kind: Kind, tmp_path: Path) -> None:
    with before.copied(tmp_path) as world:
        if kind.prepare:
            world.sql(kind.prepare)
        check(world, kind)


def check(world: World, kind: Kind) -> None:
    rows, first = counted(world), world.history.revisions
    text = after(kind)
    world.build(text)
    assert world.history.revisions[: len(first)] == first
    assert len(world.history.revisions) == len(first) + (kind.name != "derived added")
    world.migrate("upgrade:head", "check")
    assert world.catalog(world.database) == world.fresh(text)
    for query, wanted in kind.holds:
        assert world.sql(query) == [(wanted,)], query
    assert sum(counted(world).values()) >= sum(rows.values()) - dropped(world, rows)
    if not kind.one_way and kind.name != "derived added":
        world.migrate("downgrade:-1")
        assert {k: v for k, v in counted(world).items() if k in rows and v} == kept(world, rows)
        world.migrate("upgrade:head", "check")


def counted(world: World) -> dict[str, int]:
    """Return how many rows each table has."""
    names = world.sql(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    count: Callable[[str], Any] = lambda name: world.sql(f'SELECT count(*) FROM "{name}"')[0][0]  # noqa: E731
    return {name: count(name) for (name,) in names if name != "alembic_version"}


def dropped(world: World, rows: dict[str, int]) -> int:
    """Return how many rows went with tables that were to go."""
    effects = world.history.revisions[-1].effects
    return sum(rows.get(name, 0) for name in effects.dropped)


def kept(world: World, rows: dict[str, int]) -> dict[str, int]:
    effects = world.history.revisions[-1].effects
    return {k: v for k, v in rows.items() if v and k not in effects.dropped}
