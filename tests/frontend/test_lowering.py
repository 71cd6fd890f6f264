"""What each construct of the language becomes."""

import pytest

from generator.expr.model import EntityRef, Type
from generator.ir.model import Managed
from tests.frontend.helpers import compiled, entity, field, operation, quoted

# --- entities --------------------------------------------------------------------------


def test_ids_owners_and_states_come_in_a_fixed_order() -> None:
    ir = compiled(
        """
        app: demo
        entities:
          Box:
            fields: {parts: "Part[] owned", label: string}
          Part:
            fields: {size: int}
            states:
              status: {initial: NEW, NEW: [OLD]}
        """
    ).ir
    part = entity(ir, "Part")
    assert [(f.name, f.wire, f.managed) for f in part.fields] == [
        ("id", "id", Managed.KEY),
        ("box", "box_id", Managed.OWNER),
        ("size", "size", Managed.CLIENT),
        ("status", "status", Managed.STATE),
    ]
    assert (part.owner, part.owner_field, part.owner_collection) == ("Box", "box", "parts")
    assert [(c.name, c.kind, c.inverse) for c in entity(ir, "Box").collections] == [("parts", "owned", "box")]
    assert ir.domain.enums[0].name == "PartStatus"
    assert ir.domain.enums[0].machine == "Part.status"
    assert ir.tests.seed_order == ("Box", "Part")


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("string", {"max_length": 255}),
        ("string(5)", {"max_length": 5}),
        ("string(2..5)", {"min_length": 2, "max_length": 5}),
        ("string(2..)", {"min_length": 2, "max_length": 255}),
        ("string(..5)", {"max_length": 5}),
        ("string(300..)", {"min_length": 300, "max_length": 300}),
        ("text", {"max_length": 20_000}),
        ("int(1..5)", {"ge": "1", "le": "5"}),
        ("int > 1 <= 9", {"gt": "1", "le": "9"}),
        ("int >= -5", {"ge": "-5"}),
        ("decimal(6,2) > 0", {"gt": "0"}),
        ("decimal(6,2) >= 0.50", {"ge": "0.5"}),
        ("float <= 1.5", {"le": "1.5"}),
        ('date >= "2020-02-29"', {"ge": "2020-02-29"}),
        ('datetime < "2030-01-01T01:00:00+01:00"', {"lt": "2030-01-01T00:00:00.000000Z"}),
        ('string matches "[a-z]+\\\\d"', {"max_length": 255, "pattern": "[a-z]+\\d"}),
    ],
)
def test_bounds(text: str, limits: dict[str, object]) -> None:
    found = field(
        compiled(f"app: demo\nentities: {{Thing: {{fields: {{x: {quoted(text)}}}}}}}").ir, "Thing.x"
    ).limits
    given = {name: value for name in found.__struct_fields__ if (value := getattr(found, name)) is not None}
    assert given == limits


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("string(1..120) unique", "{type: string, min_length: 1, max_length: 120, unique: true}"),
        ("int? > 0", "{type: int, nullable: true, gt: 0}"),
        ("decimal(10,2) = 1.50", "{type: decimal, precision: 10, scale: 2, default: 1.50}"),
        ("-> Other immutable", "{type: reference, target: Other, immutable: true}"),
        ("enum(A, B) = A", "{type: enum, values: [A, B], default: A}"),
        ("datetime = now() server", "{type: datetime, default: now(), server: true}"),
        ("datetime = now() touched", "{type: datetime, default: now(), touched: true}"),
        ("int := size * 2", "{type: int, derived: size * 2}"),
        ("int = other.number snapshot", "{type: int, snapshot: other.number}"),
        ("int = next(other)", "{type: int, counter: other}"),
        ("int = next()", "{type: int, counter: true}"),
        ('string matches "a+"', "{type: string, pattern: a+}"),
    ],
)
def test_short_and_long_forms_are_the_same(short: str, long: str) -> None:
    base = (
        "app: demo\nentities:\n  Other: {{fields: {{number: int}}}}\n  Thing:\n    fields:\n"
        "      other: -> Other\n      size: int\n      x: {}\n"
    )
    first = compiled(base.format(short)).ir
    second = compiled(base.format(long)).ir
    assert first == second


def test_a_comma_in_parentheses_inside_braces() -> None:
    ir = compiled("app: demo\nentities: {Thing: {fields: {x: decimal(10, 2) > 0, k: enum(A, B), y: int}}}").ir
    assert [f.name for f in entity(ir, "Thing").fields] == ["id", "x", "k", "y"]
    assert field(ir, "Thing.x").type == Type("decimal", precision=10, scale=2)


def test_links_have_a_table_of_their_own() -> None:
    ir = compiled(
        """
        app: demo
        entities:
          Thing: {fields: {labels: "Label[]", others: "Thing[]"}}
          Label: {}
          ThingLabel: {plural: things_labels}
        """
    ).ir
    labels, others = entity(ir, "Thing").collections
    assert (labels.wire, labels.table) == ("label_ids", "things_labels_2")
    assert (others.wire, others.table) == ("other_ids", "things_others")


def test_a_reference_to_the_owner_may_be_written_out() -> None:
    ir = compiled(
        "app: demo\nentities:\n  A: {fields: {x: 'Part[] owned'}}\n  Part: {fields: {size: int, a: -> A}}"
    ).ir
    assert [f.name for f in entity(ir, "Part").fields] == ["id", "a", "size"]


# --- rules, uniques, lists ---------------------------------------------------------------


