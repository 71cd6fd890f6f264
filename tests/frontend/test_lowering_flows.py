"""What flows become."""

import pytest

from generator.expr.model import ArithmeticExpr, ComparisonExpr, ContextRef, EntityRef, Literal, Type
from generator.ir.index import Index
from generator.ir.model import Assign, Create, Delete, Each, Link, Transition, When
from tests.frontend.helpers import compiled, flow, operation, quoted, refused

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
