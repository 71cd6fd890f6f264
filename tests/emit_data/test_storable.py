"""Which patterns keep out what PostgreSQL's text can't hold, against what the patterns really match."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.emit.schemas.storable import is_storable

PLAIN = ["[A-Z]{2}[0-9]+", "#[0-9a-f]{6}", r"\w+@\d+", "(?:ab|c[d-f])*", "x?-?y", r"^\d{3}$", "é+"]
OPEN = [".", "[^a]+", r"\D", r"\S{3}", r"[\W]", "a|.b", "(?:x.)?", "[\x00-z]", "[\ud000-\udfff]", "\x00"]


@pytest.mark.parametrize("pattern", PLAIN)
def test_a_pattern_of_named_characters_is_storable(pattern: str) -> None:
    assert is_storable(pattern)


@pytest.mark.parametrize("pattern", OPEN)
def test_a_pattern_that_lets_anything_through_is_not(pattern: str) -> None:
    assert not is_storable(pattern)


@given(
    st.sampled_from(PLAIN),
    st.text(st.characters(codec=None), max_size=6),
    st.sampled_from("\x00\ud800\udfff"),
)
def test_no_text_of_a_storable_pattern_holds_them(pattern: str, text: str, wrong: str) -> None:
    assert not re.fullmatch(pattern, text + wrong)
