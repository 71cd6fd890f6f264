"""What tells nearly right applications from right ones: rows that differ, rows that must be left alone."""

from collections.abc import Iterator
from functools import cache

import pytest

from generator.graph.build import build_graph
from generator.guards.synthesize import FlowLogicSynthesizer
from generator.ir.model import ApplicationIR
from generator.verify.model import Scenario, TestsModelIR
from generator.verify.mutants.ir import Change, changes
from generator.verify.plan import make_plan
from tests.plan.helpers import inline, play

SPEC = """
app: crews
entities:
  Person: {fields: {name: string(1..20) unique}}
  Tag: {fields: {name: string(1..20) unique}}
  Crew: {fields: {name: string(1..20) unique, places: "Place[] owned"}}
  Place: {fields: {person: -> Person}, unique: [[crew, person]]}
  Job:
    fields:
      crew: -> Crew immutable
      due: datetime
      lead: -> Person?
      above: -> Job? immutable
      helper: -> Person? server
      tags: Tag[]
      notes: Note[] owned
    states: {status: {initial: OPEN, OPEN: [DONE]}}
    rules:
      - lead is null or exists(crew.places, person == lead)
      - above.crew == crew
    list: {filter: [crew, lead, above, helper]}
  Note: {fields: {text: string(1..20)}}
flows:
  untag: {entity: Job, input: {tag: -> Tag}, effects: [job.tags -= tag]}
  help: {entity: Job, input: {by: -> Person}, effects: [job.helper = by]}
  drop:
    entity: Job
    requires: [now() < job.due - 24h]
    effects: ["job.status: OPEN -> DONE"]
  finish:
    entity: Job
    requires: ["count(Job, above == job and status != DONE) == 0 else 409"]
    effects: ["job.status: OPEN -> DONE"]
"""


@cache
def made() -> tuple[ApplicationIR, TestsModelIR]:
    ir = inline(SPEC)
    guards = FlowLogicSynthesizer(build_graph(ir)).synthesize_for_app(ir)
    return ir, make_plan(ir, guards)


def scenario(name: str) -> Scenario:
    (found,) = [s for s in made()[1].scenarios() if s.name == name]
    return found


def listed(found: Scenario, by: str) -> Iterator[tuple[str, list[str]]]:
    """Yield what a list was filtered by, and the rows that it showed."""
    for step in found.steps:
        if by in step.query and step.expect.status == 200:
            yield str(step.query[by]), [str(item["id"]) for item in step.expect.body["items"]]


@pytest.mark.parametrize("field", ["lead_id", "above_id", "helper_id"])
def test_a_list_is_filtered_by_two_references_and_by_none(field: str) -> None:
    answers = dict(listed(scenario(f"Job.list: filtered by {field}"), field))
    first, second = (rows for value, rows in answers.items() if "$ref" in value)
    assert len(first) == len(second) == 1
    assert len({*first, *second, *answers["null"]}) == 2 + len(answers["null"]) >= 3


def test_an_update_is_seen_to_leave_the_row_beside_it_alone() -> None:
    steps = scenario("Note.update: changes what is sent and nothing else").steps
    created = [s.expect.body for s in steps if s.method == "POST" and s.path.endswith("/notes")]
    changed, beside = (s.expect.body for s in steps if s.method == "GET")
    assert beside == created[1]
    assert changed["job_id"] == beside["job_id"]


def test_a_right_change_below_another_owner_is_refused() -> None:
    steps = scenario("Note.update: the row belongs to another owner").steps
    refused = [(s.expect.status, list(s.body)) for s in steps if s.method == "PATCH"]
    assert refused == [(404, ["no such member"]), (404, ["text"])]
    assert steps[-1].method == "GET"


def test_an_unlinked_row_stays_linked_elsewhere_and_others_stay_linked() -> None:
    *_, one, other = scenario("Job.untag: takes one of tags out").steps
    assert [len(s.expect.body["tag_ids"]) for s in (one, other)] == [1, 2]


CONDITIONS = [
    c
    for c in changes(made()[0])
    if c.condition is not None and c.kind in ("boolean_swapped", "comparison_flipped", "boundary_moved")
    if "`<` becomes `<=`" not in c.what  # no clock is met to the microsecond
]


def test_there_are_conditions_to_change() -> None:
    assert {
        "an hour more",
        "`any` becomes `all`",
        "`and` becomes `or`",
        "part 1 dropped",
        "part 2 dropped",
    } <= {c.what for c in CONDITIONS}


@pytest.mark.parametrize("change", CONDITIONS, ids=lambda c: c.id)
def test_a_condition_that_is_nearly_right_is_seen(change: Change) -> None:
    ir, plan = made()
    assert any(not row.ok for row in play(plan, change.applied(ir), seed=3)), change.what


