"""Values come from the constraints: what is said to be accepted is, what is said to be refused is not."""

import re
import time
from datetime import UTC, datetime

import pytest

from generator.ir.index import Index, client_fields
from generator.verify.interpreter.values import Refused, read_json
from generator.verify.plan.maker import Maker, wire_of
from generator.verify.plan.regex import capacity, first_text, length, longest, matching
from generator.verify.plan.values import Token
from generator.verify.program.symbols import Bindings
from generator.verify.program.values import parse_offset, write_offset
from tests.plan.helpers import inline

SPEC = """
app: values
enums:
  Kind: [A, B]
entities:
  Thing:
    fields:
      a: int
      b: int(3..9)
      c: int > 0 < 5
      d: decimal(6,2) >= 0.5
      e: decimal(5,0) > 0 <= 10
      f: float >= 0.0 < 1.0
      g: string(3..5)
      h: string
      i: text
      j: string(2..8) matches "[A-Z][A-Z0-9]*"
      k: string(4..4) matches "[0-9]{4}"
      l: string(..20) matches "\\\\+?[0-9 ]{5,19}"
      m: email
      n: url
      o: uuid
      p: date >= "2020-01-01" < "2030-01-01"
      q: datetime
      r: Kind
      s: bool
      t: time
      u: json
"""
IR = inline(SPEC)
INDEX = Index(IR)
FIELDS = client_fields(INDEX.entities["Thing"])
MAKER = Maker(lambda name: INDEX.enums[name].values)
NAMES = Bindings(datetime(2026, 2, 3, 4, 5, tzinfo=UTC), 12_345)


def accepted(field, value) -> bool:
    sent = NAMES.resolve(wire_of(field, value))
    try:
        read_json(sent, field, INDEX)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("field", FIELDS, ids=lambda f: f.name)
def test_usual_values_are_accepted(field) -> None:
    values = [MAKER.usual(field, n) for n in range(6)]
    assert all(accepted(field, v) for v in values), values


@pytest.mark.parametrize("field", FIELDS, ids=lambda f: f.name)
def test_values_at_the_bounds_are_accepted(field) -> None:
    bounds = [*MAKER.bounds(field), *MAKER.unique_bounds(field)]
    assert [label for label, value in bounds if not accepted(field, value)] == []


@pytest.mark.parametrize("field", [f for f in FIELDS if f.type.name != "json"], ids=lambda f: f.name)
def test_refused_values_are_refused(field) -> None:
    refused = [(label, value) for label, value in MAKER.refused(field) if label != "null"]
    assert refused
    assert [label for label, value in refused if accepted(field, value)] == []


@pytest.mark.parametrize("field", FIELDS, ids=lambda f: f.name)
def test_unique_values_are_accepted_and_differ(field) -> None:
    if not MAKER.can_be_unique(field):
        return
    tokens = [MAKER.unique(field) for _ in range(300)]
    assert all(isinstance(t, Token) and accepted(field, t) for t in tokens)
    assert len({str(NAMES.resolve(wire_of(field, t))) for t in tokens}) == 300


def test_bounds_stand_at_the_edge() -> None:
    by_name = {f.name: f for f in FIELDS}
    assert [v for _, v in MAKER.bounds(by_name["b"])] == [3, 4, 9, 8]
    assert [
        v.json for label, v in MAKER.refused(by_name["b"]) if "lowest" in label or "highest" in label
    ] == [2, 10]
    assert [len(v) for _, v in MAKER.bounds(by_name["g"])] == [3, 5, 4, 4]


@pytest.mark.parametrize(
    "pattern",
    [
        r"[A-Z]{2}-\d{4,8}",
        r"(A|B)-\w+",
        r"#[0-9a-f]{6}",
        r"[^@ ]+@[a-z]+\.org",
        r"\d{3}(-\d{2})?",
        r"[a-c]x*y+z?",
    ],
)
def test_sampled_texts_match(pattern: str) -> None:
    parts = matching(pattern, 0, 60, 10**4)
    assert parts is not None
    assert re.fullmatch(pattern, first_text(parts))
    assert capacity(parts) >= 10**4 or "x*" in pattern or "-" in pattern


@pytest.mark.parametrize("text", ["+PT0S", "+P2D", "-P2D", "+P1DT2H3M4S", "-PT0.000123S"])
def test_offsets_read_and_write_alike(text: str) -> None:
    assert write_offset(parse_offset(text)) == text


def test_repeats_in_repeats_and_long_texts_take_no_time() -> None:
    began = time.process_time()
    assert length(longest(".+", 20_000) or []) == 20_000
    assert first_text(longest("((a+)+)+b", 28) or []) == "a" * 27 + "b"
    assert matching("(((.*)*)*)*z", 1, 255) is not None
    assert time.process_time() - began < 2
