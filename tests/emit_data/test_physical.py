"""The physical view: everything named, short enough, unique, and answered for."""

from collections import Counter

from msgspec.structs import replace

from generator.emit.creation import creation_order
from generator.emit.dbnames import SchemaNames, fit
from generator.emit.physical import physical
from generator.emit.sqltext import quote_name, quote_text
from generator.ir.model import Unique
from tests.emit_data.builders import PART, application, entity, field, row

DATABASE = physical(application())


def named(database):
    for table in database.tables:
        yield from (x.name for x in (*table.checks, *table.uniques, *table.indexes, *table.exclusions))
        yield from (c.foreign_key.name for c in table.columns if c.foreign_key)
        yield from (table.key, table.name)


def test_names_are_unique_and_fit():
    counted = Counter(named(DATABASE))
    assert max(counted.values()) == 1
    assert max(len(name.encode()) for name in counted) <= 63


def test_long_names_are_cut_but_stay_different():
    names = SchemaNames()
    first, second, third = (names.claim("x" * 70 + tail) for tail in ("a", "b", "a"))
    assert len({first, second, third}) == 3
    assert all(len(n) <= 63 for n in (first, second, third))
    assert fit("é" * 40).encode()[:2] == "é".encode()


def test_whatever_can_be_violated_has_an_answer():
    answered = {v.name for v in DATABASE.violations}
    for table in DATABASE.tables:
        if table.role == "rows":
            wanted = {x.name for x in (*table.checks, *table.uniques, *table.exclusions)}
            wanted |= {i.name for i in table.indexes if i.unique}
            wanted |= {c.foreign_key.name for c in table.columns if c.foreign_key}
            assert wanted <= answered


def test_an_answer_carries_the_spec_s_words():
    answer = next(v for v in DATABASE.violations if v.name == "uq_slots_open")
    assert (answer.status, answer.code, answer.constraint, answer.message) == (
        409,
        "conflict",
        "unique:Slot:2",
        "one free",
    )


def test_every_foreign_key_is_indexed():
    for table in DATABASE.tables:
        leading = {x.columns[0] for x in (*table.uniques, *table.indexes)} | {table.key_columns[0]}
        assert {c.name for c in table.columns if c.foreign_key} <= leading


def test_owned_rows_and_links_go_with_their_owner_and_nothing_else_does():
    cascading = {
        c.foreign_key.name
        for t in DATABASE.tables
        for c in t.columns
        if c.foreign_key and c.foreign_key.cascade
    }
    assert cascading == {
        "fk_parts_holder_id",
        "fk_holders_tags_holder_id",
        "fk_holders_tags_tag_id",
        "fk_holders_peers_holder_id",
        "fk_holders_peers_linked_holder_id",
    }


def test_one_key_of_a_circle_waits():
    waiting = [c.name for t in DATABASE.tables for c in t.columns if c.foreign_key and c.foreign_key.deferred]
    assert waiting == ["left_id"]


def test_long_chains_of_references_need_no_recursion():
    chain = [
        entity(f"E{n}", f"e{n}", f"e{n}s", *([field(f"E{n}", "next", row(f"E{n + 1}"))] if n < 1500 else []))
        for n in range(1501)
    ]
    assert [e.name for e in creation_order(chain)][:2] == ["E1500", "E1499"]


def test_two_ways_to_say_unique_give_one_constraint():
    again = Unique("unique:Part:2", "uq_parts_number_again", ("holder", "number"), message="taken")
    ir = application()
    entities = tuple(
        replace(e, uniques=(*e.uniques, again)) if e.name == "Part" else e for e in ir.domain.entities
    )
    table = physical(replace(ir, domain=replace(ir.domain, entities=entities))).rows(PART.name)
    assert [u.name for u in table.uniques if u.columns == ("holder_id", "number")] == [
        "uq_parts_number_again"
    ]


def test_sql_names_and_texts_are_quoted():
    assert quote_name("total") == "total"
    assert quote_name("order") == '"order"'
    assert quote_name('a"b') == '"a""b"'
    assert quote_text("it's") == "'it''s'"
