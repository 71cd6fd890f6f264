"""Emission of the model layer: base, a models module per entity, all of them together, violations."""

from generator.emit.models.emit import emit_models

__all__ = ["emit_models"]
