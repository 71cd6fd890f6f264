"""One mistake is one place: what a refused line declares is not reported as unknown elsewhere."""

import re
from pathlib import Path

import pytest

from tests.errors.test_errors import diagnose

SPECS = Path(__file__).parents[2] / "specs"
ENTRY = re.compile(r"(\s*(?:- )?)(\w+):( .*)?$")
UNREADABLE, UNKNOWN = ' "= ="', " strng"


def spoilt(text: str, value: str | None):
    """Yield the text with one line spoilt at a time: its value, or if there is none its key."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        found = ENTRY.match(line)
        if found and (value is None or found[3]):
            new = (
                f"{found[1]}{found[2]}x:{found[3] or ''}"
                if value is None
                else f"{found[1]}{found[2]}:{value}"
            )
            yield number + 1, "\n".join((*lines[:number], new, *lines[number + 1 :]))


@pytest.mark.parametrize("value", [UNREADABLE, UNKNOWN], ids=["unreadable", "unknown"])
@pytest.mark.parametrize("name", ["shop", "clinic"])
def test_a_refused_value_is_one_place(name: str, value: str) -> None:
    for line, text in spoilt((SPECS / f"{name}.yaml").read_text(encoding="utf-8"), value):
        found = diagnose(text)
        here = [d for d in found if d.span.line == line]
        assert not here or here == [d for d in found if d.severity == "error"], (line, found)


def test_a_misspelt_key_is_one_place() -> None:
    for line, text in spoilt((SPECS / "shop.yaml").read_text(encoding="utf-8"), None):
        found = diagnose(text)
        here = [d for d in found if d.span.line == line and d.code == "E121"]
        assert not here or here == [d for d in found if d.severity == "error"], (line, found)
