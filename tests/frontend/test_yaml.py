"""YAML 1.2 scalars, spans of what stands inside them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.core.diagnostics import SpecError
from generator.spec.tree import Mapping, Scalar, Sequence, parse_yaml
from tests.frontend.helpers import compiled, field


def scalars(node: Mapping | Sequence | Scalar) -> list[Scalar]:
    match node:
        case Scalar():
            return [node]
        case Sequence(items=items):
            return [s for item in items for s in scalars(item)]
        case Mapping(pairs=pairs):
            return [s for key, value in pairs for s in (key, *scalars(value))]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *(
            (word, "str")
            for word in (
                "on",
                "off",
                "yes",
                "NO",
                "y",
                "True",
                "FALSE",
                "1_000",
                "1:30",
                "0b1",
                "2026-01-01",
                "<<x",
            )
        ),
        *((word, "bool") for word in ("true", "false")),
        *((word, "null") for word in ("null", "Null", "NULL", "~", "")),
        *((word, "int") for word in ("0", "-7", "+3", "010", "0o17", "0xFF")),
        *((word, "float") for word in ("1.5", "-.5", "1e3", "1.", ".inf", "-.inf", ".nan")),
        *((word, "str") for word in ('"true"', "'1'", '"null"')),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, kind: str) -> None:
    ((_, value),) = parse_yaml("f.yaml", f"a: {text}\n").pairs
    assert isinstance(value, Scalar)
    assert value.kind == kind


PLACES = """\
plain: one two
single: 'it''s  here'
double: "a\\tb \\u00e9 \\"q\\" end"
literal: |
  first line
    deeper

  # no comment
folded: >-
  one two
  three

  four
plain_folded: one
   two
flow: {a: b c, d: ["e f", g]}
"""


def test_every_word_has_its_own_place() -> None:
    lines = PLACES.split("\n")
    for scalar in scalars(parse_yaml("f.yaml", PLACES)):
        for word in re.finditer(r"[A-Za-z]+", scalar.text):
            span = scalar.place(word.start(), word.end())
            assert span.line == span.end_line
            assert lines[span.line - 1][span.column - 1 : span.end_column - 1] == word.group()


WORDS = st.lists(st.text("abcxyz é'\"\\#:,[]{}é→", min_size=1, max_size=8), min_size=1, max_size=6)


@settings(deadline=None)
@given(WORDS)
def test_quoted_text_keeps_its_places(words: list[str]) -> None:
    text = " ".join(words)
    for raw in (
        "'" + text.replace("'", "''") + "'",
        '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"',
    ):
        source = f"key: {raw}\n"
        ((_, value),) = parse_yaml("f.yaml", source).pairs
        assert isinstance(value, Scalar)
        assert value.text == text
        for index, char in enumerate(text):
            span = value.place(index, index + 1)
            there = source[span.column - 1 : span.end_column - 1]
            assert char.isspace() or char in there


@pytest.mark.parametrize(
    "effect",
    [
        "'thing.size = nothing'",
        '"thing.size\\u0020= nothing"',
        "thing.size = nothing",
        ">-\n          thing.size\n          = nothing",
    ],
)
def test_an_expression_points_into_its_file(effect: str) -> None:
    text = (
        "app: demo\nentities: {Thing: {fields: {size: int}}}\n"
        f"flows:\n  go:\n    entity: Thing\n    effects:\n      - {effect}\n"
    )
    with pytest.raises(SpecError) as caught:
        compiled(text)
    (found,) = caught.value.diagnostics
    line = text.split("\n")[found.span.line - 1]
    assert line[found.span.column - 1 : found.span.end_column - 1] == "nothing"


def test_enum_values_that_yaml_1_1_would_read_as_booleans() -> None:
    ir = compiled(
        """
        app: demo
        enums: {Answer: [on, off, yes, NO, y, n]}
        entities: {Thing: {fields: {answer: Answer = NO}}}
        """
    ).ir
    assert ir.domain.enums[0].values == ("on", "off", "yes", "NO", "y", "n")
    default = field(ir, "Thing.answer").default
    assert default is not None
    assert default.value == "NO"  # type: ignore[union-attr]


def test_windows_line_ends_and_a_missing_last_one() -> None:
    text = "app: demo\r\nentities:\r\n  Thing:\r\n    fields:\r\n      name: string = 5"
    with pytest.raises(SpecError) as caught:
        compiled(text)
    (found,) = caught.value.diagnostics
    assert (found.span.line, found.span.column) == (5, 22)
