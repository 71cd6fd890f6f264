"""Where a node stands in the spec, and whose fault a failed row is."""

import pytest

from generator.core.spans import Span
from generator.verify.model import SmokeRow
from generator.verify.provenance import locate, node_at_fault, stage_at_fault, stage_of

PLACES = {
    name: Span("spec.yaml", line, 1, line, 9)
    for line, name in enumerate(
        ["app", "entity:Thing", "field:Thing.size", "input:Thing.grow.by", "flow:Thing.grow"], 1
    )
}
PROBLEM = '422 {"code":"%s"}'


def row(expected: str, got: str, problem: str = "", node: str = "operation:Thing.create") -> SmokeRow:
    return SmokeRow("a", "b", "happy", node, False, "GET /", expected, got, 1.0, "curl", problem=problem)


@pytest.mark.parametrize(
    ("node", "line"),
    [
        ("entity:Thing", 2),
        ("field:Thing.size", 3),
        ("range:Thing.size:gt", 3),
        ("unique:Thing.size", 3),
        ("presence:input:Thing.grow.by", 4),
        ("input:Thing.grow.by:too short", 4),
        ("effect:Thing.grow:1", 5),
        ("operation:Thing.grow", 5),
        ("collection:Thing.parts", 2),
        ("enum:Other", 1),
        ("", 1),
    ],
)
def test_a_node_stands_where_it_or_its_holder_stands(node: str, line: int) -> None:
    found = locate(node, PLACES)
    assert found is not None
    assert found.line == line


def test_nothing_stands_nowhere() -> None:
    assert locate("entity:Thing", {}) is None


@pytest.mark.parametrize(
    ("expected", "got", "stage"),
    [
        ("201 {}", "200 {}", "routes"),
        ("200 {}", "200 {}", "services"),
        ("201 {}", PROBLEM % "validation_error", "schemas"),
        (PROBLEM % "validation_error", "201 {}", "schemas"),
        (PROBLEM % "guard_failed", "200 {}", "services"),
        ("409 " + PROBLEM % "conflict", "201 {}", "models"),
        ("200 {}", PROBLEM % "out_of_range", "services"),
        ('404 {"code":"not_found"}', PROBLEM % "validation_error", "routes"),
        ("200 {}", '404 {"detail":"Not Found","code":"not_found"}', "routes"),
        ("200 {}", '404 {"detail":"Thing not found","code":"not_found"}', "services"),
        ("200 {}", "307", "routes"),
        ("200 {}", "500 {}", "services"),
        ("200 {}", "no answer", "services"),
    ],
)
def test_the_stage_at_fault(expected: str, got: str, stage: str) -> None:
    assert stage_at_fault(row(expected, got)) == stage


def test_a_traceback_says_more() -> None:
    log = (
        'Traceback\n  File "/1/app/thing/router.py", line 3, in x\n  File "/1/app/thing/queries.py", line 9\n'
    )
    assert stage_at_fault(row("200 {}", "500 {}"), log) == "services"
    log += '  File "/tmp/1/app/runtime/handlers.py", line 9, in y\n  File "/lib/json.py", line 1, in z\n'
    assert stage_at_fault(row("200 {}", "500 {}"), log) == "project"


def test_a_missing_member_is_the_field() -> None:
    assert node_at_fault(row("200", "200", "body: lacks size"), PLACES) == "field:Thing.size"
    assert (
        node_at_fault(row("200", "200", "body.parts[0]: lacks size", "flow:Box.open"), PLACES)
        == "field:Thing.size"
    )
    assert node_at_fault(row("200", "200", "body: lacks other"), PLACES) == "operation:Thing.create"
    assert (
        node_at_fault(row("200", "200", "body.size: expected 1, got 2"), PLACES) == "operation:Thing.create"
    )


@pytest.mark.parametrize(
    ("path", "stage"),
    [
        ("app/thing/filters.py", "routes"),
        ("app/runtime/database.py", "project"),
        ("migrations/versions/0001_initial.py", "migrations"),
        ("smoke/plan.json", "test_plan"),
        ("app/thing/queries.py", "services"),
        ("Dockerfile", "project"),
        ("", ""),
    ],
)
def test_a_file_has_a_stage(path: str, stage: str) -> None:
    assert stage_of(path) == stage
