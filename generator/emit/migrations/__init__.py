"""Emission of Alembic's configuration and the revisions, from what was released before."""

from generator.emit.migrations.emit import emit_migrations, plan_revision

__all__ = ["emit_migrations", "plan_revision"]
