"""`appgen alerts`: the routes without their secrets; a test message that arrives, or a failing exit code."""

from typer.testing import CliRunner

from generator.cli import app
from tests.alerts.conftest import Fleet, Hook
from tests.alerts.test_alerts import route


def test_without_routes_it_says_where_they_are_written(fleet: Fleet) -> None:
    done = CliRunner().invoke(app, ["alerts"])
    assert done.exit_code == 0
    assert "operations.yaml" in done.output


def test_routes_are_listed_without_secrets(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook))
    done = CliRunner().invoke(app, ["alerts"])
    assert done.exit_code == 0
    assert f"json://127.0.0.1:{hook.port}" in done.output
    assert "hush-hush" not in done.output
    assert "very-secret-token" not in done.output
    assert not hook.got


def test_a_test_message_arrives(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook))
    assert CliRunner().invoke(app, ["alerts", "--test"]).exit_code == 0
    assert hook.titles == ["appgen: a test"]


def test_a_route_that_does_not_work_is_a_finding(fleet: Fleet, hook: Hook) -> None:
    fleet.routes(route(hook))
    hook.stop()
    done = CliRunner().invoke(app, ["alerts", "--test"])
    assert done.exit_code == 1
    assert "hush-hush" not in done.output


def test_a_wrong_file_is_told_with_its_place(fleet: Fleet) -> None:
    fleet.routes("alerts:\n  - to: nowhere://x\n")
    done = CliRunner().invoke(app, ["alerts"])
    assert done.exit_code == 1
    assert "operations.yaml:2:9" in done.output
