"""Gate: every module of the application can be imported, `app.main` first."""

from __future__ import annotations

from generator.verify.gates.build import Build
from generator.verify.model import Finding


def check(build: Build) -> list[Finding]:
    """Report what could not be imported; one finding for each line at fault."""
    probe = build.probe
    if probe.imports is None:
        return [build.failed("does-not-import", "app.main can't be imported", probe.failures["imports"])]
    found = [
        build.failed("does-not-import", f"{name} can't be imported", f) for name, f in probe.imports.items()
    ]
    places: dict[tuple[str, int], Finding] = {}
    for finding in found:
        places.setdefault((finding.path, finding.line), finding)
    return list(places.values())
