"""Where reports of smoke runs are kept."""

from pathlib import Path

import dagster as dg

from generator.host.reports import Kept, keep_report
from generator.host.sandboxes import chosen
from generator.host.state import State
from generator.verify.coverage.model import Coverage
from generator.verify.model import SmokeResult


class ReportStore(dg.ConfigurableResource[None]):
    """A folder below the workspace at `home` (by default $APPGEN_HOME, else `.appgen`)."""

    home: str = ""

    def keep(self, result: SmokeResult, run: str, coverage: Coverage | None) -> Kept:
        """Write the page and the JUnit XML of a run."""
        state = State(Path(self.home) if self.home else None)
        return keep_report(state, result, run, where=chosen(), coverage=coverage)
