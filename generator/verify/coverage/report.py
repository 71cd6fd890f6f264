"""The coverage of a plan for a person at a terminal."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console

from generator.core.spans import Span
from generator.verify.coverage.model import Coverage

MOST = 20


def print_coverage(coverage: Coverage | None, spans: Mapping[str, Span], console: Console) -> None:
    """Print how much is covered and what is missing; that is a warning."""
    if coverage is None:
        return
    total, missing = len(coverage.items), coverage.missing
    proved = sum(row.proved for row in coverage.rows)
    said = f"coverage of the plan: {coverage.shown} of {total} ({proved} proved impossible)"
    console.print(said, highlight=False)
    for text in coverage.strange:
        console.print(f"  warning: {text}: the reference answers otherwise", highlight=False, markup=False)
    for item in missing[:MOST]:
        span = spans.get(item.node)
        place = f" ({span})" if span is not None else ""
        text = f"  warning: not covered: {item.what}: {item.reason}{place}"
        console.print(text, highlight=False, markup=False)
    if len(missing) > MOST:
        console.print(f"  … and {len(missing) - MOST} more", highlight=False)
