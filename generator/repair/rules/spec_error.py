"""What the spec asks for can't work at run time: a change of the spec is proposed, and a person decides."""

from __future__ import annotations

import re

from generator.core.spans import Span
from generator.repair.facts import Facts
from generator.repair.model import Cause, Diagnosis, PatchSpec, Refusal
from generator.repair.rules.model import Rule, RuleCase, found
from generator.verify.model import Finding

_TOO_NARROW = re.compile(r"out_of_range|NumericValueOutOfRange|numeric field overflow|a value does not fit")
_NO_VALUE = re.compile(r"rows have no value for|NotNullViolation|contains null values")
_DECIMAL = re.compile(r"decimal\((\d+)\s*,\s*(\d+)\)")
_FIELD = re.compile(r"^(\s*\w+:\s*)([a-z]+(?:\([^)]*\))?|->\s*\w+)(\s.*)?$")
_WIDER, _WIDEST = 6, 38


def explains(facts: Facts, finding: Finding, span: Span) -> bool:
    """Whether a change of this line of the spec would help."""
    return _patched(facts, finding, span) is not None


def propose(diagnosis: Diagnosis, facts: Facts, _: frozenset[str]) -> PatchSpec | Refusal:
    """Propose a change of the line that the finding's node stands in."""
    for finding in diagnosis.findings:
        if finding.span is not None and (patch := _patched(facts, finding, finding.span)) is not None:
            return patch
    return Refusal("No change of the spec is known that would help.", "Correct the spec by hand.")


def _patched(facts: Facts, finding: Finding, span: Span) -> PatchSpec | None:
    text = f"{finding.message} {finding.evidence}"
    before = _line(facts, span)
    after = before
    if _TOO_NARROW.search(text):
        after = _DECIMAL.sub(_widened, before)
    elif _NO_VALUE.search(text):
        after = _FIELD.sub(lambda found: f"{found[1]}{found[2]}?{found[3] or ''}", before)
    return PatchSpec(span.file, span.line, before, after) if after != before else None


def _widened(found: re.Match[str]) -> str:
    return f"decimal({min(int(found[1]) + _WIDER, _WIDEST)},{found[2]})"


def _line(facts: Facts, span: Span) -> str:
    text = next((text for name, text in facts.spec if name == span.file), "")
    lines = text.splitlines()
    return lines[span.line - 1] if 0 < span.line <= len(lines) else ""


_SPEC = (("sample.yaml", "app: sample\narea: decimal(4,2) := width * size\nhint: string(1..9)  # new\n"),)
_BEFORE = Facts(spec=_SPEC)
_AREA, _HINT = Span("sample.yaml", 2, 1, 2, 4), Span("sample.yaml", 3, 1, 3, 5)
RULE = Rule(
    "spec_error",
    "spec",
    propose,
    (
        RuleCase(
            "a value that does not fit: a wider type",
            _BEFORE,
            found(
                Cause("spec", "sample.yaml:2:1", ("app_spec",)),
                Finding("scenario", "failed", 'expected 201, got 422 "out_of_range"', span=_AREA),
            ),
            PatchSpec(
                "sample.yaml", 2, "area: decimal(4,2) := width * size", "area: decimal(10,2) := width * size"
            ),
        ),
        RuleCase(
            "rows without a value: an optional field",
            _BEFORE,
            found(
                Cause("spec", "sample.yaml:3:1", ("app_spec",)),
                Finding("live_database", "no-value", "12 rows have no value for hint", span=_HINT),
            ),
            PatchSpec("sample.yaml", 3, *(f"hint: string(1..9){mark}  # new" for mark in ("", "?"))),
        ),
        RuleCase(
            "nothing is invented",
            _BEFORE,
            found(
                Cause("spec", "sample.yaml:3:1", ("app_spec",)),
                Finding("scenario", "failed", "expected 200, got 404", span=_HINT),
            ),
            Refusal("No change of the spec is known that would help.", "Correct the spec by hand."),
        ),
    ),
)
