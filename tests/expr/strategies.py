"""Hypothesis strategies that make typed expressions over the toy schema."""

from __future__ import annotations

from hypothesis import strategies as st

from generator.expr.literals import decimal_text
from generator.expr.model import Expr
from tests.expr.toy import good

INTS = st.sampled_from(["limit", "self.count", "len(parts)", "box.holder.limit", "parent.limit", "to.limit"])
NUMBERS = st.one_of(
    INTS,
    st.integers(-1000, 1000).map(str),
    st.decimals(-1000, 1000, places=3).map(decimal_text),
    st.sampled_from(["amount", "made.amount", "holder.credit", "sum(parts, amount)", "avg(parts, limit)"]),
)
DURATIONS = st.one_of(
    st.sampled_from(["0s", "90s", "24h", "7d"]), st.integers(-99, 99).map("minutes({})".format)
)


def _numeric(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.tuples(inner, st.sampled_from("+-*/%"), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})")
    calls = st.tuples(st.sampled_from(["abs", "floor", "ceil", "round", "-"]), inner).map(
        lambda t: f"{t[0]}({t[1]})"
    )
    pairs = st.tuples(st.sampled_from(["min", "max", "coalesce"]), inner, inner).map(
        lambda t: f"{t[0]}({t[1]}, {t[2]})"
    )
    return st.one_of(binary, calls, pairs)


numbers = st.recursive(NUMBERS, _numeric, max_leaves=6)
_texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)


def quoted(text: str) -> str:
    """Quote by hand, so that the law does not lean on the code under test."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_ATOMS = st.one_of(
    st.tuples(numbers, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), numbers)
    .filter(lambda t: t[0] != t[2])  # what is compared with itself is refused
    .map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
    st.lists(numbers, min_size=2, max_size=4).map(lambda n: f"({n[0]}) not in [{', '.join(n[1:])}]"),
    _texts.map(lambda t: f"note == {quoted(t)}"),
    DURATIONS.map(lambda d: f"made_at - {d} < now()"),
    st.sampled_from(
        [
            "open",
            "why is null",
            "note is not null",
            "parent.exists",
            "exists(parts)",
            "not exists(parts, weight > 0.5)",
            "status == OPEN",
            "status in [OPEN, SHUT]",
            "old(color) != RED",
            "if(open, RED, color) == GREEN",
            'due == "2026-01-31"',
            "ratio >= 0.25",
            "holder == to",
            "parent == self",
            "any(parts, limit > box.limit)",
            "all(parts, limit > self.limit or any(box.parts, limit < part.limit))",
            "count(Box, open and holder == self.holder) > 1",
            "any(parts, holder == input.to and amount > input.amount)",
        ]
    ),
)


def _logical(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joined = st.tuples(st.sampled_from([" and ", " or "]), st.lists(inner, min_size=2, max_size=3)).map(
        lambda t: t[0].join(f"({x})" for x in t[1])
    )
    return st.one_of(joined, inner.map("not ({})".format))


conditions = st.recursive(_ATOMS, _logical, max_leaves=5)


def expressions() -> st.SearchStrategy[Expr]:
    """Typed expressions of every kind."""
    return st.one_of(conditions, numbers).map(good)
