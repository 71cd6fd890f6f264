"""Emission of SQLAlchemy models: `app/base.py`, `app/<entity>/models.py`, `app/entities.py`, `app/violations.py`."""

from generator.emit.models.emit import emit_models

__all__ = ["emit_models"]
