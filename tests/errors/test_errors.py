"""One fixture per diagnostic; the expected code and column stand beside the offending line.

`#! E315 @13` at the end of a line is about that line; on a line of its own it
is about the next one. Several are separated by commas.
"""

import re
from pathlib import Path

import pytest

from generator.core.diagnostics import Diagnostic, SpecError
from generator.core.render import render
from generator.frontend import compile_front

HERE = Path(__file__).parent
FIXTURES = sorted(HERE.glob("*.yaml"))
SOURCES = Path(__file__).parents[2] / "generator"
MARK = re.compile(r"#! (.*)$")
MADE_BY_TESTS = {"E102", "E113", "E116"}  # too big or not text: see tests/frontend/test_hostile.py


def expected(text: str) -> list[tuple[int, int, str]]:
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if mark := MARK.search(line):
            target = number + 1 if line.strip().startswith("#!") else number
            for part in mark.group(1).split(","):
                code, column = part.split()
                found.append((target, int(column.removeprefix("@")), code))
    return sorted(found)


def diagnose(text: str) -> list[Diagnostic]:
    files = {"spec.yaml": text}

    def read(path: str) -> str:
        if path not in files:
            raise FileNotFoundError(path)
        return files[path]

    try:
        return compile_front("spec.yaml", read).warnings
    except SpecError as error:
        return error.diagnostics


@pytest.mark.parametrize("path", FIXTURES, ids=lambda p: p.stem)
def test_every_mistake_is_found_where_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = diagnose(text)
    places = [(d.span.line, d.span.column, d.code) for d in found]
    assert places == expected(text), render(found, lambda _: text)
    assert path.stem.split("_")[0] in {code for _, _, code in places}


@pytest.mark.parametrize("path", FIXTURES, ids=lambda p: p.stem)
def test_a_message_shows_the_line_and_a_caret(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    shown = render(diagnose(text), lambda _: text)
    assert "^" in shown
    assert "spec.yaml:" in shown


def test_every_code_has_a_fixture() -> None:
    used: set[str] = set()
    for folder in ("spec", "ir", "expr", "graph"):
        for path in (SOURCES / folder).rglob("*.py"):
            used |= set(re.findall(r"[\"']([EW][0-9]{3})[\"']", path.read_text(encoding="utf-8")))
    shown = {code for path in FIXTURES for _, _, code in expected(path.read_text(encoding="utf-8"))}
    assert used - MADE_BY_TESTS <= shown
    assert len(shown) >= 45
