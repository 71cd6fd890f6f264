"""The IO manager: an asset's value is in the artefact store already; a small record says which it is."""

from pathlib import Path

import dagster as dg

from generator.core.errors import ToldError
from generator.host.artefacts import open_store
from generator.host.state import State
from generator.stages.model import Artefact
from generator.stages.pointers import current, point
from generator.stages.store import Store


class ArtefactIO(dg.ConfigurableIOManager):
    """Any fsspec URL; empty: the workspace's own store."""

    url: str = ""
    home: str = ""

    def handle_output(self, context: dg.OutputContext, obj: Artefact) -> None:
        """Point the asset's partition to the artefact."""
        point(self._store(), context.partition_key, obj.ref)
        context.add_output_metadata({"address": obj.ref.blob})

    def load_input(self, context: dg.InputContext) -> Artefact:
        """Return the artefact that the asset's partition points to; its value is read when needed."""
        stage = context.asset_key.path[-1]
        artefact = current(self._store(), context.partition_key, stage)
        if artefact is None:
            raise ToldError(
                f"{stage} of {context.partition_key} is not in the artefact store",
                "Materialize it first, or run the whole build.",
            )
        return artefact

    def _store(self) -> Store:
        return open_store(self.url or State(Path(self.home) if self.home else None).artefacts)
