"""Writes `tables.py`: the parse tables of grammar.lark, so that no run has to compute them.

`python -m generator.expr.build_tables` after every change of the grammar; a
test compares. Stale tables are ignored at run time, which only costs time.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import lark

GRAMMAR = Path(__file__).with_name("grammar.lark")
STARTS = ["expression", "field", "condition", "effect", "rows_as", "answer"]


def stamp() -> str:
    """Return what the tables depend on: the grammar's text and the parser library's version."""
    return hashlib.sha256(lark.__version__.encode() + GRAMMAR.read_bytes()).hexdigest()


def compute() -> lark.Lark:
    """Build the parser from the grammar (about 0.1 s)."""
    return lark.Lark(
        GRAMMAR.read_text(encoding="utf-8"),
        parser="lalr",
        start=STARTS,
        propagate_positions=True,
        maybe_placeholders=False,
    )


def render() -> str:
    """Return the text of tables.py."""
    data, memo = _serialised(compute())
    return (
        '"""Parse tables of grammar.lark, written by build_tables.py: never edit."""\n\n'
        "# ruff: noqa: E501, Q000\n# fmt: off\n"
        f"from typing import Any\n\nSTAMP = {stamp()!r}\nDATA: Any = {data!r}\nMEMO: Any = {memo!r}\n"
    )


def _serialised(parser: lark.Lark) -> tuple[Any, Any]:
    data, memo = parser.memo_serialize([lark.lexer.TerminalDef, lark.grammar.Rule])
    return data, memo


if __name__ == "__main__":
    GRAMMAR.with_name("tables.py").write_text(render(), encoding="utf-8")
