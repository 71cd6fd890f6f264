"""What is wrong, one by one, with the IR node and the line of the spec where they are known."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg
from msgspec.structs import replace

from appgen_resources.alerts.model import Problem
from generator.core.diagnostics import Diagnostic
from generator.pipeline import BY_NAME
from generator.stages.steps.app_spec import SpecDocument
from generator.stages.store import Store, get_blob
from generator.stages.workshop import load
from generator.verify.model import Finding, SanityReport, SmokeResult, SmokeRow

ADDRESS = "address"  # metadata of a materialization: where its value lies
TABLE = "what is wrong"  # metadata of an evaluation
_MOST = 50
_VOLATILE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")


def problems_of(
    answer: dg.AssetCheckEvaluation, metadata: Mapping[str, Any], store: Store
) -> tuple[Problem, ...]:
    """Return what a failed check found, from the value that it looked at, else from its own words."""
    asset = answer.asset_key.path[-1]
    value = _value(asset, metadata, store)
    found = tuple(_placed(answer.check_name, value))[:_MOST] if value is not None else ()
    return found or tuple(_told(answer))[:_MOST]


def problem(text: str) -> Problem:
    """Return a problem of which only the words are known; numbers and ids in them may change."""
    return Problem(_VOLATILE.sub("#", text)[:120], text)


def _value(asset: str, metadata: Mapping[str, Any], store: Store) -> Any:
    address = metadata.get(ADDRESS)
    stage = BY_NAME.get(asset)
    if stage is None or address is None or get_blob(store, str(address.value)) is None:
        return None
    return load(store, str(address.value), stage.gives)


def _placed(check: str, value: Any) -> Iterable[Problem]:
    match value:
        case SmokeResult():
            if check == "all_passed":
                yield from (_row(row) for row in value.failures)
            elif check == "clean_logs":
                yield from (_finding(found) for found in value.findings)
        case SanityReport():
            gates = [gate for gate in value.gates if gate.gate == check]
            yield from (_finding(f) for gate in gates for f in gate.findings if f.severity == "error")
        case SpecDocument():
            wrong = value.warnings if check == "no_warnings" else value.errors
            yield from (_diagnostic(found) for found in wrong)
        case _:
            pass


def _row(row: SmokeRow) -> Problem:
    text = f"scenario {row.scenario}: {row.request}: expected {row.expected}, got {row.got}"
    return Problem(row.scenario, text, row.node, str(row.span or ""))


def _finding(found: Finding) -> Problem:
    where = f" ({found.path}:{found.line})" if found.path else ""
    name = f"{found.source}:{found.code}:{found.node}:{found.path}"
    return Problem(name, found.message + where, found.node, str(found.span or ""))


def _diagnostic(found: Diagnostic) -> Problem:
    return Problem(f"{found.code}:{found.message}", f"{found.code}: {found.message}", "", str(found.span))


def _told(answer: dg.AssetCheckEvaluation) -> Iterable[Problem]:
    shown = answer.metadata.get(TABLE)
    if isinstance(shown, dg.TableMetadataValue):
        for record in shown.records:
            words, node, spec = (str(record.data.get(name) or "") for name in ("problem", "IR node", "spec"))
            yield replace(problem(words), node=node, spec=spec)
    else:
        yield problem(answer.description or "it has failed")
