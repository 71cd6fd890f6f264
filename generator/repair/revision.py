"""The text of a corrective revision."""

from __future__ import annotations

from generator.emit.python import docstring, literal
from generator.repair.model import CorrectDatabase

_TEXT = """\
{title}

import sqlalchemy as sa
from alembic import op

revision = {revision}
down_revision = {after}
branch_labels = None
depends_on = None

# What finds a row says that the correction behind it is needed.
_CORRECTIONS = ({steps})


def upgrade() -> None:
    for needed, correction in _CORRECTIONS:
        if op.get_bind().execute(sa.text(needed)).first() is not None:
            op.execute(sa.text(correction))


def downgrade() -> None:
    \"\"\"Do nothing: what was wrong is not made again.\"\"\"
"""


def revision_file(directive: CorrectDatabase, number: int) -> tuple[str, str]:
    """Return path and text of the revision of a directive."""
    name = f"correction_{number}_{directive.id}"
    steps = "".join(f"({literal(_plain(s.needed))}, {literal(_plain(s.sql))}),\n" for s in directive.steps)
    text = _TEXT.format(
        title=docstring("Bring a database that was changed by hand back to the application's schema."),
        revision=literal(name),
        after=literal(directive.after),
        steps=steps,
    )
    return f"migrations/versions/{name}.py", text


def _plain(sql: str) -> str:
    """Return SQL in which no colon names a parameter."""
    return sql.replace(":", "\\:").replace("\\:\\:", "::")
