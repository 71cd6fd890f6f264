"""The page and the JUnit XML of a result."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from msgspec.structs import replace

from generator.core.spans import Span
from generator.host.reports import keep_report, latest_report
from generator.host.state import State
from generator.verify.coverage.model import Coverage, Item
from generator.verify.model import Finding, SmokeResult, SmokeRow
from generator.verify.reports.html import to_html
from generator.verify.reports.junit import to_junit
from generator.verify.reports.markdown import to_markdown
from generator.verify.reports.view import page

SPAN = Span("thing.yaml", 31, 3, 31, 9)
HOSTILE = "</script><script>alert('x')</script>"


def row(name: str, suite: str, kind: str, *, ok: bool = True) -> SmokeRow:
    return SmokeRow(
        name, suite, kind, suite, ok, 'POST /things {"size":1}', '201 {"id":{"$ref":"t"}}',
        "201 {}" if ok else f"500 {HOSTILE}", 12.0, "curl -X POST http://127.0.0.1/things", "s1", 2,
        "" if ok else "the server failed with 500", SPAN,
    )  # fmt: skip


ROWS = (
    row("Thing.create: works", "operation:Thing.create", "happy"),
    row("Thing.create: too big", "operation:Thing.create", "error", ok=False),
    row("Thing.grow: works", "operation:Thing.grow", "happy"),
    row("Thing.grow: at the bound", "operation:Thing.grow", "edge"),
)
RESULT = SmokeResult("things", "ab" * 32, ROWS, 40.0, log_lines=7)
LOGGED = Finding(
    "the application's log", "logged_error", "KeyError: 1", "app/thing/service.py", 12,
    "operation:Thing.grow", SPAN, "Traceback",
)  # fmt: skip


def test_the_page_needs_nothing_beside_it_and_shows_answers_as_text() -> None:
    text = to_html(page(replace(RESULT, findings=(LOGGED,))))
    assert not re.search(r"(?:src|href)=|https?://(?!127)|@import|url\(", text)
    assert HOSTILE not in text
    assert "&lt;/script&gt;&lt;script&gt;alert" in text
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text


def test_failures_come_first_with_their_curl_line_node_and_spec_line() -> None:
    text = to_html(page(RESULT))
    first, rest = text.split('<h2 id="logs">')
    for part in ("Thing.create: too big", "curl -X POST", "the server failed with 500", "thing.yaml:31"):
        assert part in first
    assert rest.index("Thing.create: too big") < rest.index("Thing.create: works")


def test_the_matrix_counts_by_operation_and_kind() -> None:
    shown = page(RESULT)
    assert shown.kinds == ("happy", "edge", "error")
    counts = {line.title: [(c.passed, c.failed) for c in line.cells] for line in shown.matrix}
    assert counts == {
        "Thing.create": [(1, 0), (0, 0), (0, 1), (1, 1)],
        "Thing.grow": [(1, 0), (1, 0), (0, 0), (2, 0)],
    }


def test_the_page_is_the_same_each_time_and_whatever_the_sequence() -> None:
    assert to_html(page(RESULT)) == to_html(page(replace(RESULT, rows=ROWS[::-1])))


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (replace(RESULT, rows=(), problem="no scenario was executed"), "no scenario was executed"),
        (replace(RESULT, rows=ROWS[:1], findings=(LOGGED,)), "KeyError: 1"),
        (RESULT, "the server failed with 500"),
    ],
)
def test_what_failed_is_no_pass_in_either_form(result: SmokeResult, said: str) -> None:
    assert '<span class="verdict bad">FAILED</span>' in to_html(page(result))
    suite = ET.fromstring(to_junit(result))
    assert int(suite.attrib["failures"]) + int(suite.attrib["errors"]) > 0
    assert said in to_junit(result)


def test_a_pass_is_one_in_both_forms() -> None:
    result = replace(RESULT, rows=tuple(r for r in ROWS if r.ok))
    assert '<span class="verdict good">passed</span>' in to_html(page(result))
    suite = ET.fromstring(to_junit(result))
    assert (suite.attrib["tests"], suite.attrib["failures"], suite.attrib["errors"]) == ("3", "0", "0")


def test_coverage_is_shown_with_its_gaps() -> None:
    items = (
        Item("guards", "a", "guard:a", "a alone", "covered", "Thing.create: works"),
        Item("guards", "b", "guard:b", "b alone", "missing", reason="nothing reaches it"),
        Item("roles", "c", "role:c", "c", "proved", reason="can't happen"),
    )
    text = to_html(page(RESULT, coverage=Coverage("", items)))
    assert "b alone: nothing reaches it" in text
    assert text.count("nothing reaches it") == 1
    assert "Coverage" not in to_html(page(RESULT))


def test_many_scenarios_stay_small() -> None:
    long = replace(ROWS[0], request="POST /things " + "x" * 5000)
    rows = tuple(replace(long, scenario=f"s{n}") for n in range(2000))
    assert len(to_html(page(replace(RESULT, rows=rows)))) < 2000 * 1500


def test_reports_of_the_last_runs_are_kept(tmp_path: Path) -> None:
    state = State(tmp_path)
    kept = [keep_report(state, RESULT, f"run{n:05}", where="process") for n in range(23)]
    assert latest_report(state, "things") == kept[-1]
    assert len(list((tmp_path / "reports" / "things").iterdir())) == 20
    assert "process sandbox" in kept[-1].html.read_text()
    assert latest_report(state, "other") is None


def test_the_short_form_tells_what_failed_and_can_not_be_broken_out_of() -> None:
    wrong = replace(row("Thing.create: `x` | y", "s", "error", ok=False), got="500 ```\n# boo")
    text = to_markdown(page(replace(RESULT, rows=(*ROWS, wrong), findings=(LOGGED,))))
    lines = text.splitlines()
    assert lines[0] == "**things FAILED**: 3 of 5 passed, 2 failed, 1 errors in the logs, 0.0 s"
    assert 'expected  201 {"id":{"$ref":"t"}}' in lines
    assert f"got       500 {HOSTILE}" in lines
    assert lines.count("````") == 2
    assert "**Thing.create: \\`x\\` \\| y** (s, spec thing.yaml:31): the server failed with 500" in lines
    assert "| Thing.create | 1 | · | **0 of 1** | **1 of 2** |" in lines
