"""What someone changes in a live database by hand: seen, told at its node and line, corrected or refused.

Corrections are the steps of the corrective revision, carried out as it does: only where they are needed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from appgen_assets.drift import _place, _places
from appgen_resources.live import corrections_of, look_at
from generator.host.artefacts import open_store
from generator.host.databases import create_database, drop_database
from generator.host.postgres import PostgresServer
from generator.host.state import State
from generator.host.workshop import compile_spec, open_workshop
from generator.repair.facts import Difference
from generator.repair.model import CorrectDatabase, Step
from generator.repair.revision import newest_revision, revision_file
from generator.stages.model import Artefact
from generator.stages.store import Store
from tests.migrations.world import World

SPEC = """\
app: yard
enums:
  Level: [LOW, HIGH]
entities:
  Owner:
    fields:
      email: email unique
      name: string(1..40)
  Berth:
    fields:
      label: string(1..20)
      level: Level = LOW
      length: decimal(8,2) > 0
      paid: int >= 0
      owner: -> Owner
    states:
      status: {initial: FREE, FREE: [TAKEN]}
    unique:
      - {fields: [label], while: status == FREE}
    rules:
      - paid <= length * 100 else 422 "Paid too much"
    list: {filter: [level], sort: [label]}
  Stay:
    fields:
      berth: -> Berth
      begins: datetime
      ends: datetime
    unique:
      - {fields: [berth], during: [begins, ends]}
