"""Metadata of what is changed of a stage."""

from collections.abc import Mapping
from typing import Any

from appgen_assets.show.parts import counts, table
from generator.emit.overrides import Overrides
from generator.stages.model import Artefact


def overrides(artefact: Artefact) -> Mapping[str, Any]:
    """Show the overrides in force, and those that a repair keeps away."""
    value: Overrides = artefact.value
    rows = [
        *((f.source, "file", f.path, "in force", "") for f in value.files),
        *((t.source, "template", f"{t.target}/{t.name}", "in force", "") for t in value.templates),
        *((f"{p.source}:{p.line}", "pin", f"{p.package}{p.specifier}", "in force", "") for p in value.pins),
        *((w.source, "", "", f"directive {w.directive}: {w.why}", w.node) for w in value.withheld),
    ]
    return {
        **counts(overrides=len(value.sources), withheld=len(value.withheld)),
        "overrides": table(("override", "kind", "replaces", "state", "IR node"), rows),
    }
