"""Alerts over a real event log, to real servers: each change once, nothing lost, no secret shown."""

import logging

import pytest

from appgen_resources.alerts.channel import UndeliveredError, redacted, send, shown
from appgen_resources.alerts.ledger import read_ledger
from appgen_resources.alerts.tick import alert_tick
from appgen_resources.operations.read import load_operations
from generator.host.artefacts import open_store
from tests.alerts.conftest import APP, Fleet, Hook, Mailbox


def route(hook: Hook, more: str = "") -> str:
    return f"ui: https://dagster.example\nalerts:\n  - name: all\n    to: {hook.url}\n{more}"


def test_a_failure_is_told_once_and_so_is_the_recovery(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook))
    run = fleet.fail("borrow_ok")
    assert run.success, "the check blocks nothing: Dagster calls the run a success"
    fleet.tick()
    fleet.tick()
    fleet.fail("borrow_ok")
    fleet.tick()
    assert hook.titles == ["library: smoke_result.all_passed failed"]
    fleet.recover()
    fleet.tick()
    fleet.recover()
    fleet.tick()
    assert hook.titles[1:] == ["library: smoke_result.all_passed is well again"]
    assert [message["type"] for message in hook.got] == ["failure", "success"]


def test_the_message_says_what_where_and_what_is_done(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook))
    run = fleet.fail("borrow_ok")
    fleet.tick()
    (message,) = hook.got
    text = message["message"]
    assert "scenario borrow_ok: POST /loans: expected 201, got 500 {}" in text
    assert "spec: library.yaml:14:7 (flow:borrow)" in text
    assert f"https://dagster.example/runs/{run.run_id}" in text
    assert "https://dagster.example/assets/smoke_result?view=checks&partition=library" in text
    assert "What is being done: nothing by itself; the last good release stays delivered." in text


def test_a_second_scenario_that_fails_is_news_and_one_that_stays_is_not(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook))
    fleet.fail("borrow_ok")
    fleet.tick()
    fleet.fail("borrow_ok", "give_back_ok")
    fleet.tick()
    assert len(hook.got) == 2
    assert "give_back_ok" in hook.got[1]["message"]
    assert "scenario borrow_ok" not in hook.got[1]["message"]


def test_a_blocking_check_and_a_crash_are_told_too(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook))
    fleet.blocking = True
    assert not fleet.fail("borrow_ok").success
    fleet.tick()
    fleet.crash = "the sandbox is gone"
    assert not fleet.run().success
    fleet.tick()
    assert hook.titles == ["library: smoke_result.all_passed failed", "library: smoke_result failed"]
    assert "the sandbox is gone" in hook.got[1]["message"]
    fleet.recover()
    fleet.tick()
    assert hook.titles[2:] == ["library: smoke_result.all_passed and 1 more are well again"]


def test_a_run_whose_process_was_lost_is_told(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook))
    job = fleet._definitions().resolve_job_def("verify")
    run = fleet.log.create_run_for_job(job, tags={"dagster/partition": APP})
    fleet.log.report_run_failed(run, "gone")
    fleet.tick()
    assert hook.titles == ["library: the run of verify failed"]
    fleet.recover()
    fleet.tick()
    assert hook.titles[1:] == ["library: the run of verify is well again"]


def test_a_server_that_is_down_is_tried_again_and_nothing_is_sent_twice(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook))
    hook.status = 503
    fleet.fail("borrow_ok")
    told = load_operations(fleet.state)
    store = open_store(fleet.state.artefacts)

    def look(now: float) -> int:
        return alert_tick(fleet.log, told, store, {APP}, now=now).sent

    assert look(1000.0) == 0
    assert [d.tries for d in read_ledger(fleet.log).outbox] == [1]
    hook.status = 200
    assert look(1010.0) == 0, "not yet: it was just tried"
    fleet.reopen()
    assert look(1031.0) == 1
    assert look(5000.0) == 0
    assert hook.titles == ["library: smoke_result.all_passed failed"]


def test_a_crash_after_the_look_loses_no_message_and_repeats_none(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook))
    fleet.fail("borrow_ok")
    told = load_operations(fleet.state)
    store = open_store(fleet.state.artefacts)

    def killed(*_: object) -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        alert_tick(fleet.log, told, store, {APP}, now=1000.0, sending=killed)
    fleet.reopen()
    assert alert_tick(fleet.log, told, store, {APP}, now=1001.0).sent == 1
    assert alert_tick(fleet.log, told, store, {APP}, now=1002.0).sent == 0
    assert len(hook.got) == 1


