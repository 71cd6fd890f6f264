"""Emission of Pydantic schemas: `app/enums.py` and `app/<entity>/schemas.py`."""

from generator.emit.schemas.emit import emit_schemas

__all__ = ["emit_schemas"]
