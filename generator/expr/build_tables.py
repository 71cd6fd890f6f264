"""Writes `tables.py`: the parse tables of grammar.lark, so that no run has to compute them.

`python -m generator.expr.build_tables` after every change of the grammar; a
test compares. Stale tables are ignored at run time, which only costs time.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import lark
import msgspec

GRAMMAR = Path(__file__).with_name("grammar.lark")
STARTS = ["expression", "field", "type", "condition", "effect", "rows_as", "answer"]


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
    packed = msgspec.json.encode({"data": data, "memo": memo}).decode()
    return (
        '"""Parse tables of grammar.lark, written by build_tables.py: never edit."""\n\n'
        "# ruff: noqa: E501, Q000\n# fmt: off\n"
        f"STAMP = {stamp()!r}\nPACKED = {packed!r}\n"
    )


def unpack(packed: str) -> dict[str, Any]:
    """Return the tables as the parser library wants them: JSON has no numbers for keys."""
    tables = msgspec.json.decode(packed, type=dict[str, dict[str, Any]])
    parser = tables["data"]["parser"]["parser"]
    parser["tokens"] = _by_number(parser["tokens"])
    parser["states"] = {int(s): _by_number(moves) for s, moves in parser["states"].items()}
    tables["memo"] = _by_number(tables["memo"])
    return tables


def _by_number(found: dict[Any, Any]) -> dict[Any, Any]:
    return {int(key): value for key, value in found.items()}


def _serialised(parser: lark.Lark) -> tuple[Any, Any]:
    data, memo = parser.memo_serialize([lark.lexer.TerminalDef, lark.grammar.Rule])
    return data, memo


if __name__ == "__main__":
    GRAMMAR.with_name("tables.py").write_text(render(), encoding="utf-8")
