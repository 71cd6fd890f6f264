# ruff: noqa: E501
"""The delivered wire types and the reference interpreter take and refuse the same values."""

import pytest
from pydantic import TypeAdapter, ValidationError

from generator.core import formats
from generator.emit.python import Imports
from generator.emit.schemas.types import TypeWriter, Value
from generator.expr.model import Type
from generator.ir.index import Index
from generator.ir.model import Input, Limits
from generator.runtime import wire
from generator.verify.interpreter.values import Refused, read_json
from tests.emit_data.builders import application

TRICKY = [
    None, True, False, 0, 1, -1, 5.0, 5.5, 2**31, -(2**31), 10**30, 1e300, 1e-7, 0.1, float("nan"), float("inf"),
    "", " ", "a", "5", "5.0", "-5.50", "+5", "1e2", "1_0", "007", ".5", "5.", "-0", "NaN", "true",
    "a@b.org", "a@b", "A.b+c@d-e.co.uk", "a b@c.org", "http://x.org", "https://x.org:80/a?b#c", "http://x.org/ä", "ftp://x",
    "http://", "2026-01-31", "2026-02-30", "0000-01-01", "2026-1-1", "2026-01-31T10:00:00Z", "2026-01-31t10:00:00z",
    "2026-01-31 10:00+02:00", "2026-01-31T10:00:00+0200", "2026-01-31T10:00:00", "2026-01-31T24:00:00Z",
    "2026-01-31T10:00:60Z", "2026-01-31T10:00:00.1234567Z", "2026-01-31T10:00:00.123Z", "0001-01-01T00:00:00+05:00",
    "9999-12-31T23:59:59-05:00", "2026-01-31T10:00:00+24:00", "2026-01-31T10:00:00-23:59", "10:00", "10:00:00.5",
    "24:00", "10:60", "10", "0198c5f0-0000-7000-8000-000000000001", "0198C5F0-0000-7000-8000-000000000001",
    "0198c5f0000070008000000000000001", "{0198c5f0-0000-7000-8000-000000000001}", "ONE", "one", "x" * 255, "x" * 256,
    "é" * 255, "a\x00", "\ud800", "a\n", "ab\n", [], ["a"], ["\x00"], {}, {"a": None}, {"\x00": 1}, [float("inf")],
]  # fmt: skip

KINDS = [
    (Type("bool"), Limits()),
    (Type("int"), Limits()),
    (Type("int"), Limits(gt="0", le="5")),
    (Type("float"), Limits()),
    (Type("float"), Limits(lt="1")),
    (Type("decimal", precision=4, scale=2), Limits()),
    (Type("decimal", precision=12, scale=0), Limits(ge="1")),
    (Type("string"), Limits(max_length=255)),
    (Type("string"), Limits(min_length=1, max_length=3, pattern="[a-z]+")),
    (Type("text"), Limits(max_length=20000)),
    (Type("email"), Limits()),
    (Type("url"), Limits()),
    (Type("uuid"), Limits()),
    (Type("row", of="Holder"), Limits()),
    (Type("date"), Limits()),
    (Type("date"), Limits(ge="2026-01-31")),
    (Type("datetime"), Limits()),
    (Type("datetime"), Limits(lt="2026-01-31T10:00:00+00:00")),
    (Type("time"), Limits()),
    (Type("time"), Limits(gt="10:00:00")),
    (Type("json"), Limits()),
    (Type("enum", of="Kind"), Limits()),
]


def adapter(type_: Type, limits: Limits) -> TypeAdapter:
    imports = Imports()
    written = TypeWriter(imports).checked(Value("x", type_, limits))
    names: dict = {}
    exec(
        imports.text()
        .replace("app.runtime.wire", "generator.runtime.wire")
        .replace("from app.enums import Kind", "from typing import Literal; Kind = Literal['ONE', 'TWO']"),
        names,
    )
    return TypeAdapter(eval(written, names))


@pytest.mark.parametrize(("type_", "limits"), KINDS, ids=lambda x: getattr(x, "name", ""))
def test_schema_and_interpreter_agree(type_, limits):
    checked, spec, index = adapter(type_, limits), Input("i", "x", "x", type_, limits), Index(application())
    for value in TRICKY:
        try:
            expected = read_json(value, spec, index) if value is not None else Refused
        except Refused:
            expected = Refused
        try:
            got = checked.validate_python(value)
        except ValidationError:
            got = Refused
        assert got == expected or (got != got and expected != expected), value


def test_there_is_one_definition_of_every_format():
    pairs = {
        "EMAIL": "EMAIL_PATTERN", "URL": "URL_PATTERN", "DECIMAL": "DECIMAL_PATTERN", "DATE": "DATE_PATTERN",
        "TIME": "TIME_PATTERN", "DATETIME": "DATETIME_PATTERN", "INT_MIN": "INT_MIN", "INT_MAX": "INT_MAX",
    }  # fmt: skip
    for delivered, ours in pairs.items():
        assert getattr(wire, delivered) == getattr(formats, ours)