def test_a_server_that_comes_up_during_a_tick_gets_the_message_at_once(hook: Hook) -> None:
    hook.status = 500
    answers: list[int] = []

    class Later(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            answers.append(record.levelno)
            hook.status = 200

    handler = Later()
    logging.getLogger("apprise").addHandler(handler)
    try:
        send(hook.url, "a title", "a body", "info", wait_seconds=0.05)
    finally:
        logging.getLogger("apprise").removeHandler(handler)
    assert answers
    assert hook.titles == ["a title"]


def test_mail_arrives(fleet: Fleet, mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    fleet.routes(
        f"alerts:\n  - to: mailto://127.0.0.1:{port}?from=appgen@example.org&to=team@example.org&mode=insecure\n"
    )
    fleet.fail("borrow_ok")
    fleet.tick()
    (mail,) = box.got
    assert mail["Subject"] == "library: smoke_result.all_passed failed"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "library.yaml:14:7" in body.get_content()


def test_routes_by_severity_application_and_owner(fleet: Fleet, hook: Hook) -> None:
    def to(name: str, more: str) -> str:
        return f"  - {{name: {name}, to: '{hook.url}&{name}', {more}}}\n"

    fleet.routes(
        "owners: {'lib*': team:books}\nalerts:\n"
        + to("loud", "severity: critical")
        + to("other", "apps: [shelf]")
        + to("strangers", "owners: [team:else]")
        + to("books", "severity: error, apps: ['lib*'], owners: [team:books]")
    )
    fleet.fail("borrow_ok")
    fleet.tick()
    assert len(hook.got) == 1
    fleet.fail("borrow_ok", app="shelf")
    fleet.tick()
    assert hook.titles == [
        "library: smoke_result.all_passed failed",
        "shelf: smoke_result.all_passed failed",
    ]


def test_an_application_that_is_gone_is_forgotten(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook))
    fleet.fail("borrow_ok")
    fleet.tick()
    fleet.log.delete_dynamic_partition("apps", APP)
    fleet.tick()
    assert not read_ledger(fleet.log).open
    assert len(hook.got) == 1


def test_without_routes_the_state_is_still_followed(fleet: Fleet, hook: Hook) -> None:
    fleet.fail("borrow_ok")
    assert fleet.tick() == "1 changes, 0 messages sent"
    fleet.routes(route(hook))
    fleet.tick()
    fleet.recover()
    fleet.tick()
    assert hook.titles == ["library: smoke_result.all_passed is well again"]


def test_secrets_stay_in_the_file(
    fleet: Fleet, hook: Hook, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    fleet.routes(route(hook))
    hook.status = 500
    fleet.fail("borrow_ok")
    said = fleet.tick()
    assert "1 wait" in said
    hook.stop()
    with pytest.raises(UndeliveredError) as told:
        send(hook.url, "a", "b", "info", wait_seconds=0.01)
    everything = said + str(told.value) + caplog.text + "".join(capfd.readouterr())
    everything += repr(load_operations(fleet.state)) + repr(read_ledger(fleet.log))
    for path in fleet.state.dagster.rglob("*"):
        if path.is_file():
            everything += path.read_bytes().decode(errors="replace")
    for secret in ("hush-hush", "very-secret-token"):
        assert secret not in everything


@pytest.mark.parametrize(
    ("url", "text", "kept"),
    [
        (
            "jsons://user:pa%23ss@hooks.example.org/T000/tok-en",
            "POST /T000/tok-en user pa#ss pa%23ss",
            "POST",
        ),
        ("slack://TokenA/TokenB/TokenC/#chan", "TokenA TokenB TokenC went wrong", "went wrong"),
    ],
)
def test_what_a_service_says_is_cleaned(url: str, text: str, kept: str) -> None:
    cleaned = redacted(text, url)
    assert kept in cleaned
    for secret in ("T000", "tok-en", "pa#ss", "pa%23ss", "Token"):
        assert secret not in cleaned
    assert "Token" not in shown(url)


def test_a_wrong_file_fails_the_tick_with_its_place(fleet: Fleet) -> None:
    fleet.routes("alerts:\n  - to: json://localhost\n    severity: eror\n")
    with pytest.raises(Exception, match=r"operations\.yaml:3:15: error F404"):
        fleet.tick()
