"""Prints rows as text, JSON and JUnit XML."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from xml.sax.saxutils import escape, quoteattr

from .run import Row

_NOT_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def failure_text(row: Row) -> str:
    """Return what a person needs of a failed row, the curl line included."""
    return "\n".join(
        [
            f"FAILED {row.scenario} (step {row.step}, {row.node})",
            f"  {row.problem}",
            f"  request:  {row.request}",
            f"  expected: {row.expected}",
            f"  got:      {row.got}",
            f"  {row.curl}",
        ]
    )


def summary(rows: Sequence[Row], seconds: float) -> str:
    """Return the last line of a run."""
    failed = sum(not row.ok for row in rows)
    return f"{len(rows) - failed} of {len(rows)} scenarios passed, {failed} failed, in {seconds:.1f} s"


def to_json(rows: Sequence[Row]) -> str:
    """Return the rows as JSON."""
    return json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1) + "\n"


def to_junit(app: str, rows: Sequence[Row], problems: Sequence[tuple[str, str]] = ()) -> str:
    """Return the rows as JUnit XML; `problems` (a name, a text) are errors of the run as a whole."""
    failed = sum(not row.ok for row in rows)
    cases = "\n".join([*(_case(row) for row in rows), *(_error(app, *problem) for problem in problems)])
    head = (
        f'<testsuite name={_attribute(app)} tests="{len(rows) + len(problems)}" failures="{failed}" '
        f'errors="{len(problems)}" time="{sum(row.ms for row in rows) / 1000:.3f}">'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{cases}\n</testsuite>\n'


def _case(row: Row) -> str:
    start = (
        f"  <testcase classname={_attribute(row.suite)} name={_attribute(row.scenario)} "
        f'time="{row.ms / 1000:.3f}"'
    )
    if row.ok:
        return start + "/>"
    text = escape(_NOT_XML.sub("?", failure_text(row)))
    return f"{start}>\n    <failure message={_attribute(row.problem)}>{text}</failure>\n  </testcase>"


def _error(app: str, name: str, text: str) -> str:
    message = _attribute(text.partition("\n")[0])
    return (
        f"  <testcase classname={_attribute(app)} name={_attribute(name)}>\n"
        f"    <error message={message}>{escape(_NOT_XML.sub('?', text))}</error>\n  </testcase>"
    )


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("?", text))
