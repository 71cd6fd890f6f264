"""The text of a corrective revision."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from generator.core.syntax_tree import parse
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


def newest_revision(files: Mapping[str, str]) -> str:
    """Return the revision that no other follows, of path -> text; "" if there is not exactly one."""
    found = [_ids(text) for path, text in sorted(files.items()) if path.startswith("migrations/versions/")]
    followed = {down for _, down in found}
    newest = [own for own, _ in found if own and own not in followed]
    return newest[0] if len(newest) == 1 else ""


def known_revisions(files: Mapping[str, str]) -> frozenset[str]:
    """Return every revision of an application, of path -> text."""
    found = (_ids(text)[0] for path, text in files.items() if path.startswith("migrations/versions/"))
    return frozenset(filter(None, found))


def _ids(text: str) -> tuple[str, str]:
    """Return the revision of a script and the one that it follows."""
    try:
        body = parse(text).body
    except SyntaxError:
        return "", ""
    values: dict[str, str] = {}
    for node in body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(value)))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(value)))
            ):
                values[name] = value
            case _:
                pass
    return values.get("revision", ""), values.get("down_revision", "")
