"""What an alert says of the repair, from the repair's own journal; a person being needed is told once."""

import json
from typing import Any

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, SensorInstigatorData
from msgspec.structs import replace

from generator.host.artefacts import open_store
from generator.repair.journal import Attempt, Journal, State, enter, journal, write
from generator.repair.model import Quarantine, Told
from tests.alerts.conftest import APP, Fleet, Hook
from tests.alerts.test_alerts import route

CHAIN = "smoke 17 failed ← migrations ← override 0001"


def repaired(fleet: Fleet, run: str, *, stopped: str = "") -> None:
    """Enter into the journal what a repair enters."""
    store = open_store(fleet.state.artefacts)
    told = Told(APP, run, "d", (), ("migrations",), "", "", CHAIN, "")
    kept = enter(journal(store, APP), Quarantine("migrations/0001", "c", "migrations"), "in force", told, "t")
    attempt = Attempt(run, "d", kept.entries[-1].number, "x", State(1, (), ()))
    write(store, replace(kept, attempts=(*kept.attempts, attempt), stopped=stopped))


def test_the_attempt_and_the_cause_are_told(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook))
    repaired(fleet, fleet.fail("borrow_ok").run_id)
    fleet.tick()
    text = hook.got[0]["message"]
    assert f"Cause: {CHAIN}" in text
    assert "What is being done: repair attempt 1 of 8: keep migrations/0001 away" in text


def test_a_recovery_says_that_a_repair_did_it(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook))
    repaired(fleet, fleet.fail("borrow_ok").run_id)
    fleet.tick()
    fleet.recover(**{"appgen/repair_attempt": "1"})
    fleet.tick()
    assert hook.titles[1:] == ["library: smoke_result.all_passed is well again"]
    assert "passes again after repair attempt 1" in hook.got[1]["message"]


def test_that_a_person_is_needed_is_told_once(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook))
    run = fleet.fail("borrow_ok").run_id
    repaired(fleet, run)
    fleet.tick()
    fleet.fail("borrow_ok", **{"appgen/repair_attempt": "1"})
    repaired(fleet, run, stopped="8 repairs were tried, which is all that is allowed")
    fleet.tick()
    fleet.tick()
    assert hook.titles[1:] == ["library: smoke_result.all_passed needs a person"]
    text = hook.got[1]["message"]
    assert "nothing any more after 2 repair attempts (8 repairs were tried" in text
    assert "a person is needed" in text
    fleet.recover()
    fleet.tick()
    assert hook.titles[2:] == ["library: smoke_result.all_passed is well again"]


def test_what_no_rule_repairs_is_one_message(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook, "    severity: critical\n"))
    fleet.fail("borrow_ok")
    write(open_store(fleet.state.artefacts), Journal(APP, stopped="no rule fits"))
    fleet.tick()
    assert hook.titles == ["library: smoke_result.all_passed needs a person"]


def sensor_state(fleet: Fleet, status: InstigatorStatus, cursor: dict[str, int]) -> None:
    """Leave in the instance what the daemon leaves of the repair's sensor."""
    location = RegisteredCodeLocationOrigin("appgen")
    origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(location, "__repository__"), "repair")
    data = SensorInstigatorData(cursor=json.dumps(cursor))
    state = InstigatorState(origin, InstigatorType.SENSOR, status, data)
    known: Any = fleet.log.get_instigator_state(origin.get_id(), origin.get_selector().get_id())
    if known is None:
        fleet.log.add_instigator_state(state)
    else:
        fleet.log.update_instigator_state(state)


def test_a_failure_waits_for_what_the_repair_makes_of_it(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook))
    fleet.blocking = True
    sensor_state(fleet, InstigatorStatus.RUNNING, {})
    run = fleet.fail("borrow_ok")
    fleet.tick()
    assert not hook.got
    repaired(fleet, run.run_id)
    sensor_state(fleet, InstigatorStatus.RUNNING, {dg.DagsterEventType.RUN_FAILURE.value: 10**9})
    fleet.tick()
    assert "repair attempt 1" in hook.got[0]["message"]


def test_it_does_not_wait_for_a_repair_that_is_switched_off(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook))
    fleet.blocking = True
    sensor_state(fleet, InstigatorStatus.STOPPED, {})
    fleet.fail("borrow_ok")
    fleet.tick()
    assert "nothing by itself" in hook.got[0]["message"]
