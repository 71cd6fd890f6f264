"""Faults as overrides: each is diagnosed, repaired, and exactly what it touched is materialized again.

By default one that gates see and one that only scenarios see for each stage; `make faults` takes all.
"""

import os
import shutil
import time
from collections.abc import Callable
from typing import NamedTuple

import pytest

from appgen_resources.alerts.observe import ATTEMPT_TAG
from generator.emit.history import VERSIONS
from generator.repair.model import DropMembers, Quarantine
from tests.faults.app import App, build
from tests.faults.model import Fault, Injected, NoPlace
from tests.faults.table import FAULTS
from tests.repair.conftest import AFTER, ALL, YARD, Workspace, found
from tests.repair.printed import Told

pytestmark = pytest.mark.slow
ELSEWHERE = {
    "test_released.py": {45, 46, 47, 48},  # faults of a second release
    "test_others.py": {37, 40, 42, 44, 49},  # nothing that an override could bring about
    "test_sensor.py": {10},
}
NOT_INJECTED = {38, 39, 41}  # faults of the verification itself: ARCHITECTURE.md says why they can't be
TWO_FILES = {  # need two overrides at once
    "unique constraint missing everywhere",
    "bound missing everywhere",
    "index of a filter missing everywhere",
    "filter missing",
    "update reads the body of create",
    "dependency without bounds",
    "dependency that can't be met",
    "dependency not declared",
}


def by_override() -> list[Fault]:
    """Return the faults that an override can bring about."""
    elsewhere = set().union(*ELSEWHERE.values())
    return [f for f in FAULTS if f.number not in elsewhere and f.name not in TWO_FILES]


def chosen() -> list[Fault]:
    """Return all of them, or a sample."""
    if os.environ.get("EVERY_FAULT"):
        return by_override()
    return list({(fault.stage, bool(fault.seen_by)): fault for fault in by_override()}.values())


@pytest.fixture(scope="module")
def yard_app(yard: Workspace) -> App:
    return build(YARD, yard.folder / ".faults")


class Place(NamedTuple):
    """Where a fault is put in: the override's path and text, as what the application is then."""

    workspace: Workspace
    broken: Injected
    path: str
    text: str


@pytest.fixture
def place(fault: Fault, request: pytest.FixtureRequest) -> Place:
    """The small application if it has what the fault breaks, else the one that has everything."""
    try:
        return placed(fault, request, "whole", "healthy")
    except (NoPlace, StopIteration, LookupError):
        return placed(fault, request, "yard", "yard_app")


def placed(fault: Fault, request: pytest.FixtureRequest, workspace: str, app: str) -> Place:
    healthy: App = request.getfixturevalue(app)
    broken = fault.inject(healthy)
    texts = {f.path: f.text for f in healthy.bundle.files}
    (changed,) = (f for f in broken.app.bundle.files if texts.get(f.path) != f.text)
    return Place(request.getfixturevalue(workspace), broken, changed.path, changed.text)


@pytest.mark.parametrize("fault", chosen(), ids=lambda f: f.name.replace(" ", "-"))
def test_a_fault_is_repaired_and_nothing_else_is_made(
    fault: Fault, place: Place, record_property: Callable[[str, object], None]
) -> None:
    whole, broken, began = place.workspace, place.broken, time.monotonic()
    runs, last, tree = whole.runs(), whole.last_made(), delivered(whole)
    if place.path.startswith(VERSIONS):
        shutil.rmtree(whole.out)  # what has been released can't be replaced: O111

    source = whole.override(f"files/{place.path}", place.text)
    told = whole.build("--repair")

    assert told.startswith("0"), told
    repair, failed = [run for run in whole.runs() if run not in runs]
    entry = whole.journal().entries[-1]
    stage = entry.directive.stages[0]
    assert isinstance(entry.directive, Quarantine | DropMembers)
    assert entry.directive.source == source
    assert (entry.told.stages, entry.status) == ((stage,), "in force")
    assert source in entry.told.chain
    assert entry.told.node == broken.node or entry.told.spec
    found_by = found(whole, failed)
    assert whole.made_by(repair) == {f"{stage}_directives", stage} | AFTER
    assert whole.run(repair).job_name == "repair"
    assert whole.run(repair).tags[ATTEMPT_TAG] == "1"
    untouched = ALL - {f"{stage}_directives", stage} - AFTER
    now = whole.last_made()
    assert {name: now[name] for name in untouched} == {name: last[name] for name in untouched}
    assert delivered(whole) == tree
    made, seconds = len(whole.made_by(repair)), time.monotonic() - began
    Told(fault.number, fault.name, found_by, stage, made, seconds).keep(record_property)


def test_every_class_of_failure_is_put_in() -> None:
    here = {fault.number for fault in by_override()}
    assert here | set().union(*ELSEWHERE.values()) == set(range(1, 50)) - NOT_INJECTED


def delivered(whole: Workspace) -> dict[str, str]:
    files = (p for p in whole.out.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return {str(p.relative_to(whole.out)): p.read_text() for p in sorted(files)}
