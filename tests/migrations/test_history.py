"""Releases follow each other in one line, whatever comes between, and none of them is changed again."""

from pathlib import Path

import pytest

from appgen_assets.checks import CHECKS
from appgen_assets.checks.model import Made
from generator.core.diagnostics import SpecError
from generator.core.errors import ToldError
from generator.deliver.released import released
from generator.emit.history import HISTORY, VERSIONS, encode
from generator.stages.history import RELEASED
from tests.migrations.test_kinds import BEFORE, KINDS, TITLE, after, after_edits
from tests.migrations.world import World

COLOUR = ((TITLE, f"{TITLE}      colour: string(1..9)?\n"),)
WEIGHT = ((TITLE, f"{TITLE}      colour: string(1..9)?\n      weight: int = 5\n"),)


def scripts(world: World) -> dict[str, str]:
    return {p.name: p.read_text(encoding="utf-8") for p in (world.out / VERSIONS).glob("*.py")}


def test_a_second_build_reads_what_the_first_has_read(world: World) -> None:
    first = world.build(BEFORE)
    again = world.build(BEFORE)
    assert again["migrations"].hit
    assert again["migrations"].ref.key == first["migrations"].ref.key
    second = world.build(after_edits(COLOUR))
    again = world.build(after_edits(COLOUR))
    assert again["migrations"].ref.key == second["migrations"].ref.key != first["migrations"].ref.key
    assert [r.id for r in again[RELEASED].value.revisions] == [world.history.revisions[0].id]


def test_two_changes_in_a_row_are_one_line(world: World) -> None:
    world.build(BEFORE)
    one = scripts(world)
    world.build(after_edits(COLOUR))
    two = scripts(world)
    world.build(after_edits(WEIGHT))
    three = scripts(world)
    assert list(one.items()) <= list(two.items())
    assert set(one.items()) < set(two.items()) < set(three.items())
    assert sorted(three)[1:] == ["0002_add_tickets_colour.py", "0003_add_tickets_weight.py"]
    world.migrate("upgrade:head", "check", "downgrade:base", "upgrade:head", "check")
    assert world.sql("SELECT version_num FROM alembic_version") == [(world.history.revisions[-1].id,)]


def test_what_is_not_released_is_not_history(world: World) -> None:
    world.build(BEFORE)
    world.compile(after_edits(COLOUR))
    world.build(after_edits(WEIGHT))
    assert [r.path.rpartition("/")[2] for r in world.history.revisions] == [
        "0001_initial.py",
        "0002_add_tickets_colour_and_more.py",
    ]


def test_a_change_that_is_taken_back_is_a_revision_too(world: World) -> None:
    world.build(BEFORE)
    world.build(after_edits(COLOUR))
    with pytest.raises(SpecError, match="M101"):
        world.build(BEFORE)
    world.build(f"{BEFORE}changes: {{dropped: [Ticket.colour]}}\n")
    assert len(world.history.revisions) == 3


def test_entries_that_were_released_do_no_harm_and_may_go(world: World) -> None:
    edits = (("      due: date?", "      until: date?"),)
    world.build(BEFORE)
    made = world.build(after_edits(edits) + "changes: {renamed: {Ticket.due: until}}\n")
    kept = scripts(world)
    world.build(after_edits(edits) + "changes: {renamed: {Ticket.due: until}}\n")
    assert scripts(world) == kept
    world.build(after_edits(edits))  # the reason has left the spec, the revision stays
    assert scripts(world) == kept
    assert made["migrations"].ref.digest
    world.build(after_edits((*edits, *COLOUR)) + "changes: {renamed: {Ticket.due: until}}\n")
    assert len(world.history.revisions) == 3


def test_only_words_change_nothing(world: World) -> None:
    world.build(BEFORE)
    kept = scripts(world)
    world.build(BEFORE.replace("  Tag:\n", "  Tag:\n    description: A label\n"))
    assert scripts(world) == kept


def test_the_order_of_fields_is_no_change(world: World) -> None:
    world.build(BEFORE)
    kept = scripts(world)
    size, price = "      size: int >= 0 <= 100\n", "      price: decimal(8,2) = 1\n"
    world.build(BEFORE.replace(size + price, price + size))
    assert scripts(world) == kept


def test_a_chain_of_renames_that_skipped_a_release(world: World) -> None:
    world.build(BEFORE)
    text = after_edits((("      due: date?", "      latest: date?"),))
    world.build(text + "changes: {renamed: {Ticket.due: until, Ticket.until: latest}}\n")
    assert world.history.revisions[-1].effects.renamed == {"tickets.due": "tickets.latest"}


