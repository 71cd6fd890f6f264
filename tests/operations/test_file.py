"""operations.yaml: what it may say, and where a mistake is."""

import re
from pathlib import Path

import pytest

from appgen_resources.operations.model import Operations, Retention, Waves
from appgen_resources.operations.read import (
    load_operations,
    operations_file,
    read_operations,
    with_environment,
)
from generator.core.diagnostics import SpecError
from generator.host.state import State

WHOLE = """\
ui: https://dagster.example
owners:
  pay-*: team:money
alerts:
  - name: on call
    to: ["${HOOK}", "mailtos://a:b@example.org"]
    severity: critical
    apps: pay-*
switches: {nightly: true, alerts: false}
waves: {canaries: [pay-small], size: 5}
databases:
  pay-small: postgresql://reader:${PASSWORD}@db/pay
retention: {releases: 3, days: 30}
"""
ENVIRONMENT = {"HOOK": "json://127.0.0.1:9/t", "PASSWORD": "p"}
WRONG = {
    "F104": ("- a\n", (1, 1)),
    "F401": ("alerts:\n  - to: [nowhere://x]\n", (2, 10)),
    "F402": ("ui: dagster.example\n", (1, 5)),
    "F403": ("alerts:\n  - name: x\n", (2, 5)),
    "F404": ("alerts: [{to: 'json://h', severity: loud}]\n", (1, 37)),
    "F405": ("databases: {a: mysql://h/d}\n", (1, 16)),
    "F406": ("waves:\n  size: 0\n", (2, 9)),
    "F407": ("alerts:\n  - to: ${NOT_SET}\n", (2, 9)),
    "E101": ("alerts: [\n", (1, 9)),
    "E121": ("alert: []\n", (1, 1)),
    "E122": ("switches: [nightly]\n", (1, 11)),
    "E125": ("switches: {nightly: on}\n", (1, 21)),
    "E126": ("retention: {days: many}\n", (1, 19)),
}


def test_all_that_it_may_say() -> None:
    told = read_operations("o.yaml", WHOLE, ENVIRONMENT)
    (route,) = told.alerts
    assert route.to == ("json://127.0.0.1:9/t", "mailtos://a:b@example.org")
    assert (route.name, route.severity, route.apps) == ("on call", "critical", ("pay-*",))
    assert told.owner("pay-small") == "team:money"
    assert told.owner("else") == "team:platform"
    assert told.switches == {"nightly": True, "alerts": False}
    assert told.waves == Waves(("pay-small",), 3, 5)
    assert told.databases == {"pay-small": "postgresql://reader:p@db/pay"}
    assert told.retention == Retention(3, 30)


@pytest.mark.parametrize("code", WRONG)
def test_a_mistake_has_its_place(code: str) -> None:
    text, place = WRONG[code]
    with pytest.raises(SpecError) as told:
        read_operations("/etc/operations.yaml", text, {})
    (found,) = told.value.diagnostics
    assert (found.code, found.span.line, found.span.column) == (code, *place)
    assert str(told.value).startswith(f"/etc/operations.yaml:{place[0]}:{place[1]}: error {code}")


def test_every_code_has_a_case() -> None:
    source = Path(__file__).parents[2] / "appgen_resources" / "operations" / "read.py"
    assert set(re.findall(r'"(F[0-9]{3})"', source.read_text(encoding="utf-8"))) <= {*WRONG, "F105"}


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "operations.yaml").write_bytes(b"ui: \xff\n")
    with pytest.raises(SpecError, match=r"operations\.yaml:1:1: error F105: .*UTF-8"):
        load_operations(State(tmp_path), {})
    monkeypatch.setenv("APPGEN_OPERATIONS", str(tmp_path / "none.yaml"))
    with pytest.raises(SpecError, match=r"none\.yaml:1:1: error F105: .*No such file"):
        load_operations(State(tmp_path), {})


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(SpecError) as told:
        read_operations("o.yaml", "ui: x\nwaves: {first: 0}\n", {})
    assert [d.code for d in told.value.diagnostics] == ["F402", "F406"]


@pytest.mark.parametrize("text", ["", "\n# nothing yet\n"])
def test_an_empty_file_says_nothing(text: str) -> None:
    assert read_operations("o.yaml", text, {}) == Operations()


def test_the_environment_is_enough(tmp_path: Path) -> None:
    given = {"APPGEN_ALERT_URLS": "json://h/a jsons://h/b", "APPGEN_UI_URL": "https://u/"}
    told = load_operations(State(tmp_path), given)
    assert [route.to for route in told.alerts] == [("json://h/a", "jsons://h/b")]
    assert told.ui == "https://u"
    assert load_operations(State(tmp_path), {"APPGEN_LOCAL_UI": "http://h:1"}).ui == "http://h:1"
    own = with_environment(Operations(ui="https://own"), {"APPGEN_LOCAL_UI": "http://h:1"})
    assert own.ui == "https://own"
    with pytest.raises(SpecError, match=r"\$APPGEN_ALERT_URLS:1:2: error F401"):
        load_operations(State(tmp_path), {"APPGEN_ALERT_URLS": "json://h nowhere://h"})


def test_the_file_lies_in_the_workspace_or_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("APPGEN_OPERATIONS", raising=False)
    assert operations_file(State(tmp_path)) == tmp_path / "operations.yaml"
    monkeypatch.setenv("APPGEN_OPERATIONS", str(tmp_path / "else.yaml"))
    assert operations_file(State(tmp_path)) == tmp_path / "else.yaml"


def test_what_is_secret_is_never_shown() -> None:
    told = read_operations("o.yaml", WHOLE, ENVIRONMENT)
    assert "reader" not in repr(told)
    assert "a:b" not in repr(told)
