"""The page in short, as Markdown: for where it is shown beside a run, and the page itself can't be opened."""

from __future__ import annotations

from collections.abc import Iterator

from generator.verify.report import smoke_line
from generator.verify.reports.view import Cell, Page, Shown

_MOST = 20  # failures that are told in full
_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|#~"})


def to_markdown(page: Page) -> str:
    """Return the verdict, the matrix of operations and kinds, what failed and what was logged."""
    verdict = "passed" if page.result.ok else "FAILED"
    head = f"**{_plain(page.result.app)} {verdict}**: {_plain(smoke_line(page.result))}"
    return "\n".join([head, "", *_failures(page), *_logged(page), *_matrix(page)])


def _failures(page: Page) -> Iterator[str]:
    for each in page.failures[:_MOST]:
        row = each.row
        where = f", spec {_plain(each.spec)}" if each.spec else ""
        yield f"**{_plain(row.scenario)}** ({_plain(row.node)}{where}): {_plain(row.problem)}"
        yield from _fenced(*_exchange(each), row.curl)
    if len(page.failures) > _MOST:
        yield f"… and {len(page.failures) - _MOST} more failures, below.\n"


def _exchange(each: Shown) -> tuple[str, str, str]:
    return f"request   {each.request_text}", f"expected  {each.expected_text}", f"got       {each.got_text}"


def _logged(page: Page) -> Iterator[str]:
    for found, spec in page.findings[:_MOST]:
        where = f" (spec {_plain(spec)})" if spec else ""
        yield f"**{_plain(found.source)}**: {_plain(found.message)}{where}"
        yield from _fenced(found.evidence)


def _matrix(page: Page) -> Iterator[str]:
    if not page.matrix:
        return
    yield f"| operation | {' | '.join(page.kinds)} | all |"
    yield "|---|" + "--:|" * (len(page.kinds) + 1)
    for line in page.matrix:
        yield f"| {_plain(line.title)} | {' | '.join(map(_count, line.cells))} |"


def _count(cell: Cell) -> str:
    if cell.failed:
        return f"**{cell.passed} of {cell.passed + cell.failed}**"
    return str(cell.passed) if cell.passed else "·"


def _fenced(*lines: str) -> Iterator[str]:
    text = "\n".join(filter(None, lines))
    fence = "`" * max(3, *(len(run) + 1 for run in _runs(text)), 0)
    yield from (fence, text, fence, "")


def _runs(text: str) -> Iterator[str]:
    """Yield the runs of backticks: a fence has to be longer than any of them."""
    yield from filter(None, "".join(c if c == "`" else " " for c in text).split())


def _plain(text: str) -> str:
    return " ".join(text.split()).translate(_SPECIAL)
