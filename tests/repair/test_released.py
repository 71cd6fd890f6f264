"""Overrides of revisions after a release: what they would do to rows that are there is seen and undone."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from generator.emit.history import VERSIONS, script_ids
from generator.host.workshop import compile_spec, open_workshop
from generator.repair.model import Quarantine
from tests.migrations.test_build import SPEC
from tests.repair.conftest import AFTER, Workspace, built, working_in
from tests.repair.printed import Told

pytestmark = pytest.mark.slow

RENAMED = f"{SPEC.replace('due:', 'until:')}changes: {{renamed: {{Ticket.due: until}}}}\n"
FILLED = f"""{SPEC}\
      heading: string(1..80)
      rank: int?
changes: {{filled: {{Ticket.heading: title, Ticket.rank: 3}}}}
"""
Record = Callable[[str, object], None]
_NULLABLE = 'sa.Column("heading", sa.String(80, collation="C"), nullable=True)'


class Row(NamedTuple):
    """A class of failure, the next spec, and what of its revision is replaced by what."""

    number: int
    name: str
    spec: str
    replaced: dict[str, str]


ROWS = (
    Row(
        45,
        "renamed column made anew",
        RENAMED,
        {
            'op.alter_column("tickets", "due", new_column_name="until")': (
                'op.drop_column("tickets", "due")\n'
                '    op.add_column("tickets", sa.Column("until", sa.Date, nullable=True))'
            )
        },
    ),
    Row(
        46,
        "column never null at once",
        FILLED,
        {
            _NULLABLE: _NULLABLE.replace("True", "False"),
            '    op.execute("UPDATE tickets SET heading = tickets.title WHERE heading IS NULL")\n': "",
            '    op.alter_column("tickets", "heading", nullable=False)\n': "",
        },
    ),
    Row(
        47,
        "new field not filled",
        FILLED,
        {'    op.execute("UPDATE tickets SET rank = 3 WHERE rank IS NULL")\n': ""},
    ),
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace whose application has been released once."""
    with working_in(tmp_path) as folder:
        yield built(Workspace(folder, "desk", SPEC))


def newest(desk: Workspace) -> tuple[str, str]:
    """Return path and text of the revision that the spec needs now."""
    made = compile_spec(desk.spec, open_workshop(desk.state), "migrations", str(desk.out))["migrations"]
    file = max((f for f in made.value.files if f.path.startswith(VERSIONS)), key=lambda f: f.path)
    return file.path, file.text


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name.replace(" ", "-"))
def test_a_revision_that_harms_rows_is_never_released(
    row: Row, desk: Workspace, record_property: Record
) -> None:
    began, before = time.monotonic(), revisions(desk)
    desk.spec.write_text(row.spec, encoding="utf-8")
    path, text = newest(desk)
    wrong = text
    for old, new in row.replaced.items():
        assert old in wrong
        wrong = wrong.replace(old, new)
    repaired(row.number, row.name, desk, {path: wrong}, record_property, began)
    assert revisions(desk) == {**before, Path(path).name: text}


def test_a_released_revision_is_never_changed(desk: Workspace, record_property: Record) -> None:
    """It fails while compiling: the broken build makes nothing, the repaired one its stage's root."""
    began, before, runs, last = time.monotonic(), revisions(desk), desk.runs(), desk.last_made()
    path, text = newest(desk)
    source = desk.override(f"files/{path}", text.replace("op.drop_table", "op.drop_tables"))
    told = desk.build("--repair")
    assert told.startswith("0"), told
    assert f"{source}:26:1: error O111" in told
    assert len(desk.runs()) == len(runs) + 1
    assert revisions(desk) == before
    made = {name for name, run in desk.last_made().items() if run != last[name]}
    assert made == {"migrations_directives"}
    told_of = Told(48, "released revision changed", "compiling", "migrations", 1, time.monotonic() - began)
    told_of.keep(record_property)


def test_scripts_of_people_are_part_of_the_line(desk: Workspace) -> None:
    """Two heads can't be brought about: what follows a release comes before what is made for the next."""
    _, text = newest(desk)
    own = text[: text.index("def upgrade")].replace("= None", f'= "{_revision(text)}"', 1)
    own = own.replace(_revision(text), "0002_own", 1)
    body = 'def {}() -> None:\n    op.execute("SELECT 1")\n\n\n'
    desk.override(f"files/{VERSIONS}0002_own.py", own + body.format("upgrade") + body.format("downgrade"))
    desk.spec.write_text(RENAMED, encoding="utf-8")
    assert desk.build().startswith("0")
    third = next(t for name, t in revisions(desk).items() if name.startswith("0003_"))
    assert 'down_revision: str | None = "0002_own"' in third


def _revision(text: str) -> str:
    return script_ids(text)[0]


def repaired(
    number: int,
    name: str,
    desk: Workspace,
    files: dict[str, str],
    record_property: Record,
    began: float,
) -> None:
    """Build with the override and a repair: the failed run delivered nothing, the repair made its stage."""
    runs = desk.runs()
    ((path, text),) = files.items()
    source = desk.override(f"files/{path}", text)
    told = desk.build("--repair")
    assert told.startswith("0"), told
    repair, failed = [run for run in desk.runs() if run not in runs]
    entry = desk.journal().entries[-1]
    assert isinstance(entry.directive, Quarantine)
    assert entry.directive.source == source
    assert source in entry.told.chain
    assert "release" not in desk.made_by(failed)
    assert desk.made_by(repair) == {"migrations_directives", "migrations"} | AFTER
    made, seconds = len(desk.made_by(repair)), time.monotonic() - began
    found_by = "sanity_report" if "sanity_report" in desk.made_by(failed) else "migrations"
    Told(number, name, found_by, "migrations", made, seconds).keep(record_property)


def revisions(desk: Workspace) -> dict[str, str]:
    folder = desk.out / VERSIONS
    return {p.name: p.read_text(encoding="utf-8") for p in folder.iterdir() if p.is_file()}
