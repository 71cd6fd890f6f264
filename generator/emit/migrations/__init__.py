"""Emission of Alembic's configuration and the first migration."""

from generator.emit.migrations.emit import emit_migrations

__all__ = ["emit_migrations"]