@pytest.mark.slow
def test_a_counter_that_counts_otherwise_goes_on(world: World) -> None:
    number = f"{TITLE}      number: int = next({{}})\n"
    world.build(after_edits(((TITLE, number.format("person")),)))
    world.migrate("upgrade:head")
    world.insert_rows()
    world.sql("INSERT INTO tickets_number_counters SELECT person_id, max(number) FROM tickets GROUP BY 1")
    before = world.sql("SELECT * FROM tickets_number_counters ORDER BY 1")
    world.build(after_edits(((TITLE, number.format("")),)))
    world.migrate("upgrade:head", "check")
    (found,) = world.sql("SELECT scope_id::text, last_value FROM tickets_number_counters")
    assert found == ("00000000-0000-0000-0000-000000000000", max(n for _, n in before))
    world.migrate("downgrade:-1")
    assert world.sql("SELECT * FROM tickets_number_counters ORDER BY 1") == before


def test_a_spoilt_history_is_told(world: World) -> None:
    world.build(BEFORE)
    (world.out / HISTORY).write_text("{", encoding="utf-8")
    with pytest.raises(ToldError, match="can't be read"):
        world.compile(BEFORE)


def test_a_history_that_leads_elsewhere_is_told(world: World) -> None:
    world.build(BEFORE)
    path = world.out / HISTORY
    path.write_text(path.read_text(encoding="utf-8").replace("versions/0001", "../../x"), encoding="utf-8")
    with pytest.raises(ToldError, match="names no script"):
        world.compile(BEFORE)


def test_a_script_of_someone_else_is_told(world: World) -> None:
    world.build(BEFORE)
    (world.out / VERSIONS / "0002_mine.py").write_text("revision = 'x'\n", encoding="utf-8")
    with pytest.raises(ToldError, match="0002_mine"):
        world.compile(BEFORE)


def test_what_was_delivered_without_a_history(world: World) -> None:
    world.build(BEFORE)
    (world.out / HISTORY).unlink()
    with pytest.raises(ToldError, match="nobody knows"):
        world.compile(after_edits(COLOUR))
    world.compile(BEFORE)


def test_a_branch_has_its_history(world: World, tmp_path: Path) -> None:
    from generator.deliver.git import deliver_to_git  # noqa: PLC0415 - slow to load
    from generator.deliver.target import GitTarget  # noqa: PLC0415
    from generator.emit.bundle import bundle  # noqa: PLC0415
    from generator.pipeline import EMITTED  # noqa: PLC0415

    target = GitTarget(tmp_path / "repo", "main", "desk")
    assert released(str(target)).revisions == ()
    made = world.compile(BEFORE)
    deliver_to_git(bundle([made[n].value for n in EMITTED]), target, title="one")
    first = released(str(target))
    assert len(first.revisions) == 1
    world.spec.write_text(after_edits(COLOUR), encoding="utf-8")
    made = world.compile_to(str(target))
    deliver_to_git(bundle([made[n].value for n in EMITTED]), target, title="two")
    assert released(str(target)).revisions[:1] == first.revisions
    assert encode(released(str(target))).count('"path"') == 2


OWN = '''"""Tidy titles."""

from alembic import op

revision = "tidy_titles"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE tickets SET title = trim(title)")


def downgrade() -> None:
    """Nothing to undo."""
'''


def own_revision(world: World, name: str) -> None:
    """Put a revision of one's own behind the newest, as an override."""
    head = world.history.head
    assert head is not None
    path = world.spec.with_suffix(".overrides") / "files" / VERSIONS / name
    path.parent.mkdir(parents=True)
    path.write_text(OWN.format(before=head.id), encoding="utf-8")


def test_a_revision_of_ones_own_takes_its_place_in_the_line(world: World) -> None:
    world.build(BEFORE)
    own_revision(world, "tidy_titles.py")
    first = world.build(BEFORE)
    again = world.build(BEFORE)
    assert again["migrations"].ref.key == first["migrations"].ref.key
    world.build(after_edits(COLOUR))
    ids = [r.id for r in world.history.revisions]
    assert ids[1] == "tidy_titles"
    assert [i[:4] for i in ids] == ["0001", "tidy", "0003"]
    world.migrate("upgrade:head", "check", "downgrade:base", "upgrade:head")


def test_a_revision_of_ones_own_comes_before_a_change_of_the_same_build(world: World) -> None:
    world.build(BEFORE)
    own_revision(world, "tidy_titles.py")
    world.build(after_edits(COLOUR))
    assert [r.id[:4] for r in world.history.revisions] == ["0001", "tidy", "0003"]
    kept = scripts(world)
    world.build(after_edits(COLOUR))
    assert scripts(world) == kept
    world.migrate("upgrade:head", "check")


def test_what_takes_away_says_where_it_was_from_and_every_check_agrees(world: World) -> None:
    world.build(BEFORE)
    kinds = [k for k in KINDS if k.name in {"renamed field", "dropped field", "rule added"}]
    assert len(kinds) == 3
    for kind in kinds:
        made = world.compile(after(kind))
        asked = [c for c in CHECKS if c.stage == "migrations"]
        problems = [p for c in asked for p in c.ask(Made(made["migrations"], made, {})).problems]
        assert problems == [], kind.name
