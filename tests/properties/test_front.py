"""Whatever the spec says, the front end gives an IR or says where it is wrong; an IR is only data."""

import msgspec
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from generator.core.digest import canonical_json
from generator.ir.model import ApplicationIR
from tests.properties.building import compiles, front
from tests.properties.specs import specs

_RELAXED = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
_SNIPPETS = (
    "",
    " ",
    ":",
    "[",
    "]",
    "{",
    "}",
    '"',
    "'",
    "->",
    "?",
    "(",
    ")",
    ".",
    "=",
    "not",
    "null",
    "- ",
    "\n",
    "#",
    "0",
    "é",
)


@_RELAXED
@given(specs())
def test_a_spec_is_taken_or_refused_with_a_place(text: str) -> None:
    compiles(text)


@_RELAXED
@given(specs(), st.data())
def test_a_damaged_spec_is_taken_or_refused_with_a_place(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text = text[:start] + data.draw(st.sampled_from(_SNIPPETS)) + text[end:]
    compiles(text)


@_RELAXED
@given(specs())
def test_an_ir_is_the_same_after_a_round_trip(text: str) -> None:
    assume(compiles(text))
    ir = front(text).ir
    data = canonical_json(ir)
    assert msgspec.json.decode(data, type=ApplicationIR) == ir
    assert canonical_json(msgspec.json.decode(data, type=ApplicationIR)) == data
    assert canonical_json(front(text).ir) == data
