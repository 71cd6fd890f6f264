"""Names that a test for null gives to what it looks at: one that nothing uses is left out."""

import pytest

from generator.emit.exprs.pycode import unnamed


@pytest.mark.parametrize(
    ("subjects", "left"),
    [
        (["(owner := row.owner)", "owner.name"], ["(owner := row.owner)", "owner.name"]),
        (["(owner := row.owner)", "other.owner"], ["row.owner", "other.owner"]),
        (["(n := a or b)"], ["(a or b)"]),
        (["(n := a.name).strip()"], ["(n := a.name).strip()"]),
        (["f(a)", "(n := f(b))"], ["f(a)", "f(b)"]),
    ],
)
def test_names_that_nothing_uses_are_left_out(subjects: list[str], left: list[str]) -> None:
    assert unnamed(subjects) == left
