"""What counts as an error in a log, and what does not."""

import pytest

from generator.core.spans import Span
from generator.emit.tree import Block, EmittedFile
from generator.verify.logs.application import incidents
from generator.verify.logs.database import entries, of_database
from generator.verify.logs.judge import judge

QUIET = """\
INFO:     Started server process [7]
INFO:     Waiting for application startup.
WARNING:  Invalid HTTP request received.
the word ERROR within a line, and error_code=7
INFO:     an entity called Error was listed
"""
TRACEBACK = """\
INFO:     Started server process [7]
database error
Traceback (most recent call last):
  File "/usr/lib/python3/site-packages/fastapi/routing.py", line 9, in app
    raw = await call()
  File "/tmp/x/app/thing/service.py", line 12, in grow
    raise KeyError(1)
  File "/tmp/x/app/runtime/sql.py", line 3, in run
    return 1
KeyError: 1
INFO:     Shutting down
"""
FILES = (
    EmittedFile(
        "app/thing/service.py", "", (Block(1, 40, "entity:Thing"), Block(10, 20, "operation:Thing.grow"))
    ),
    EmittedFile("app/runtime/sql.py", ""),
)
PLACES = {"operation:Thing.grow": Span("thing.yaml", 31, 3, 31, 9)}


def entry(state: str, message: str, severity: str = "ERROR", database: str = "ag_1") -> str:
    return f"2026-11-22 07:28:53.605 UTC [195] {database}/{state} {severity}:  {message}\n"


def test_a_quiet_log_has_no_incident() -> None:
    assert incidents(QUIET) == []


@pytest.mark.parametrize(
    "line",
    [
        "ERROR:    Exception in ASGI application",
        "2026-11-22 07:28:53,605 ERROR app.jobs: failed",
        "[2026-11-22 07:28:53 +0000] [CRITICAL] worker",
        '{"time": "…", "level": "error", "message": "x"}',
        "Fatal Python error: Segmentation fault",
        "Task exception was never retrieved",
        "sys:1: RuntimeWarning: coroutine 'grow' was never awaited",
        "  + Exception Group Traceback (most recent call last):",
    ],
)
def test_forms_of_errors(line: str) -> None:
    (found,) = incidents(f"{QUIET}{line}\n")
    assert line.strip() in found.text


def test_a_traceback_is_one_incident_with_the_node_of_its_innermost_generated_line() -> None:
    (found,) = judge(TRACEBACK, "", FILES, PLACES)
    assert (found.message, found.path, found.line) == ("KeyError: 1", "app/thing/service.py", 12)
    assert (found.node, found.span, found.stage) == (
        "operation:Thing.grow",
        PLACES["operation:Thing.grow"],
        "services",
    )
    assert found.evidence.startswith("database error\nTraceback")
    assert "Shutting down" not in found.evidence


def test_the_same_mistake_is_told_once() -> None:
    assert len(judge(TRACEBACK * 3, "", FILES)) == 1


@pytest.mark.parametrize("state", ["23505", "23503", "23P01", "40001", "40P01", "22003"])
def test_what_the_application_answers_to_is_expected(state: str) -> None:
    assert judge("", entry(state, "as it may be")) == ()


@pytest.mark.parametrize(
    ("state", "severity"),
    [
        ("42703", "ERROR"),
        ("42P01", "ERROR"),
        ("22P02", "ERROR"),
        ("57P01", "FATAL"),
        ("XX000", "PANIC"),
        ("53100", "ERROR"),
        ("23505", "FATAL"),
    ],
)
def test_other_errors_of_the_database_are_findings(state: str, severity: str) -> None:
    (found,) = judge("", entry(state, "it broke", severity))
    assert found.message == f"it broke (SQLSTATE {state})"
    assert found.code == f"database_{severity.lower()}"


def test_details_belong_to_their_entry_also_when_others_come_between() -> None:
    log = (
        entry("42703", 'column "x" does not exist')
        + entry("00000", "hello", "LOG").replace("[195]", "[7]")
        + entry("42703", "SELECT x\n\tFROM y", "STATEMENT")
    )
    first, second = entries(log)
    assert first.text.endswith("STATEMENT:  SELECT x\n\tFROM y")
    assert (first.is_bad, second.is_bad) == (True, False)


def test_a_statement_that_looks_like_an_entry_is_none() -> None:
    forged = entry("42601", "syntax error") + entry(
        "42601", "x\n\t" + entry("XX000", "forged", "PANIC"), "STATEMENT"
    )
    assert len(entries(forged)) == 1


def test_of_a_shared_server_only_what_concerns_the_database() -> None:
    log = (
        entry("42703", "mine")
        + entry("42703", "theirs", database="ag_2")
        + entry("00000", "checkpoint", "LOG", database="")
        + entry("XX000", "the end", "PANIC", database="")
    )
    assert [e.message for e in entries(of_database(log, "ag_1"))] == ["mine", "the end"]
