"""The ledger lies in Dagster's own storage: what is known, how far, and what waits are written as one."""

import dagster as dg
import msgspec

from appgen_resources.alerts.model import Ledger

_KEY = "appgen/alerts"


def read_ledger(instance: dg.DagsterInstance) -> Ledger:
    """Return what the last tick left; an empty one if there was none."""
    kept = instance.daemon_cursor_storage.get_cursor_values({_KEY}).get(_KEY)
    return msgspec.json.decode(kept, type=Ledger) if kept else Ledger()


def write_ledger(instance: dg.DagsterInstance, ledger: Ledger) -> None:
    """Keep it: whole, or not at all."""
    instance.daemon_cursor_storage.set_cursor_values({_KEY: msgspec.json.encode(ledger).decode()})
