"""The sandbox as a resource."""

import dagster as dg

from generator.host.sandbox import ProcessSandbox
from generator.verify.sandbox import Sandbox


class SandboxResource(dg.ConfigurableResource[None]):
    """Where applications are tried out."""

    def sandbox(self) -> Sandbox:
        """Return it."""
        return ProcessSandbox()
