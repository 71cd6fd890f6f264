"""Specs that mean harm: refused with a place, or an IR that holds them as plain data."""

import time
from pathlib import Path

import pytest

from generator.core.diagnostics import SpecError
from generator.core.render import render
from generator.frontend import compile_front
from tests.frontend.helpers import compiled, entity, refused

BASE = "app: demo\nentities:\n  Thing:\n    fields:\n      size: int\n"


def fields(text: str) -> str:
    return f"app: demo\nentities:\n  Thing:\n    fields:\n      {text}\n"


def rule(text: str) -> str:
    return BASE + f"    rules:\n      - {text}\n"


BOMB = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)

REFUSED = {
    "aliases": BOMB,
    "flow nesting": "app: demo\nentities: " + "[" * 100_000,
    "map nesting": "app: demo\nentities: " + "{a: " * 10_000,
    "sequence nesting": "- " * 100_000,
    "block nesting": "\n".join(" " * n + f"k{n}:" for n in range(500)),
    "python object": "app: !!python/object/apply:os.system [id]\n",
    "binary": "app: !!binary aGk=\n",
    "nul": "app: a\x00b\n",
    "escape": "app: \x1b[31mred\n",
    "next line": "app: demo\x85entities: {}\n",
    "right to left": rule('size > 0 else 422 "\u202eolleh"'),
    "byte order mark inside": "app: de\ufeffmo\n",
    "lone surrogate": "app: \ud800\n",
    "cyrillic name": fields("s\u0456ze: int"),
    "fullwidth name": fields("\uff53ize: int"),
    "dunder": fields("__class__: int"),
    "format name": fields("'{0.__class__}': int"),
    "template name": fields("'{{ 7*7 }}': int"),
    "quote in name": fields("'a\"b': int"),
    "newline in name": fields('"a\\nb": int'),
    "path in name": fields("'../../x': int"),
    "path as entity": "app: demo\nentities:\n  '../Etc': {}\n",
    "path as app": "app: ../../etc\nentities: {Thing: {}}\n",
    "deep expression": rule("(" * 3000 + "size" + ")" * 3000 + " > 0"),
    "long expression": rule("size > 0 and " * 1000 + "size > 0"),
    "many nots": rule("not " * 900 + "size > 0"),
    "huge number": rule("size > " + "9" * 10_000),
    "huge bound": fields("other: int < " + "9" * 50),
    "huge length": fields("name: string(1.." + "9" * 40 + ")"),
    "huge default": fields("other: int = 99999999999999999999"),
    "huge duration": rule("now() > now() - 99999999999999d"),
    "bad pattern": fields('name: string matches "(((((("'),
    "pattern with lookahead": fields('name: string matches "(?=(a+)+)b"'),
    "pattern with repeats": fields('name: string matches "a{1,99999999999}"'),
    "unclosed quote": rule("size > 0 else 422 'oops"),
    "include of a device": "app: demo\ninclude: [/dev/zero]\nentities: {Thing: {}}\n",
    "include upwards": "app: demo\ninclude: [a/../../b.yaml]\nentities: {Thing: {}}\n",
    "include of a url": "app: demo\ninclude: ['https://example.org/x.yaml']\nentities: {Thing: {}}\n",
    "include with backslashes": "app: demo\ninclude: ['..\\..\\x.yaml']\nentities: {Thing: {}}\n",
    "quote in a path": BASE + "flows:\n  go: {entity: Thing, http: 'POST /x/\"y'}\n",
    "braces in a path": BASE + "flows:\n  go: {entity: Thing, http: 'POST /x/{{id}}'}\n",
    "query in a path": BASE + "flows:\n  go: {entity: Thing, http: 'POST /x?y=1'}\n",
    "dots in a path": BASE + "flows:\n  go: {entity: Thing, http: 'POST /x/../y'}\n",
    "method": BASE + "flows:\n  go: {entity: Thing, http: 'TRACE /x'}\n",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_harm_is_refused_with_a_place(text: str) -> None:
    started = time.process_time()
    with pytest.raises(SpecError) as caught:
        compiled(text)
    assert time.process_time() - started < 5
    found = caught.value.diagnostics
    assert found
    lines = text.split("\n")
    for item in found:
        assert 1 <= item.span.line <= len(lines)
        assert 1 <= item.span.column <= len(lines[item.span.line - 1]) + 1
    shown = render(found, lambda _: text)
    assert shown.replace("\n", "").isprintable()
    assert all(len(line) < 1000 for line in shown.split("\n"))


def test_a_file_of_more_than_two_mebibytes() -> None:
    assert refused("app: demo\n# " + "x" * 2_100_000) == ["E102"]


def test_a_file_that_is_not_utf_8() -> None:
    def read(path: str) -> str:
        return b"app: \xff".decode()

    with pytest.raises(SpecError) as caught:
        compile_front("spec.yaml", read)
    assert [d.code for d in caught.value.diagnostics] == ["E113"]


def test_an_include_that_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "spec.yaml").write_text('app: demo\ninclude: [parts, "a\\0b"]\nentities: {T: {}}', "utf-8")

    def read(path: str) -> str:
        return (tmp_path / path).read_text(encoding="utf-8")

    with pytest.raises(SpecError) as caught:
        compile_front("spec.yaml", read)
    found = [(d.code, d.span.line, d.span.column) for d in caught.value.diagnostics]
    assert found == [("E112", 2, 11), ("E114", 2, 18)]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    text = "\ufeffapp: demo\nentities: {T: {fields: {n: int}}}"
    assert compiled(text).ir.name == "demo"
    with pytest.raises(SpecError) as caught:
        compile_front("spec.yaml", lambda _: text.replace("demo", "Demo"))
    shown = render(caught.value.diagnostics, lambda _: text.replace("demo", "Demo")).splitlines()
    assert shown[0].startswith("spec.yaml:1:6: ")
    assert shown[1].index("Demo") == shown[2].index("^^^^")


