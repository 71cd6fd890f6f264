"""Delivering the verified application."""

from __future__ import annotations

from pathlib import Path

from generator.deliver.changes import compare, read_manifest
from generator.deliver.tree import DeliveryReport, deliver
from generator.emit.bundle import Bundle


def run(bundle: Bundle, out: str, *, force: bool = False) -> DeliveryReport:
    """Deliver it."""
    return deliver(bundle, Path(out), force=force)


def is_current(bundle: Bundle, out: str) -> bool:
    """Whether the folder holds exactly this bundle, beside what people wrote."""
    folder = Path(out)
    manifest = read_manifest(folder)
    return manifest is not None and not compare(folder, bundle.files, manifest).any
