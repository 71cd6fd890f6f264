"""What each construct of the language becomes."""

import pytest

from generator.expr.model import ArithmeticExpr, ComparisonExpr, ContextRef, EntityRef, Literal, Type
from generator.ir.index import Index
from generator.ir.model import Assign, Create, Delete, Each, Link, Managed, Transition, When
from tests.frontend.helpers import compiled, entity, field, flow, operation, refused

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


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


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


# --- flows -------------------------------------------------------------------------------

WORLD = """
app: demo
entities:
  Tag: {fields: {name: string}}
  Box:
    fields:
      label: string
      total: decimal(8,2) = 0 server
      tags: Tag[]
      parts: Part[] owned
      next_box: -> Box?
      mark: int = 0
    states:
      status: {initial: NEW, NEW: [OPEN, LOST], OPEN: [DONE], LOST: [DONE]}
  Part: {fields: {size: int, price: decimal(8,2), note: string?}}
flows:
  go:
    entity: Box
"""


def go(lines: str) -> object:
    return flow(compiled(WORLD + "".join(f"    {line}\n" for line in lines.strip("\n").split("\n"))).ir, "go")


@pytest.mark.parametrize(
    ("head", "subject", "located"),
    [
        ("effects: []", "path", ""),
        ("http: POST /x/{id}", "path", ""),
        ("http: POST /x/{box_id}", "path", ""),
        ("{http: POST /x, input: {box_id: -> Box}}", "input", "box"),
        ("{http: POST /x, input: {box: -> Box}}", "input", "box"),
        ("{http: POST /x, input: {one: -> Box, two: -> Box}}", "none", ""),
        ("http: POST /x", "none", ""),
    ],
)
def test_where_the_subject_comes_from(head: str, subject: str, located: str) -> None:
    if head.startswith("{"):
        text = WORLD.rsplit("  go:", 1)[0] + "  go: " + head.replace("{http", "{entity: Box, http") + "\n"
        found = flow(compiled(text).ir, "go")
    else:
        found = go(head)
    assert (found.subject, found.subject_input) == (subject, located)
    assert ("self" in found.names) == (subject != "none")


def test_a_row_input_has_one_name_however_it_is_written() -> None:
    ir = compiled(
        WORLD + "    input: {other_id: -> Box, extra: -> Tag?}\n    requires: [other.label == label]\n"
    ).ir
    given = flow(ir, "go").inputs
    assert [(i.name, i.wire) for i in given] == [("other", "other_id"), ("extra", "extra_id")]
    assert flow(ir, "go").names == {"self": "Box", "input:other": "Box", "input:extra": "Tag"}


@pytest.mark.parametrize(
    ("text", "allowed", "to"),
    [
        ('"box.status: NEW -> OPEN"', ("NEW",), "OPEN"),
        ("box.status: NEW -> OPEN", ("NEW",), "OPEN"),
        ("box.status: NEW → OPEN", ("NEW",), "OPEN"),
        ('"box.status: [OPEN, LOST] -> DONE"', ("OPEN", "LOST"), "DONE"),
        ('"box.status: * -> DONE"', ("OPEN", "LOST"), "DONE"),
        ("box.status = DONE", ("OPEN", "LOST"), "DONE"),
        ("status = DONE", ("OPEN", "LOST"), "DONE"),
    ],
)
def test_transitions(text: str, allowed: tuple[str, ...], to: str) -> None:
    (effect,) = go(f"effects:\n  - {text}").effects
    assert isinstance(effect, Transition)
    assert (effect.allowed_from, effect.to, effect.status) == (allowed, to, 422)
    assert effect.target.field == "status"


def test_a_transition_with_its_own_answer() -> None:
    (effect,) = go("""effects: ['box.status: NEW -> OPEN else 409 "Not now"']""").effects
    assert (effect.status, effect.message) == (409, "Not now")


def test_assignments_with_an_operator() -> None:
    (effect,) = go("effects: [mark -= 2]").effects
    assert isinstance(effect, Assign)
    assert isinstance(effect.value, ArithmeticExpr)
    assert (effect.value.op, effect.value.left, effect.value.right) == (
        "-",
        effect.target,
        Literal(2, Type("int")),
    )


def test_create_with_owned_rows() -> None:
    found = go(
        """
effects:
  - create: Box
    as: twin
    set: {label: box.label}
    parts:
      from: box.parts as part
      copy: [size, price]
      set: {note: "coalesce(part.note, 'x')"}
      where: size > 0
returns: twin
"""
    )
    create, each = found.effects
    assert isinstance(create, Create)
    assert [v.field for v in create.values] == ["label"]
    assert isinstance(each, Each)
    (inner,) = each.body
    assert isinstance(inner, Create)
    assert [v.field for v in inner.values] == ["box", "size", "price", "note"]
    assert inner.values[0].value == EntityRef("entity:Box", "", (), "twin", Type("row", of="Box"))
    assert inner.values[1].value == EntityRef("entity:Part", "size", (), "part", Type("int"))
    assert isinstance(each.where, ComparisonExpr)
    assert found.returns == "twin"
    assert found.names == {"self": "Box", "twin": "Box", "part": "Part", "part_2": "Part"}


