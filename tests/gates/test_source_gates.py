# ruff: noqa: E501 - rows of changes read best as rows
"""The gates that read the source: calls, guards, schemas."""

import ast

import pytest

from generator.verify.gates import calls, guards
from generator.verify.gates.build import Build
from generator.verify.gates.calls import misfit
from generator.verify.gates.modules import Modules, Target
from tests.gates.conftest import Healthy

SERVICE, ROUTER = "app/account/service.py", "app/account/router.py"


def looked_at(healthy: Healthy, *changes: tuple[str, str, str]) -> Build:
    current = healthy
    for path, old, new in changes:
        current = Healthy(healthy.ir, healthy.guards, current.replaced(path, (old, new)))
    return Build(current.bundle, healthy.ir, healthy.guards)


CALLS = [
    ("not-defined", ROUTER, "operation:Account.close", "service.close(", "service.shut("),
    ("arguments", ROUTER, "operation:Account.close", "service.close(database, account_id)", "service.close(database)"),
    ("arguments", ROUTER, "operation:Account.read", "service.read(database, account_id)", "service.read(database, id=account_id)"),
    ("not-defined", ROUTER, "", "import AccountCreate,", "import AccountMake,"),
    ("no-service", SERVICE, "operation:Account.close", "async def close(", "async def shut("),
    ("no-route", ROUTER, "operation:Account.close", "service.close(", "service.delete("),
]  # fmt: skip


@pytest.mark.parametrize(("code", "path", "node", "old", "new"), CALLS)
def test_calls(healthy: Healthy, code: str, path: str, node: str, old: str, new: str) -> None:
    found = calls.check(looked_at(healthy, (path, old, new)))
    assert [(f.path, f.node) for f in found if f.code == code] == [(path, node)]
    assert all(f.line for f in found)


def test_a_healthy_build_calls_rightly(healthy: Healthy) -> None:
    assert calls.check(looked_at(healthy)) == []
    assert guards.check(looked_at(healthy)) == []


def guard_of(healthy: Healthy, operation: str) -> str:
    return healthy.guards.get("Account", operation).pre[0].source_constraint_id


def test_a_guard_that_nothing_calls_is_seen(healthy: Healthy) -> None:
    guard = guard_of(healthy, "close")
    found = guards.check(looked_at(healthy, (SERVICE, guard, "another")))
    assert [(f.code, f.node) for f in found] == [("not-called", guard)]
    assert f"{guard} is checked 0 times in operation:Account.close, not 1" in found[0].message


def test_an_inner_function_may_be_called_like_an_operation(healthy: Healthy) -> None:
    inner = (
        (SERVICE, "async def work(", "async def close("),
        (SERVICE, "database.run(work)", "database.run(close)"),
    )
    assert guards.check(looked_at(healthy, *inner)) == []


def test_a_guard_of_another_operation_is_seen(healthy: Healthy) -> None:
    guard = guard_of(healthy, "close")
    more = f'    """Return a page of accounts."""\n    used = {guard!r}\n'
    text = healthy.text(SERVICE)
    start = text.index("async def list_page(")
    line = text[start : text.index("\n", text.index('"""', start)) + 1]
    found = guards.check(looked_at(healthy, (SERVICE, line, line + more.splitlines()[1] + "\n")))
    assert [f.code for f in found] == ["called-too-often"]
    assert "operation:Account.list" in found[0].message


@pytest.mark.parametrize(
    ("signature", "call", "fits"),
    [
        ("a, b", "f(1, 2)", True),
        ("a, b", "f(1)", False),
        ("a, b=1", "f(1)", True),
        ("a, b", "f(1, b=2)", True),
        ("a, b", "f(1, c=2)", False),
        ("a, *, b", "f(1, 2)", False),
        ("a, *, b", "f(1, b=2)", True),
        ("a, *, b=1", "f(1)", True),
        ("a, /, b", "f(a=1, b=2)", False),
        ("*args", "f(1, 2, 3)", True),
        ("**kwargs", "f(x=1)", True),
        ("a", "f(*rest)", True),
        ("", "f(1)", False),
    ],
)
def test_whether_a_call_fits(signature: str, call: str, fits: bool) -> None:
    function = ast.parse(f"def f({signature}): pass").body[0]
    expression = ast.parse(call).body[0].value
    assert (misfit(function, expression) == "") is fits


def test_imports_are_resolved_however_they_are_written() -> None:
    sources = {
        "app/__init__.py": "",
        "app/one/__init__.py": "",
        "app/one/service.py": "async def create(): ...\nif True:\n    LATER = 1\n",
        "app/one/router.py": (
            "import app.one.service as a\nfrom app.one import service as b\nfrom . import service as c\n"
            "from .service import create as d\nfrom ..one.service import LATER as e\nimport json\n"
        ),
    }
    modules = Modules({path: ast.parse(text) for path, text in sources.items()})
    found = {local: target for local, target, _ in modules.imports("app.one.router")}
    service = "app.one.service"
    assert found == {
        "a": Target(service),
        "b": Target(service),
        "c": Target(service),
        "d": Target(service, "create"),
        "e": Target(service, "LATER"),
    }
    assert all(modules.has(target) for target in found.values())
    assert not modules.has(Target(service, "missing"))
