"""Which output of a stage is an application's current one."""

from __future__ import annotations

from generator.pipeline import BY_NAME
from generator.stages.model import Artefact, Ref
from generator.stages.store import Store, get_record, put_record
from generator.stages.workshop import find


def point(store: Store, app: str, ref: Ref) -> None:
    """Make an output the current one."""
    put_record(store, f"apps/{app}/{ref.stage}", ref)


def current(store: Store, app: str, stage: str) -> Artefact | None:
    """Return the current output; None if there is none."""
    ref = get_record(store, f"apps/{app}/{stage}", Ref)
    return None if ref is None else find(store, BY_NAME[stage], ref)