def test_rules_know_what_they_read() -> None:
    ir = compiled(
        """
        app: demo
        entities:
          Holder: {fields: {most: int}}
          Thing:
            fields: {holder: -> Holder, size: int, double: int := size * 2, born: date}
            rules:
              - size > 0
              - double <= holder.most else 409 "Too big"
              - born <= today()
              - size >= old(size)
              - size > 0
        """
    ).ir
    rules = entity(ir, "Thing").rules
    assert [(r.fields, r.local) for r in rules] == [
        (("size",), True),
        (("holder", "size"), False),
        (("born",), False),
        (("size",), False),
        (("size",), True),
    ]
    assert rules[1].condition.status == 409
    assert rules[1].condition.message == "Too big"
    assert rules[0].condition.message == "Not met: size > 0"
    assert rules[4].id == rules[0].id + "-2"
    types = {c.id: c.type for c in ir.validation.constraints}
    assert [types[r.id] for r in rules] == ["custom", "stock_constraint", "custom", "custom", "custom"]


def test_a_comparison_of_two_entities_is_a_stock_constraint() -> None:
    ir = compiled(
        """
        app: demo
        entities:
          Holder: {fields: {most: int}}
          Thing:
            fields: {holder: -> Holder, size: int}
            rules: [size <= holder.most]
        """
    ).ir
    (found,) = [c for c in ir.validation.constraints if c.type == "stock_constraint"]
    assert found.metadata == {
        "lhs": {"entity": "Thing", "field": "size", "role": "self"},
        "rhs": {"entity": "Holder", "field": "most", "role": "self.holder"},
        "op": "<=",
        "fields": ["holder", "size"],
        "local": False,
    }


def test_uniques() -> None:
    ir = compiled(
        """
        app: demo
        entities:
          Thing:
            fields: {a: string, b: int, start: date, end: date, open: bool}
            rules: [start < end and b > 0]
            unique:
              - [a, b]
              - {fields: [a], while: open, on_conflict: "add b", else: '418 "Taken"'}
              - {fields: [b], during: [start, end]}
              - [a, b]
        """
    ).ir
    plain, partial, timed, again = entity(ir, "Thing").uniques
    assert (plain.status, plain.on_conflict, plain.name) == (409, "reject", "uq_things_a_b")
    assert (partial.status, partial.message, partial.on_conflict, partial.targets) == (
        418,
        "Taken",
        "add",
        ("b",),
    )
    assert isinstance(partial.only, EntityRef)
    assert timed.during == ("start", "end")
    assert again.id == "unique:Thing:a_b-2"


def test_list_options() -> None:
    ir = compiled(
        """
        app: demo
        entities:
          Thing:
            fields: {name: string, size: int, open: bool = true}
            list:
              filter: [size, open]
              sort: [name]
              search: [name]
              default_filter: open
              default_sort: [-size, name]
        """
    ).ir
    found = entity(ir, "Thing").listing
    assert (found.filters, found.sorts, found.search, found.default_sort) == (
        ("size", "open"),
        ("name",),
        ("name",),
        ("-size", "name"),
    )
    assert isinstance(found.default_filter, EntityRef)


# --- operations --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("", ["create", "list", "read", "update", "delete"]),
        ("operations: [read]", ["list", "read"]),
        ("operations: [update]", ["create", "list", "read", "update", "delete"]),
    ],
)
def test_operations_of_what_is_owned_follow_the_owner(outer: str, inner: list[str]) -> None:
    text = (
        f"app: demo\nentities:\n  Box:\n    fields: {{parts: 'Part[] owned'}}\n    {outer}\n"
        "  Part: {fields: {size: int}}\n"
    )
    ir = compiled(text).ir
    assert [o.name for o in ir.api.operations if o.entity == "Part"] == inner


def test_nested_paths() -> None:
    ir = compiled(
        """
        app: demo
        entities:
          BigBox: {fields: {big_parts: "Part[] owned"}}
          Part: {fields: {bits: "Bit[] owned"}}
          Bit: {fields: {size: int}}
        flows:
          turn_on: {entity: Bit, effects: [bit.size += 1]}
        """
    ).ir
    assert operation(ir, "Bit.create").path == "/big-boxes/{big_box_id}/big-parts/{part_id}/bits"
    assert (
        operation(ir, "Bit.turn_on").path == "/big-boxes/{big_box_id}/big-parts/{part_id}/bits/{id}/turn-on"
    )
    assert [(r.param, r.entity) for r in operation(ir, "Bit.read").rows] == [
        ("big_box_id", "BigBox"),
        ("part_id", "Part"),
        ("id", "Bit"),
    ]


def test_requires_of_operations() -> None:
    ir = compiled(
        """
        app: demo
        entities:
          Box: {fields: {parts: "Part[] owned", open: bool}}
          Part:
            fields: {size: int}
            operations:
              create: {requires: [box.open else 409]}
              delete:
                requires: [{if: size == 0, else: 403, message: "Not empty"}]
              read:
        """
    ).ir
    assert [o.name for o in ir.api.operations if o.entity == "Part"] == ["create", "read", "delete"]
    (create,) = operation(ir, "Part.create").requires
    assert create.status == 409
    (delete,) = operation(ir, "Part.delete").requires
    assert (delete.status, delete.message) == (403, "Not empty")
    guarded = [c for c in ir.validation.constraints if c.type == "workflow_constraint"]
    assert [(c.flow, c.source) for c in guarded] == [
        ("operation:Part.create", create.id),
        ("operation:Part.delete", delete.id),
    ]
