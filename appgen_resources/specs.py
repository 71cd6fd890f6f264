"""Where specs lie: a folder that is watched, and every spec that was ever built from elsewhere."""

import os
from pathlib import Path

import dagster as dg

from generator.core.errors import ToldError
from generator.emit.overrides import Overrides
from generator.host.state import AppEntry, State
from generator.host.workshop import app_name, overrides_in_force, read_source
from generator.stages.source import SpecSource
from generator.stages.workshop import Workshop

OUT_VARIABLE = "APPGEN_OUT"  # where applications are delivered that nobody has built by hand


def _deliveries(state: State) -> Path:
    return Path(os.environ.get(OUT_VARIABLE) or state.root.parent / "build").absolute()


class SpecStore(dg.ConfigurableResource[None]):
    """Finds the spec of an application; `folder` is by default $APPGEN_SPECS, else `specs`."""

    folder: str = ""
    home: str = ""

    def watched(self) -> Path:
        """Return the folder."""
        return Path(self.folder or os.environ.get("APPGEN_SPECS") or "specs").absolute()

    def specs(self) -> dict[str, Path]:
        """Return application -> main file, for the folder's specs."""
        named = ((app_name(path), path) for path in sorted(self.watched().glob("*.yaml")))
        return {app: path for app, path in named if app}

    def entry(self, app: str) -> AppEntry:
        """Return where the application comes from and goes to."""
        state = self.state()
        known = state.entry(app)
        path = self.specs().get(app)
        if known is not None and (path is None or Path(known.spec).exists()):
            return known
        if path is None:
            raise ToldError(f"no spec of an application {app} is known", "Build it once: appgen build SPEC")
        entry = AppEntry(app, str(path), str(_deliveries(state) / app))
        state.remember(entry)
        return entry

    def source(self, app: str, workshop: Workshop) -> SpecSource:
        """Return the texts of an application's spec."""
        return read_source(Path(self.entry(app).spec), workshop)

    def overrides(self, app: str, workshop: Workshop) -> Overrides:
        """Return an application's overrides, as far as they are in force."""
        return overrides_in_force(Path(self.entry(app).spec), workshop)

    def state(self) -> State:
        """Return the workspace."""
        return State(Path(self.home) if self.home else None)
