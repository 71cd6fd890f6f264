"""Gate: only migrations make tables; nothing calls `create_all` beside Alembic."""

from __future__ import annotations

import ast

from generator.verify.gates.build import Build
from generator.verify.model import Finding

_MAKERS = frozenset({"create_all", "drop_all"})
_DELIVERED = ("app/", "migrations/")


def check(build: Build) -> list[Finding]:
    """Look for whatever makes the metadata's tables."""
    return [
        build.finding(
            "made-twice", f"`{node.attr}` makes tables beside the migrations", path=path, line=node.lineno
        )
        for path, tree in sorted(build.modules.items())
        if path.startswith(_DELIVERED)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in _MAKERS
    ]
