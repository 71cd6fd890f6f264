"""What people bring from other languages: the message says how it is written here."""

import pytest

from generator.expr.parse import (
    ParseError,
    parse_condition,
    parse_effect,
    parse_else,
    parse_expression,
    parse_field,
    parse_type,
)
from tests.expr.toy import AT

ROWS = "inside any, all, sum, count … the fields of the rows are bare: sum(rows, size), all(rows, ok)"


def hint(parser, text: str) -> str:
    with pytest.raises(ParseError) as caught:
        parser(text, AT)
    return caught.value.hint


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("email unique?", "`?` stands right behind the type: `int? unique`"),
        ("-> Maker??", "one `?` is enough"),
        ("string[80]", "write `string(80)`"),
        ("string 80", "write `string(80)`"),
        ("string(max=80)", "write `string(80)`"),
        ("string(1-80)", "a range is written `1..80`"),
        ("int 1..5", "write `int(1..5)`"),
        ("int(>= 0)", "write `int >= 0`"),
        ("int between 1 and 5", "write `int >= 1 <= 5`"),
        ("int >= 0 and <= 5", "bounds stand side by side: `int >= 0 <= 9`"),
        ("int >= 0, unique", "there are no commas between the parts: `int >= 0 unique`"),
        ("0 < int", "the type comes first: `int >= 0 unique = 5`"),
        (":= a + b", "the type comes first: `int >= 0 unique = 5`"),
        ("unique int", "the type comes first: `int >= 0 unique = 5`"),
        ("optional int", "write `int?`"),
        ("int optional", "a field must be sent unless its type ends in `?`, as in `int?`"),
        ("enum[A, B]", "write `enum(A, B)`"),
        ("A | B", "write `enum(A, B)`"),
        ("ref Maker", "write `-> Maker`"),
        ("list of Maker", "rows are listed as `Maker[]`"),
        ("[Maker]", "rows are listed as `Maker[]`"),
        ("-> Maker[]", "rows are listed as `Maker[]`, without the arrow"),
        ("decimal(6,2)[]", "only rows of an entity can be listed: give the values an entity of their own"),
        ("string matches [a-z]+", 'a pattern has quotes: `matches "[a-z]+"`'),
        ('string pattern "[a-z]+"', 'write `matches "[a-z]+"`'),
        ("int min 3", "bounds are written `int >= 0 <= 9`"),
        ("json = {}", "a default is one value; a json has none but null"),
        ("int index", "indexes are made for what `list` filters, sorts and searches by"),
        ("float = 1e3", "a number is written out: 1000, 0.001"),
        ("float = .5", "a number begins with a digit: 0.5"),
        ("int = 0x1F", "a number is written in decimal"),
        ("int := size // 2", "write floor(a / b)"),
    ],
)
def test_fields(text: str, way: str) -> None:
    assert hint(parse_field, text) == way


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("int >= 0", "bounds have keys of their own here: `gt`, `ge`, `lt`, `le`"),
        ("int unique", "this has a key of its own here"),
        ("string[80]", "write `string(80)`"),
    ],
)
def test_types_of_the_long_form(text: str, way: str) -> None:
    assert hint(parse_type, text) == way


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("a <> b", "write '!='"),
        ("a ** 2", "there is no power operator; multiply"),
        ("a in (1, 2)", "a list is written [1, 2]"),
        ("a in 1..5", "write `a >= 1 and a <= 5`"),
        ("a between 1 and 5", "write `a >= 1 and a <= 5`"),
        ("a is none", "write 'is null', 'is not null'"),
        ("rows not empty", "rows are counted: `count(rows) > 0`; of a text, `len(text) > 0`"),
        ("boss exists", "write `boss.exists`"),
        ("a if b else c", "write if(CONDITION, A, B)"),
        ("a ? b : c", "write if(CONDITION, A, B)"),
        ("a implies b", "`a implies b` is written `not a or b`"),
        ("if a then b", "what holds only under a condition is `not CONDITION or …`"),
        ("now() - a > 1w", "durations are 30s, 15m, 24h, 7d, or days(n), hours(n)"),
        ("now() - a > 2 days", "durations are 30s, 15m, 24h, 7d, or days(n), hours(n)"),
        ("a < 1_000", "a number is written without `_`"),
        ("old(row).field > 1", "a path is made of names: old(row.field), not old(row).field"),
        (
            "name startswith 'x'",
            'there are no patterns in expressions; a field\'s `matches "…"` holds for all its values',
        ),
        ("count(rows where done)", ROWS),
        ("sum(r.a for r in rows)", ROWS),
        ("all(rows, r: r.done)", ROWS),
    ],
)
def test_expressions(text: str, way: str) -> None:
    assert hint(parse_expression, text) == way


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ('a > 0, else 422 "x"', "there is no comma before `else`"),
        ("a > 0, b > 0", "each condition is an item of its own"),
        ("a > 0 else 422 x", 'a message has quotes: `else 422 "message"`'),
        ("a > 0 else x", 'a message has quotes: `else 422 "message"`'),
        ('a > 0 or else 422 "x"', 'write `CONDITION else 422 "message"`'),
        ("a > 0: else 422", 'a condition is written `EXPR else 422 "message"`'),
    ],
)
def test_conditions(text: str, way: str) -> None:
    assert hint(parse_condition, text) == way


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("a.state -> B", "write `a.state: * -> B`, or from which states it moves"),
        ("a.state: A, B -> C", "several states are written `[A, B] -> …`"),
        ("a.state: A => B", "write `A -> …`"),
        ("a.state: B", "write `a.state = B`, or `a.state: * -> B` for a state"),
        ("a.size: 3", "write `a.size = 3`"),
        ("a.size == 3", "write `a.size = 3`"),
        ("a.size++", "write `a.size += 1`"),
        ("a.size /= 2", "write `a.size = a.size / 2`"),
        ("set a.size = 3", "write `a.size = 3`"),
        ("a.links.add(b)", "write `a.links += b`"),
        ("a.links.remove(b)", "write `a.links -= b`"),
        ("a.delete()", "write `delete a`"),
        ("a.size = 1, b.size = 2", "each effect is an item of its own"),
        ("a.size = 1 if b", "an effect under a condition is `{if: CONDITION, then: [EFFECT]}`"),
        ("a.size = 1 if b else 2", "write if(CONDITION, A, B)"),
        ("a.parts = []", "rows go by `delete: row.items`, and come by `create`"),
    ],
)
def test_effects(text: str, way: str) -> None:
    assert hint(parse_effect, text) == way


def test_answers() -> None:
    assert hint(parse_else, "409 Taken") == 'a message has quotes: `422 "message"`'


def test_what_is_quoted_is_short() -> None:
    assert len(hint(parse_effect, f"a == {'b + ' * 100}c")) < 80