def test_blocks_links_and_deletes() -> None:
    found = go(
        """
input: {tag: -> Tag, much: int}
effects:
  - each: box.parts as part
    where: part.size > much
    do:
      - if: part.size == 1
        then: [delete part]
        else: [part.size -= 1]
  - each: Part as part
    do: [part.size += 1]
  - box.tags += tag
  - box.tags -= input.tag
  - delete: box.parts
  - if: box.next_box.exists
    then: [box.next_box.mark = 1]
"""
    )
    first, second, link, unlink, delete, when = found.effects
    assert isinstance(first, Each)
    assert isinstance(first.body[0], When)
    assert isinstance(first.body[0].then[0], Delete)
    assert second.binding == "part_2"
    assert isinstance(link, Link)
    assert not link.remove
    assert unlink.remove
    assert link.row == unlink.row
    assert delete.target.type == Type("rows", of="Part")
    assert when.then[0].target.via == ("next_box",)
    ids = [first.id, first.body[0].id, first.body[0].then[0].id, first.body[0].otherwise[0].id, second.id]
    assert ids == [f"effect:Box.go:{n}" for n in range(1, 6)]


@pytest.mark.parametrize(
    ("text", "returns", "status"),
    [
        ("effects: [mark = 1]", "self", 200),
        ("effects: [delete box]", "", 204),
        ("{effects: [mark = 1], returns: none}", "", 204),
    ],
)
def test_what_a_flow_returns(text: str, returns: str, status: int) -> None:
    body = text if not text.startswith("{") else "effects: [mark = 1]\nreturns: none"
    ir = compiled(WORLD + "".join(f"    {line}\n" for line in body.split("\n"))).ir
    assert flow(ir, "go").returns == returns
    assert operation(ir, "Box.go").status == status


def test_inputs_come_before_fields_of_the_row() -> None:
    found = go("input: {mark: int}\nrequires: [mark > 0, self.mark > 0, input.mark > 0]")
    first, own, given = (c.expr.left for c in found.requires)
    assert first == given == ContextRef("input", "mark", Type("int"))
    assert isinstance(own, EntityRef)


@pytest.mark.parametrize(
    "lines",
    [
        "requires: [box.next_box.exists]\neffects: [box.next_box.mark += 1]",
        "requires: [box.next_box is not null and mark > 0]\neffects: [box.next_box.mark += 1]",
        "requires: [box.next_box.label == label]\neffects: [delete box.next_box]",
        "effects: [{if: box.next_box is null, then: [mark = 1], else: [box.next_box.mark = mark]}]",
        "effects: [{if: not box.next_box.exists, then: [mark = 1], else: [mark = box.next_box.mark]}]",
    ],
)
def test_a_requirement_that_a_row_is_there_is_enough(lines: str) -> None:
    assert go(lines).effects


@pytest.mark.parametrize(
    "lines",
    [
        "requires: [box.next_box.exists or mark > 0]\neffects: [box.next_box.mark += 1]",
        "requires: [not box.next_box.exists]\neffects: [box.next_box.mark += 1]",
        "requires: [box.next_box is null]\neffects: [delete box.next_box]",
        "requires: [box.next_box.exists]\neffects: [box.next_box = null, box.next_box.mark = 1]",
        "input: {other: -> Box?}\neffects: [other.mark = 1]",
        "input: {tag: -> Tag?}\neffects: [box.tags += input.tag]",
        (
            "requires: [box.next_box.exists]\neffects:\n  - each: box.parts as part\n    do:\n"
            "      - box.next_box.mark += 1\n      - box.next_box = null"
        ),
    ],
)
def test_and_less_is_not(lines: str) -> None:
    assert refused(WORLD + "".join(f"    {line}\n" for line in lines.split("\n"))) == ["E615"]


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("mark / 2", False),
        ("round(mark / 2)", True),
        ("round(mark / mark)", False),
        ("coalesce(round(mark / mark), 0)", True),
        ("box.next_box.mark", False),
        ("coalesce(box.next_box.mark, 0)", True),
        ("max(parts, size)", False),
        ("sum(parts, size)", True),
        ("much", False),
        ("if(much is null, 0, 1)", True),
    ],
)
def test_null_is_kept_out_of_fields_that_have_none(value: str, fits: bool) -> None:
    text = WORLD + f"    input: {{much: int?}}\n    effects: [{quoted('box.mark = ' + value)}]\n"
    assert compiled(text).ir if fits else refused(text)


def test_the_index_finds_what_the_lowering_made() -> None:
    index = Index(compiled(WORLD).ir)
    assert index.hop("Part", ("box", "next_box")) == "Box"
    assert index.collection("Box", "tags").entity == "Tag"
    assert [o.name for o in index.operations_of("Box")] == [
        "create",
        "list",
        "read",
        "update",
        "delete",
        "go",
    ]


def test_includes_are_one_application() -> None:
    ir = compiled(
        "app: demo\ninclude: [more.yaml]\nentities: {Thing: {fields: {kind: Kind}}}",
        more_yaml="enums: {Kind: [A]}\ninclude: [rest.yaml]\nentities: {Other: {fields: {thing: -> Thing}}}",
        rest_yaml="flows: {go: {entity: Other, effects: [delete other]}}",
    ).ir
    assert [e.name for e in ir.domain.entities] == ["Thing", "Other"]
    assert flow(ir, "go").entity == "Other"


def test_settings() -> None:
    found = compiled(
        "app: demo\nsettings: {port: 9001, page_size: 5}\nentities: {Thing: {}}"
    ).ir.infrastructure
    assert (found.port, found.page_size, found.max_page_size) == (9001, 5, 100)
