"""Emission of everything around the code: settings, containers, README, tests, the vendored runtime."""

from generator.emit.project.emit import emit_project

__all__ = ["emit_project"]