def test_the_healthy_application_passes() -> None:
    ir, plan = made()
    assert all(row.ok for row in play(plan, ir, seed=3))


def test_rows_that_exchange_references_are_planned() -> None:
    """Following what leads from one to the other and back comes to an end."""
    ir = inline("""
app: pairs
entities:
  Half: {fields: {name: string(1..9), mate: "-> Half? server"}}
flows:
  pair:
    entity: Half
    input: {to: -> Half}
    requires: [to != half, half.mate is null and to.mate is null]
    effects: [half.mate = to, to.mate = half]
  exchange:
    entity: Half
    input: {other: -> Half}
    requires: [half.mate.exists and other.mate.exists, half != other and half.mate != other]
    effects:
      - half.mate.mate = other
      - if: other.mate.exists
        then: [other.mate.mate = half]
      - half.mate = old(other.mate)
      - other.mate = old(half.mate)
    ensures: [half.mate.mate == half]
""")
    guards = FlowLogicSynthesizer(build_graph(ir)).synthesize_for_app(ir)
    assert make_plan(ir, guards).scenarios()


def test_what_is_counted_from_the_clock_is_left_open() -> None:
    """Numbers of the server's clock are not those of the next run, which takes its time."""
    ir = inline("""
app: clocked
entities:
  Shift:
    fields:
      began: datetime = now() server
      since: date
      until: date
      seconds: decimal(12,3) := seconds(now() - began)
      nights: int := days(until - since)
""")
    read = next(s for s in make_plan(ir).scenarios() if s.name == "Shift.read: works")
    shown = read.steps[-1].expect.body
    assert shown["seconds"] == {"$any": True}
    assert isinstance(shown["nights"], int)


def test_what_others_have_is_in_nobody_s_way() -> None:
    """A value that a flow stores is another one in each scenario where rows of all are asked for it."""
    ir = inline("""
app: folders
enums: {Kind: [A, B, C]}
entities:
  Folder: {fields: {title: string(1..20) unique, since: date, papers: "Paper[] owned"}}
  Paper:
    fields: {kind: Kind, number: 'string(4..9) matches "[A-Z]{2}[0-9]+"', filed: date}
    rules: [filed >= folder.since]
    unique: [[kind, number]]
flows:
  copy:
    entity: Paper
    input: {number: 'string(4..9) matches "[A-Z]{2}[0-9]+"'}
    requires: ['not exists(Paper, number == input.number and kind == paper.kind) else 409 "Taken"']
    effects:
      - create: Paper
        as: twin
        set: {folder: paper.folder, kind: paper.kind, number: number, filed: today()}
    returns: twin
""")
    plan = make_plan(ir, FlowLogicSynthesizer(build_graph(ir)).synthesize_for_app(ir))
    assert "Paper.copy: refused by rule filed >= folder.since" in {s.name for s in plan.scenarios()}
    assert [r for seed in (1, 2, 3) for r in play(plan, ir, seed) if not r.ok] == []


def test_ranges_that_may_be_empty_are_made_to_overlap() -> None:
    ir = inline("""
app: bookings
entities:
  Desk: {fields: {code: string(1..9) unique}}
  Booking:
    fields: {desk: -> Desk, first: date, last: date}
    rules: [first <= last]
    unique: [{fields: [desk], during: [first, last]}]
""")
    names = {s.name for s in make_plan(ir).scenarios()}
    assert {"Booking.create: refused by unique desk", "Booking.update: refused by unique desk"} <= names


def test_what_may_be_null_is_there_where_rows_are_to_meet() -> None:
    ir = inline("""
app: kinds
entities:
  Kind:
    fields: {name: string(1..20), code: string(1..9)?, parent: -> Kind?}
    unique: [[parent, name], [code]]
""")
    names = {s.name for s in make_plan(ir).scenarios()}
    assert {"Kind.create: refused by unique parent, name", "Kind.create: refused by unique code"} <= names


def test_a_date_that_the_spec_names_stays_whatever_day_it_is() -> None:
    ir = inline("""
app: gates
entities:
  Gate:
    fields:
      code: string(1..9) unique
      opened: date = 2024-02-29
      seen_at: datetime = 2024-02-29T10:00:00Z
""")
    plan = make_plan(ir)
    read = next(s for s in plan.scenarios() if s.name == "Gate.read: works")
    assert read.steps[-1].expect.body["opened"] == "2024-02-29"
    assert read.steps[-1].expect.body["seen_at"] == "2024-02-29T10:00:00.000000Z"
    assert plan.uncovered == ()