"""
OWNER, BERTH = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
ROWS = f"""
INSERT INTO owners (id, email, name) VALUES ('{OWNER}', 'a@b.example', 'A');
INSERT INTO berths (id, label, level, length, paid, owner_id, status)
VALUES ('{BERTH}', 'One', 'LOW', 9.5, 10, '{OWNER}', 'FREE');
"""
TRIGGER = """
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER by_hand BEFORE UPDATE ON berths FOR EACH ROW EXECUTE FUNCTION meddle();
"""


class Case(NamedTuple):
    """A change by hand: what is said of it, the node that it is told at, the line, what would be lost."""

    sql: str
    about: str
    node: str
    line: str
    loses: str = ""


def lost(sql: str, about: str, node: str, line: str, loses: str) -> Case:
    return Case(sql, about, node, line, loses)


CASES = {
    "a CHECK dropped": Case(
        "ALTER TABLE berths DROP CONSTRAINT ck_berths_paid_ge",
        "the constraint ck_berths_paid_ge of berths is missing",
        "field:Berth.paid",
        "      paid:",
    ),
    "a rule's CHECK dropped": Case(
        "ALTER TABLE berths DROP CONSTRAINT ck_berths_rule_0ff406be",
        "the constraint ck_berths_rule_0ff406be of berths is missing",
        "rule:Berth:0ff406be",
        "      - paid <= length",
    ),
    "a CHECK altered": Case(
        "ALTER TABLE berths DROP CONSTRAINT ck_berths_paid_ge,"
        " ADD CONSTRAINT ck_berths_paid_ge CHECK (paid >= -5)",
        "the constraint ck_berths_paid_ge of berths is CHECK ((paid >= '-5'::integer)), not "
        "CHECK ((paid >= 0))",
        "field:Berth.paid",
        "      paid:",
    ),
    "a CHECK added": Case(
        "ALTER TABLE berths ADD CONSTRAINT mine CHECK (length < 500)",
        "the constraint mine of berths was added: CHECK ((length < (500)::numeric))",
        "field:Berth.length",
        "      length:",
    ),
    "a CHECK that nobody validated": Case(
        "ALTER TABLE berths DROP CONSTRAINT ck_berths_paid_ge,"
        " ADD CONSTRAINT ck_berths_paid_ge CHECK (paid >= 0) NOT VALID",
        "the constraint ck_berths_paid_ge of berths is CHECK ((paid >= 0)) NOT VALID, not "
        "CHECK ((paid >= 0))",
        "field:Berth.paid",
        "      paid:",
    ),
    "a CHECK dropped, and a row that breaks it": lost(
        "ALTER TABLE berths DROP CONSTRAINT ck_berths_paid_ge; UPDATE berths SET paid = -1",
        "the constraint ck_berths_paid_ge of berths is missing",
        "field:Berth.paid",
        "      paid:",
        "1 rows break it",
    ),
    "an enum that takes more": Case(
        "ALTER TABLE berths DROP CONSTRAINT ck_berths_level_values",
        "the constraint ck_berths_level_values of berths is missing",
        "field:Berth.level",
        "      level:",
    ),
    "a trigger added": Case(TRIGGER, "the trigger by_hand of berths was added", "entity:Berth", "  Berth:"),
    "an index dropped": Case(
        "DROP INDEX ix_berths_level",
        "the index ix_berths_level of berths is missing",
        "field:Berth.level",
        "      level:",
    ),
    "an index added": Case(
        "CREATE INDEX mine ON berths (paid)", "the index mine of berths was added", "entity:Berth", "  Berth:"
    ),
    "an index altered": Case(
        "DROP INDEX ix_berths_level; CREATE INDEX ix_berths_level ON berths (level)",
        "the index ix_berths_level of berths is CREATE INDEX ix_berths_level ON berths USING btree (level),"
        " not CREATE INDEX ix_berths_level ON berths USING btree (level, id)",
        "field:Berth.level",
        "      level:",
    ),
    "a partial unique index dropped, and values twice": lost(
        "DROP INDEX uq_berths_label; INSERT INTO berths (id, label, level, length, paid, owner_id, status)"
        " SELECT gen_random_uuid(), label, level, length, paid, owner_id, status FROM berths",
        "the index uq_berths_label of berths is missing",
        "unique:Berth:label",
        "      - {fields: [label]",
        "1 values are there more than once",
    ),
    "a default changed": Case(
        "ALTER TABLE berths ALTER level SET DEFAULT 'HIGH'",
        "berths.level: its default is 'HIGH'::character varying, not 'LOW'::character varying",
        "field:Berth.level",
        "      level:",
    ),
    "a default dropped": Case(
        "ALTER TABLE berths ALTER level DROP DEFAULT",
        "berths.level: its default is nothing, not 'LOW'::character varying",
        "field:Berth.level",
        "      level:",
    ),
    "a foreign key dropped": Case(
        "ALTER TABLE berths DROP CONSTRAINT fk_berths_owner_id",
        "the constraint fk_berths_owner_id of berths is missing",
        "field:Berth.owner",
        "      owner:",
    ),
    "a foreign key dropped, and a row that refers to nothing": lost(
        "ALTER TABLE berths DROP CONSTRAINT fk_berths_owner_id; DELETE FROM owners",
        "the constraint fk_berths_owner_id of berths is missing",
        "field:Berth.owner",
        "      owner:",
        "1 rows break it",
    ),
    "foreign keys switched off": Case(
        "ALTER TABLE berths DISABLE TRIGGER ALL",
        "the constraint fk_berths_owner_id of berths is FOREIGN KEY (owner_id) REFERENCES owners(id) DISABLED"
        ", not FOREIGN KEY (owner_id) REFERENCES owners(id)",
        "field:Berth.owner",
        "      owner:",
    ),
    "a unique constraint dropped": Case(
        "ALTER TABLE owners DROP CONSTRAINT uq_owners_email",
        "the constraint uq_owners_email of owners is missing",
        "field:Owner.email",
        "      email:",
    ),
    "an exclusion dropped": Case(
        "ALTER TABLE stays DROP CONSTRAINT uq_stays_berth_id",
        "the constraint uq_stays_berth_id of stays is missing",
        "unique:Stay:berth",
        "      - {fields: [berth]",
    ),
    "a collation changed": Case(
        'ALTER TABLE owners ALTER name TYPE varchar(40) COLLATE "POSIX"',
        'owners.name: its type is character varying(40) COLLATE "POSIX", '
        'not character varying(40) COLLATE "C"',
        "field:Owner.name",
        "      name:",
    ),
    "a type widened": Case(
        "ALTER TABLE berths ALTER paid TYPE bigint",
        "berths.paid: its type is bigint, not integer",
        "field:Berth.paid",
        "      paid:",
    ),
    "a type widened, and a value that no longer fits": lost(
        'ALTER TABLE owners ALTER name TYPE varchar(90) COLLATE "C";'
        " UPDATE owners SET name = repeat('x', 60)",
        'owners.name: its type is character varying(90) COLLATE "C", not character varying(40) COLLATE "C"',
        "field:Owner.name",
        "      name:",
        "a value does not fit",
    ),
    "a column computed by hand": lost(
        "ALTER TABLE berths DROP COLUMN paid;"
        " ALTER TABLE berths ADD COLUMN paid int NOT NULL GENERATED ALWAYS AS (1) STORED",
        "berths.paid is computed or counted in another way",
        "field:Berth.paid",
        "      paid:",
        "no correction is known",
    ),
    "a column dropped with its values": lost(
        "ALTER TABLE berths DROP COLUMN paid CASCADE",
        "berths.paid is missing",
        "field:Berth.paid",
        "      paid:",
        "1 rows have no value for it",
    ),
    "a table dropped": Case("DROP TABLE stays", "the table stays is missing", "entity:Stay", "  Stay:"),
}


class Drifted:
    """A delivered application, and a database per case, copied from the one that its migrations made."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        self.world = World(folder, server)
        self.server = server
        self.store: Store = open_store(str(folder / "artefacts"))
        made = self.world.build(SPEC)
        self.done = {
            **made,
            **compile_spec(self.world.spec, open_workshop(State(folder / "state")), out=str(self.world.out)),
        }
        self.world.migrate("upgrade:head")
        self.databases: list[str] = []

    @property
    def bundle(self) -> Artefact:
        return self.done["app_bundle"]

    def database(self, *statements: str) -> str:
        """Return the URL of a copy in which these statements were run."""
        name = create_database(self.server, self.world.database)
        self.databases.append(name)
        url = self.server.url(name)
        for statement in statements:
            self.sql(name, statement)
        return url

    def sql(self, name: str, statement: str) -> list[tuple[Any, ...]]:
        with closing(self.server.connect(name)) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def correct(self, steps: Sequence[Step | None]) -> int:
        """Do in the last database what the revision does; returns how many steps were needed."""
        needed = [s for s in steps if s is not None and self._step(s)]
        return len(needed)

    def _step(self, step: Step) -> bool:
        needed = bool(self.sql(self.databases[-1], step.needed))
        if needed:
            self.sql(self.databases[-1], step.sql)
        return needed

    def close(self) -> None:
        for name in self.databases:
            drop_database(self.server, name)
        self.world.close()


