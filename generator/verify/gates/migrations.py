"""Gate: the migrations run on a real database: up, down to nothing, and up again to the same."""

from __future__ import annotations

from generator.verify.gates.build import Build, CannotRun
from generator.verify.model import Finding

_ALEMBICS_OWN = "table alembic_version"
_STEPS = {
    "heads": ("upgrade-fails", "`alembic upgrade head` fails"),
    "empty": ("downgrade-fails", "`alembic downgrade base` fails"),
    "again": ("second-upgrade-fails", "`alembic upgrade head` fails after a downgrade"),
}


def check(build: Build) -> list[Finding]:
    """Report the step that failed, or what it left."""
    probe = build.probe
    if probe.empty is not None and (left := _left(build, probe.empty.objects)):
        return left
    for step, (code, message) in _STEPS.items():
        if step in probe.failures:
            return [build.failed(code, message, probe.failures[step])]
    if probe.heads is None or probe.again is None or probe.database is None:
        raise CannotRun(probe.why_not("again"))
    return [*_heads(build, probe.heads), *_differs(build)]


def _heads(build: Build, heads: tuple[str, ...]) -> list[Finding]:
    if len(heads) == 1:
        return []
    what = f"there are {len(heads)} newest revisions: {', '.join(heads) or 'none'}"
    return [build.finding("heads", what, path=_script(build))]


def _left(build: Build, objects: tuple[str, ...]) -> list[Finding]:
    left = [o for o in objects if o != _ALEMBICS_OWN]
    nodes = {f"table {t.name}": t.node for t in build.physical.tables}
    return [
        build.finding(
            "downgrade-leaves", f"the downgrade leaves the {o}", path=_script(build), node=nodes.get(o, "")
        )
        for o in left
    ]


def _differs(build: Build) -> list[Finding]:
    if build.probe.database == build.probe.again:
        return []
    what = "the second upgrade gives another database than the first"
    return [build.finding("not-repeatable", what, path=_script(build))]


def _script(build: Build) -> str:
    return next((p for p in sorted(build.files) if p.startswith("migrations/versions/")), "migrations/env.py")
