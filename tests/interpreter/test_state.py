"""Snapshots, the view of rows, speed."""

from __future__ import annotations

import time
from uuid import UUID

from generator.verify.interpreter import Interpreter
from tests.interpreter.world import NOW, Client, everything


def test_restoring_undoes_everything(app: Client) -> None:
    ann = app.holder()
    before = app.machine.snapshot()
    rows = app.machine.rows("Holder")
    first = app.box(ann)
    app.ok("Holder.update", ann, quota=1)
    assert app.machine.rows("Holder") is not rows
    app.machine.restore(before)
    assert app.machine.rows("Box") == {}
    assert app.machine.rows("Holder")[ann]["quota"] == 10
    assert app.box(ann) == first


def test_rows_are_shown_anew_only_when_written(app: Client) -> None:
    ann = app.holder()
    rows = app.machine.rows("Holder")
    assert rows[ann]["credit"] == "100.00"
    app.box(ann)
    assert app.machine.rows("Holder") is rows


def test_ids_may_come_from_elsewhere() -> None:
    ids = iter([UUID(int=5)])
    machine = Interpreter(everything(), lambda: next(ids))
    body = {"label": "x"}
    assert machine.call("operation:Tag.create", {}, {}, body, now=NOW).body["id"] == str(UUID(int=5))


def test_it_is_fast_enough_for_thousands_of_trials(app: Client) -> None:
    ann = app.holder()
    began = time.perf_counter()
    for _ in range(200):
        app.ok("Holder.read", ann)
    assert time.perf_counter() - began < 2