@pytest.mark.parametrize(
    ("line", "way"),
    [
        ("unique: [{fields: [n], on_conflict: replace m, n}]", "put quotes around the whole text"),
        ("list: {sort: [-n]}", "`default_sort` takes `-name`"),
        ("lists: {sort: [n]}", "did you mean `list`?"),
    ],
)
def test_the_way_out_of_a_slip(line: str, way: str) -> None:
    text = f"app: demo\nentities:\n  T:\n    fields: {{n: int, m: int}}\n    {line}\n"
    with pytest.raises(SpecError) as caught:
        compile_front("spec.yaml", lambda _: text)
    assert [way in d.hint for d in caught.value.diagnostics] == [True]


def test_a_thousand_includes() -> None:
    def read(path: str) -> str:
        number = int(path.removesuffix(".yaml") or 0)
        return f"{'app: demo' if number == 0 else ''}\ninclude: [{number + 1}.yaml]\n"

    with pytest.raises(SpecError) as caught:
        compile_front("0.yaml", read)
    assert "E116" in [d.code for d in caught.value.diagnostics]


def test_includes_in_a_circle() -> None:
    assert refused(
        "app: demo\ninclude: [a.yaml]\nentities: {T: {}}",
        a_yaml="include: [b.yaml]",
        b_yaml="include: [a.yaml]",
    ) == ["E115"]


NASTY = "'; DROP TABLE x; -- \" {{ 7*7 }} {% x %} ${y} \\ `z` %s %(a)s </script> \u00fc\u4f60\U0001f600"


def test_messages_and_descriptions_are_plain_data() -> None:
    quoted = NASTY.replace("\\", "\\\\").replace('"', '\\"')
    yaml_quoted = NASTY.replace("\\", "\\\\").replace('"', '\\"')
    text = f"""
app: demo
description: "{yaml_quoted}"
entities:
  Thing:
    description: "{yaml_quoted}"
    fields:
      name: {{type: string, default: {quote(quoted)}}}
    rules:
      - {{if: size_ok, else: 422, message: "{yaml_quoted}"}}
"""
    text = text.replace("if: size_ok", "if: len(name) > 0")
    ir = compiled(text).ir
    assert ir.description == NASTY
    assert entity(ir, "Thing").description == NASTY
    assert entity(ir, "Thing").rules[0].condition.message == NASTY
    assert entity(ir, "Thing").fields[1].default.value == NASTY  # type: ignore[union-attr]


def quote(text: str) -> str:
    return "'" + f'"{text}"'.replace("'", "''") + "'"


def test_a_scalar_of_a_megabyte() -> None:
    ir = compiled("app: demo\ndescription: " + "x" * 1_000_000 + "\nentities: {Thing: {}}").ir
    assert len(ir.description) == 1_000_000


@pytest.mark.parametrize(
    "name",
    [
        "class",
        "import",
        "none",
        "metadata",
        "registry",
        "model_config",
        "copy",
        "schema",
        "type",
        "date",
        "order",
        "select",
        "user",
        "values",
        "items",
        "count",
    ],
)
def test_names_that_mean_something_elsewhere_are_kept(name: str) -> None:
    """They are made safe where they are printed: the wire name is what the spec says."""
    ir = compiled(fields(f"{name}: int")).ir
    assert entity(ir, "Thing").fields[1].wire == name
