"""The migration on a real PostgreSQL: complete, equal to the models, undone; constraints that hold."""

import uuid

import psycopg2.errors as violated
import pytest

from generator.host.postgres import PostgresServer
from tests.emit_data.delivery import succeeds

TIMES = ("2026-01-01 10:00+00", "2026-01-01 11:00+00")


def test_upgrade_check_downgrade(delivered, database_url, pg_server: PostgresServer, database):
    for command in (["upgrade", "head"], ["check"], ["downgrade", "base"], ["upgrade", "head"], ["check"]):
        succeeds(delivered, "-m", "alembic", *command, DATABASE_URL=database_url)
    succeeds(delivered, "-m", "alembic", "downgrade", "base", DATABASE_URL=database_url)
    with pg_server.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_type WHERE typname LIKE '%\\_span'")
        assert cursor.fetchone() == (0,)


def test_the_sql_can_be_printed(delivered):
    sql = succeeds(delivered, "-m", "alembic", "upgrade", "head", "--sql")
    assert 'CREATE TYPE text_span AS RANGE (subtype = text, collation = "C");' in sql


@pytest.fixture
def cursor(migrated):
    with migrated.cursor() as cursor:
        yield cursor
    migrated.rollback()


def insert(cursor, table, **values):
    values = {"id": str(uuid.uuid4()), **values}
    columns, marks = ", ".join(f'"{c}"' for c in values), ", ".join(["%s"] * len(values))
    cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(values.values()))
    return values["id"]


def holder(cursor, **values):
    row = {
        "name": uuid.uuid4().hex,
        "email": f"{uuid.uuid4().hex}@x.org",
        "about": "",
        "list": "",
        "token": str(uuid.uuid4()),
    }
    return insert(cursor, "holders", **{**row, "data": "{}", **values})


def slot(cursor, owner, **values):
    row = {
        "number": uuid.uuid4().int % 2**31,
        "lane": 1,
        "open": True,
        "day": "2026-01-01",
        "weight": "1.5",
        "ratio": 0.5,
    }
    row |= {"starts_at": TIMES[0], "ends_at": TIMES[1], "holder_id": owner, "label": "a"}
    return insert(cursor, "slots", **{**row, **values})


def refused(cursor, kind, name, work):
    cursor.execute("SAVEPOINT here")
    with pytest.raises(kind) as caught:
        work()
    cursor.execute("ROLLBACK TO here")
    assert caught.value.diag.constraint_name == name


def test_defaults_are_those_of_the_spec(cursor):
    key = holder(cursor)
    cursor.execute(
        "SELECT level, price::text, active, date::text, kind, motto FROM holders WHERE id = %s", [key]
    )
    assert cursor.fetchone() == (1, "9.90", True, "2024-02-29", "TWO", '100% : \\:x "q"')


@pytest.mark.parametrize(
    ("column", "value", "name"),
    [
        ("level", -1, "ck_holders_level_ge"),
        ("level", 100, "ck_holders_level_lt"),
        ("level", 60, "ck_holders_rule_aaaa1111"),
        ("price", 0, "ck_holders_price_gt"),
        ("name", "", "ck_holders_name_min"),
        ("about", "x" * 5001, "ck_holders_about_max"),
        ("kind", "THREE", "ck_holders_kind_values"),
        ("date", "1999-12-31", "ck_holders_date_ge"),
    ],
)
def test_checks(cursor, column, value, name):
    refused(cursor, violated.CheckViolation, name, lambda: holder(cursor, **{column: value}))


def test_unique_text_may_be_long(cursor):
    holder(cursor, note="y" * 20000)
    holder(cursor, note="x" + "y" * 19999)
    refused(cursor, violated.ExclusionViolation, "uq_holders_note", lambda: holder(cursor, note="y" * 20000))


def test_partial_unique(cursor):
    owner = holder(cursor)
    slot(cursor, owner, label=None)
    slot(cursor, owner, label=None, status="TAKEN")
    refused(cursor, violated.UniqueViolation, "uq_slots_open", lambda: slot(cursor, owner, label=None))


def test_overlap_is_refused_for_equal_keys_only(cursor):
    owner = holder(cursor)
    slot(cursor, owner, status="TAKEN")

    def again(**values):
        return slot(cursor, owner, **{"status": "TAKEN", **values})

    refused(cursor, violated.ExclusionViolation, "ex_slots_overlap", again)
    for other in (
        {"lane": 2},
        {"open": False},
        {"day": "2026-01-02"},
        {"weight": "1.51"},
        {"label": "A"},
        {"ratio": 0.6},
    ):
        again(**other)
    again(label=None)
    again(label=None)  # null is not a value
    again(starts_at=TIMES[1], ends_at="2026-01-01 12:00+00")  # half-open
    again(starts_at=TIMES[1], ends_at=TIMES[0])  # reversed: overlaps nothing
    slot(cursor, owner, status="DONE")
    again_sooner = {"starts_at": "2026-01-01 09:00+00", "ends_at": "2026-01-01 10:00:00.000001+00"}
    refused(cursor, violated.ExclusionViolation, "ex_slots_overlap", lambda: again(**again_sooner))


def test_deleting_takes_owned_rows_along_and_respects_references(cursor):
    owner, other = holder(cursor), holder(cursor)
    place = slot(cursor, other)
    first = insert(cursor, "parts", holder_id=owner, main_id=place, quantity=1, unit=1, number=1)
    insert(
        cursor,
        "parts",
        holder_id=owner,
        main_id=slot(cursor, other, lane=3, status="TAKEN"),
        parent_id=first,
        quantity=1,
        unit=1,
        number=2,
    )

    def delete(table, key):
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [key])

    refused(cursor, violated.ForeignKeyViolation, "fk_parts_main_id", lambda: delete("slots", place))
    delete("holders", owner)
    cursor.execute("SELECT count(*) FROM parts")
    assert cursor.fetchone() == (0,)


def test_a_row_may_not_refer_to_nothing(cursor):
    refused(
        cursor, violated.ForeignKeyViolation, "fk_slots_holder_id", lambda: slot(cursor, str(uuid.uuid4()))
    )
