"""Metadata of what is changed of a stage."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from appgen_assets.show.parts import counts, table
from generator.emit.overrides import Overrides
from generator.stages.model import Artefact


def overrides(artefact: Artefact) -> Mapping[str, Any]:
    """Show the overrides in force, and those that a repair keeps away."""
    value: Overrides = artefact.value
    rows = [
        *((f.source, "in force", f"the file {f.path}", "", "") for f in value.files),
        *((t.source, "in force", f"the template {t.target}/{t.name}", "", "") for t in value.templates),
        *((f"{p.source}:{p.line}", "in force", f"the range of {p.package}", "", "") for p in value.pins),
        *(
            (w.source, "kept away", f"nothing: directive {w.directive}", w.why, w.node)
            for w in value.withheld
        ),
    ]
    return {
        **counts(in_force=len(value.sources), kept_away_by_repairs=len(value.withheld)),
        "overrides": table(("override", "state", "replaces", "because", "IR node"), rows),
        **_way_out(value),
    }


def _way_out(value: Overrides) -> Mapping[str, Any]:
    """Say how an override that is kept away comes back."""
    if not value.withheld:
        return {}
    return {
        "to use it again": dg.MetadataValue.md(
            "Correct the override: a changed one is used at once. To use it as it is: "
            "`appgen repairs APP --withdraw NUMBER`."
        )
    }
