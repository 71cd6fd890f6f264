"""Finds the form of a difference that every later build can run: it has to fail where it was found."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from generator.core.digest import digest
from generator.ir.model import ApplicationIR
from generator.verify.model import Scenario, Suite, TestsModelIR
from generator.verify.oracle.model import Difference
from generator.verify.oracle.record import scenario
from generator.verify.smoke import run_smoke


def regression(
    ir: ApplicationIR, difference: Difference, base_url: str, clear: Callable[[], None]
) -> tuple[Scenario, bool]:
    """Return the scenario of a difference and whether it shows it; `clear` empties the database.

    Lists are looked at as a whole if that is enough: among other rows, pages are others.
    """
    forms = [scenario(ir, difference, walking=walking) for walking in (True, False)]
    for form in forms:
        clear()
        if _fails(ir, form, base_url):
            return form, True
    return forms[-1], False


def _fails(ir: ApplicationIR, form: Scenario, base_url: str) -> bool:
    plan = TestsModelIR(ir.name, digest(ir), (Suite(form.suite, "standalone", (form,)),))
    return not run_smoke(plan, base_url, seed=0).ok


def to_text(form: Scenario) -> str:
    """Return the file that is stored: the same for the same scenario."""
    return msgspec.json.format(msgspec.json.encode(form, order="deterministic"), indent=2).decode() + "\n"


def file_name(form: Scenario) -> str:
    """Return the name of that file: the hash of the scenario's steps."""
    return f"{form.name.rpartition(' ')[2]}.json"
