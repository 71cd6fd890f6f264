"""Requests that the delivered schemas take and refuse."""

import json

import pytest

from tests.emit_data.delivery import succeeds

PROGRAM = """
import json, sys
from importlib import import_module
from pydantic import ValidationError
out = []
for module, name, body in json.load(sys.stdin):
    model = getattr(import_module(f"app.{module}.schemas"), name)
    try:
        sent = model.model_validate(body)
    except ValidationError as error:
        out.append({"refused": [".".join(map(str, e["loc"])) for e in error.errors()]})
    else:
        written = json.loads(sent.model_dump_json(by_alias=True))
        out.append({"sent": sorted(sent.model_fields_set), "all": written})
json.dump(out, sys.stdout)
"""
UUID = "0198c5f0-0000-7000-8000-000000000001"
HOLDER = {"name": "n", "email": "a@b.org", "about": "", "token": UUID, "data": {"a": None}}
REFUSED = [
    ({"id": UUID}, "id"),
    ({"created_at": "2026-01-01T00:00:00Z"}, "created_at"),
    ({"parts": []}, "parts"),
    ({"unknown": 1}, "unknown"),
    ({"name": ""}, "name"),
    ({"name": "x" * 121}, "name"),
    ({"name": "a\x00b"}, "name"),
    ({"name": None}, "name"),
    ({"email": "nobody"}, "email"),
    ({"site": "ftp://x.org"}, "site"),
    ({"level": 100}, "level"),
    ({"level": "5"}, "level"),
    ({"level": True}, "level"),
    ({"level": 5.5}, "level"),
    ({"ratio": 0.5}, "ratio"),
    ({"price": "0"}, "price"),
    ({"price": "1.234"}, "price"),
    ({"price": "123456789.00"}, "price"),
    ({"price": "1e2"}, "price"),
    ({"price": "Infinity"}, "price"),
    ({"price": "NaN"}, "price"),
    ({"active": "yes"}, "active"),
    ({"date": "1999-12-31"}, "date"),
    ({"date": 5}, "date"),
    ({"time": "25:00"}, "time"),
    ({"datetime": "2026-01-01T00:00:00"}, "datetime"),
    ({"datetime": 1700000000}, "datetime"),
    ({"token": "x"}, "token"),
    ({"data": None}, "data"),
    ({"data": ["\x00"]}, "data"),
    ({"kind": "two"}, "kind"),
    ({"class": "ab"}, "class"),
    ({"class": "AB1x"}, "class"),
    ({"starts_at": None}, "starts_at"),
    ({"tag_ids": ["x"]}, "tag_ids.0"),
]
TAKEN = [
    {},
    {"note": None, "extra": None, "level": 0, "price": 1.5, "ratio": 1},
    {"class": "AB12", "datetime": "2026-01-01T00:00:00+02:00", "kind": "ONE", "tag_ids": [UUID]},
]


@pytest.fixture(scope="module")
def validate(delivered):
    def run(cases):
        return json.loads(succeeds(delivered, "-c", PROGRAM, stdin=json.dumps(cases)))

    return run


def test_create(validate):
    cases = [("holder", "HolderCreate", {**HOLDER, **extra}) for extra, _ in REFUSED]
    found = validate([*cases, *(("holder", "HolderCreate", {**HOLDER, **extra}) for extra in TAKEN)])
    for (extra, where), result in zip(REFUSED, found, strict=False):
        assert result == {"refused": [where]}, extra
    first, _, last = found[len(REFUSED) :]
    assert first["all"]["kind"] == "TWO"
    assert first["all"]["price"] == "9.90"
    assert first["all"]["tag_ids"] == []
    assert last["all"]["datetime"] == "2025-12-31T22:00:00Z"
    assert last["all"]["class"] == "AB12"


def test_what_is_required(validate):
    (result,) = validate([("holder", "HolderCreate", {})])
    assert result["refused"] == ["name", "email", "about", "token", "data"]


def test_update_is_partial_and_keeps_the_constraints(validate):
    bodies = [
        {},
        {"level": 3},
        {"level": -1},
        {"level": None},
        {"note": None},
        {"token": UUID},
        {"tag_ids": None},
    ]
    results = validate([("holder", "HolderUpdate", b) for b in bodies])
    assert [r.get("sent", r.get("refused")) for r in results] == [
        [],
        ["level"],
        ["level"],
        ["level"],
        ["note"],
        ["token"],
        ["tag_ids"],
    ]
    assert ["refused" in r for r in results] == [False, False, True, True, False, True, True]


def test_owned_rows_take_their_owner_from_the_path(validate):
    good = {"main_id": UUID, "quantity": 1}
    results = validate(
        [("part", "PartCreate", b) for b in (good, {**good, "holder_id": UUID}, {**good, "number": 1})]
    )
    assert [r.get("refused") for r in results] == [None, ["holder_id"], ["number"]]


def test_inputs_of_a_flow(validate):
    good = {"to_id": UUID, "reason": "because"}
    results = validate(
        [("slot", "SlotMoveInput", b) for b in (good, {**good, "reason": "no"}, {"reason": "because"})]
    )
    assert results[0]["all"] == {**good, "kind": "ONE", "when": None}
    assert [r.get("refused") for r in results[1:]] == [["reason"], ["to_id"]]
