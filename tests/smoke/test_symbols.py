"""How patterns are held against answers."""

from datetime import UTC, datetime, timedelta

import pytest

from generator.verify.program.symbols import Bindings
from generator.verify.program.values import wire_datetime

ID, OTHER = "01890000-0000-7000-8000-000000000001", "01890000-0000-7000-8000-000000000002"


@pytest.fixture
def names() -> Bindings:
    return Bindings(datetime.now(UTC).replace(microsecond=0), 7)


def test_an_id_is_bound_when_first_seen(names: Bindings) -> None:
    assert names.mismatch({"id": {"$ref": "a"}}, {"id": ID}) == ""
    assert names.mismatch({"id": {"$ref": "a"}}, {"id": ID}) == ""
    assert "expected" in names.mismatch({"id": {"$ref": "a"}}, {"id": OTHER})
    assert "new id" in names.mismatch({"id": {"$ref": "b"}}, {"id": ID})
    assert names.resolve({"x": {"$ref": "a"}}) == {"x": ID}


def test_no_id_at_all(names: Bindings) -> None:
    assert "id of a" in names.mismatch({"$ref": "a"}, "17")
    with pytest.raises(ValueError, match="no answer has shown"):
        names.resolve({"$ref": "a"})


def test_objects_are_complete(names: Bindings) -> None:
    assert names.mismatch({"a": 1}, {"a": 1}) == ""
    assert names.mismatch({"a": 1}, {"a": 1, "b": 2}) == "body: has unexpected b"
    assert names.mismatch({"a": 1, "b": 2}, {"a": 1}) == "body: lacks b"
    assert names.mismatch({"$partial": {"a": 1}}, {"a": 1, "b": 2}) == ""


@pytest.mark.parametrize(
    ("wanted", "got"),
    [(1, True), (True, 1), ("1", 1), (1, 2), (None, 0), ("a", None), ([1], [1, 2]), ([1], {})],
)
def test_values_of_other_types_differ(names: Bindings, wanted: object, got: object) -> None:
    assert names.mismatch(wanted, got) != ""


def test_floats_are_near(names: Bindings) -> None:
    assert names.mismatch(0.1 + 0.2, 0.3) == ""
    assert names.mismatch(0.3, 0.31) != ""


def test_a_time_is_near_first_and_then_the_same(names: Bindings) -> None:
    now = datetime.now(UTC)
    pattern = {"$time": "t1", "near": "+PT1H"}
    assert names.mismatch(pattern, wire_datetime(now + timedelta(hours=3))) != ""
    assert names.mismatch(pattern, wire_datetime(now + timedelta(hours=1))) == ""
    assert names.mismatch(pattern, wire_datetime(now + timedelta(hours=1, seconds=1))) != ""
    assert names.resolve({"$seen": "t1"}) == wire_datetime(now + timedelta(hours=1))


def test_some_elements_in_this_sequence(names: Bindings) -> None:
    assert names.mismatch({"$some": [1, 3]}, [1, 2, 3]) == ""
    assert names.mismatch({"$some": [3, 1]}, [1, 2, 3]) != ""
    names.ids["a"] = ID
    assert names.mismatch({"$none": ["a"]}, [{"id": OTHER}]) == ""
    assert "must not hold a" in names.mismatch({"$none": ["a"]}, [{"id": ID}])


def test_a_number_is_the_same_later(names: Bindings) -> None:
    assert names.mismatch({"$number": "n"}, 5) == ""
    assert names.mismatch({"$number": "n"}, 6) != ""
    assert names.mismatch({"$number": "m"}, "5") != ""


def test_the_place_of_a_difference_is_told(names: Bindings) -> None:
    found = names.mismatch({"items": [{"a": {"b": 1}}]}, {"items": [{"a": {"b": 2}}]})
    assert found == "body.items[0].a.b: expected 1, got 2"


def test_unique_values_differ_by_number_and_run() -> None:
    start = datetime.now(UTC)
    shape = {"parts": ["x-", ["abc", 2], ["0123456789", 4]]}
    first, second = Bindings(start, 1), Bindings(start, 2)
    values = {first.resolve({"$unique": n, **shape}) for n in range(50)}
    assert len(values) == 50
    assert first.resolve({"$unique": 5, **shape}) != second.resolve({"$unique": 5, **shape})
    assert first.resolve({"$unique": 5, **shape}) == second.resolve({"$unique": 4, **shape})


def test_a_new_time_is_no_earlier_one(names: Bindings) -> None:
    now = datetime.now(UTC)
    assert names.mismatch({"$time": "t1", "near": "+PT0S"}, wire_datetime(now)) == ""
    assert "that of t1" in names.mismatch({"$time": "t2", "near": "+PT0S"}, wire_datetime(now))
    later = wire_datetime(now + timedelta(microseconds=1))
    assert names.mismatch({"$time": "t2", "near": "+PT0S"}, later) == ""
