"""The sandbox as a resource."""

import dagster as dg

from generator.host.sandboxes import open_sandbox
from generator.verify.sandbox import Sandbox


class SandboxResource(dg.ConfigurableResource[None]):
    """Where applications are tried out: the sandbox that $APPGEN_SANDBOX names."""

    def sandbox(self) -> Sandbox:
        """Return it."""
        return open_sandbox()