@pytest.fixture(scope="module")
def drifted(tmp_path_factory: pytest.TempPathFactory, pg_server: PostgresServer) -> Iterator[Drifted]:
    made = Drifted(tmp_path_factory.mktemp("drifted"), pg_server)
    yield made
    made.close()


def test_nothing_differs_in_a_database_as_delivered(drifted: Drifted) -> None:
    live = look_at(drifted.store, drifted.bundle, drifted.database(ROWS))
    assert live.upgraded
    assert live.differences == ()


@pytest.mark.parametrize("name", CASES)
def test_each_change_is_seen_at_its_line_and_corrected_or_refused(drifted: Drifted, name: str) -> None:
    case = CASES[name]
    url = drifted.database(ROWS, case.sql)
    seen = look_at(drifted.store, drifted.bundle, url).differences
    found = {d.about: d for d in corrections_of(drifted.store, drifted.bundle, url)}
    assert set(found) == {d.about for d in seen}
    assert case.about in found, list(found)
    (drift,) = (d for d in seen if d.about == case.about)
    ir = drifted.done["application_ir"]
    node, spec = _place(drift, _places(ir.value, ir.sidecar))
    assert node == case.node
    assert SPEC.splitlines()[int(spec.split(":")[1]) - 1].startswith(case.line), spec
    assert _refusal(found[case.about]) == case.loses
    if not case.loses:
        assert drifted.correct([d.step for d in found.values()]) == len(found)
        assert look_at(drifted.store, drifted.bundle, url).differences == ()


def _refusal(found: Difference) -> str:
    return found.loses or ("" if found.step else "no correction is known")


def test_corrections_do_nothing_where_nothing_is_wrong(drifted: Drifted) -> None:
    steps: list[Step | None] = []
    for case in CASES.values():
        if not case.loses:
            url = drifted.database(ROWS, case.sql)
            steps += [d.step for d in corrections_of(drifted.store, drifted.bundle, url)]
    assert len(steps) >= 18
    healthy = drifted.database(ROWS)
    was = drifted.world.catalog(drifted.databases[-1])
    repeated = [
        s
        for s in steps
        if s is not None and not s.about.startswith("the index ix_berths_level of berths is CREATE")
    ]
    assert drifted.correct(repeated) == 0
    assert drifted.world.catalog(drifted.databases[-1]) == was
    assert look_at(drifted.store, drifted.bundle, healthy).differences == ()


@pytest.mark.slow
def test_one_revision_corrects_everything_at_once(drifted: Drifted, tmp_path: Path) -> None:
    """Through alembic and the application's own driver, on the drifted database and on a new one."""
    changes = [
        CASES[name].sql
        for name in (
            "a CHECK altered", "a CHECK added", "a trigger added", "an index altered", "an index added",
            "a default changed", "foreign keys switched off", "an exclusion dropped", "a collation changed",
        )
    ]  # fmt: skip
    url = drifted.database(ROWS, *changes)
    name = drifted.databases[-1]
    found = corrections_of(drifted.store, drifted.bundle, url)
    out = shutil.copytree(drifted.world.out, tmp_path / "out")
    texts = {f.path: f.text for f in drifted.bundle.value.files}
    steps = tuple(d.step for d in found if d.step is not None)
    assert len(steps) == len(found) >= 9
    path, text = revision_file(CorrectDatabase(newest_revision(texts), steps), 1)
    (out / path).write_text(text, encoding="utf-8")
    drifted.world.migrate("upgrade:head", "check", out=out, database=name)
    assert look_at(drifted.store, drifted.bundle, url).differences == ()
    new = create_database(drifted.server)
    drifted.databases.append(new)
    drifted.world.migrate("upgrade:head", "check", out=out, database=new)
    assert look_at(drifted.store, drifted.bundle, drifted.server.url(new)).differences == ()
