"""The workshop as a resource: artefact store, code versions, formatter."""

from functools import cache
from pathlib import Path

import dagster as dg

from generator.host.state import State
from generator.host.workshop import open_workshop
from generator.pipeline import STAGES
from generator.stages.workshop import Workshop


@cache
def code_versions() -> dict[str, str]:
    """Return the code version of every stage, as of the start of this process."""
    state = State()
    index = state.code_index()
    versions = {stage.name: index.version(stage) for stage in STAGES}
    state.save(index)
    return versions


class WorkshopResource(dg.ConfigurableResource[None]):
    """Opens the workshop of the workspace at `home` (by default $APPGEN_HOME, else `.appgen`)."""

    home: str = ""

    def open(self, *, fresh: bool = False) -> Workshop:
        """Return it."""
        return open_workshop(State(Path(self.home) if self.home else None), fresh=fresh)
