"""Gate: each path reaches its own handler: none is shadowed by another, none answers with a redirect."""

from __future__ import annotations

from generator.emit.python import module_path
from generator.verify.gates.build import Build, CannotRun
from generator.verify.model import Finding

_MAIN = "app/main.py"


def check(build: Build) -> list[Finding]:
    """Report what the application's own router says."""
    routing = build.probe.routing
    if routing is None:
        raise CannotRun(build.probe.why_not("routing"))
    found = [_hidden(build, method, path, by) for method, path, by in routing.hidden]
    if routing.redirects:
        what = "a trailing slash is answered with a redirect instead of a 404"
        found.append(build.finding("redirects", what, path=_MAIN))
    return found


def _hidden(build: Build, method: str, path: str, by: str) -> Finding:
    operation = next((o for o in build.ir.api.operations if (o.method, o.path) == (method, path)), None)
    what = f"{method} {path} is never reached: {by} takes its requests"
    if operation is None:
        return build.finding("shadowed", what, path=_MAIN)
    file = module_path(build.index.entities[operation.entity].snake, "router")
    return build.finding("shadowed", what, path=file, node=operation.id)
