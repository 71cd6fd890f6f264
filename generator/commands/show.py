"""`appgen show`: any stage's output, or any emitted file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from generator.commands.paths import UsageError, find_specs
from generator.commands.texts import text_of
from generator.core.suggest import did_you_mean
from generator.host.artefacts import open_store
from generator.host.format import RuffFormatter
from generator.host.state import State
from generator.host.workshop import app_name, compile_spec
from generator.pipeline import BY_NAME, EMITTED, STAGES
from generator.repair.journal import journal
from generator.stages.pointers import current
from generator.stages.store import MemoryStore
from generator.stages.tools import Tools
from generator.stages.workshop import Workshop
from generator.verify.parity.trials import trials

ALIASES = {
    "spec": "app_spec",
    "ir": "application_ir",
    "graph": "constraint_graph",
    "guards": "guard_ir",
    "plan": "test_plan",
    "bundle": "app_bundle",
    "sanity": "sanity_report",
    "smoke": "smoke_result",
}


def run(what: str, spec: Path, form: str) -> int:
    """Print a stage's output, or the file of that path."""
    path = find_specs([spec])[0]
    if what == "parity":
        _write(_rendered(trials(_made("application_ir", path)), form))
        return 0
    stage = ALIASES.get(what, what)
    if stage in BY_NAME:
        value = _made(stage, path) if BY_NAME[stage].pure else _kept(stage, path)
        in_force = _directives(path) if stage == "application_ir" else []
        _write(_rendered(value, form, in_force))
        return 0
    files = {f.path: f.text for name in (*EMITTED, "app_bundle") for f in _all(path)[name].value.files}
    if what not in files:
        names = [*ALIASES, "parity", *(s.name for s in STAGES), *files]
        hint = did_you_mean(what, names) or f"Stages: {', '.join(s.name for s in STAGES)}"
        raise UsageError(f"{what} is neither a stage nor a file of the application", hint)
    _write(files[what])
    return 0


def _made(stage: str, path: Path) -> Any:
    return _all(path, stage)[stage].value


def _all(path: Path, until: str = "") -> dict[str, Any]:
    workshop = Workshop(MemoryStore(), State().code_index(), Tools(RuffFormatter()))
    return compile_spec(path, workshop, until)


def _kept(stage: str, path: Path) -> Any:
    app = app_name(path) or ""
    last = current(open_store(State().artefacts), app, stage)
    if last is None:
        raise UsageError(f"{app} has no {stage} yet", f"appgen build {path}")
    return last.value


def _directives(path: Path) -> list[dict[str, Any]]:
    """Return the directives in force, each with the IR node that it changed."""
    kept = journal(open_store(State().artefacts), app_name(path) or "")
    return [
        {"node": e.told.node, "directive": e.number, "what": str(e.directive), "because": e.told.chain}
        for e in kept.in_force
    ]


def _rendered(value: Any, form: str, in_force: list[dict[str, Any]] | None = None) -> str:
    if form == "text" and (text := text_of(value)) is not None:
        told = (f"directive {n['directive']} at {n['node']}: {n['what']}" for n in in_force or ())
        return "\n".join([text, *told])
    plain = msgspec.to_builtins(value)
    if in_force:
        _marked(plain, in_force)
        plain["directives"] = in_force
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(plain)).decode()
    return msgspec.yaml.encode(plain, order=None).decode()


def _marked(plain: Any, in_force: list[dict[str, Any]]) -> None:
    """Put each directive at the node that it changed."""
    match plain:
        case {"id": str(node)} if own := [d for d in in_force if d["node"] == node]:
            plain["directives"] = own
        case _:
            pass
    parts = plain.values() if isinstance(plain, dict) else plain if isinstance(plain, list | tuple) else ()
    for part in parts:
        _marked(part, in_force)


def _write(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
