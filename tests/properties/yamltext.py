"""Writes a spec as YAML: block style, text in quotes wherever it could be read as something else."""

from __future__ import annotations

import json
import re
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?: [a-z0-9_]+)*")
_WORDS = {"true", "false", "null", "~", ""}


def dump(value: Any, indent: int = 0) -> str:
    """Return the YAML of mappings, lists, text, numbers and booleans."""
    pad = "  " * indent
    if isinstance(value, dict) and value:
        return "\n".join(f"{pad}{_scalar(k)}:{_below(v, indent)}" for k, v in value.items())
    if isinstance(value, list) and value:
        return "\n".join(f"{pad}-{_below(v, indent)}" for v in value)
    return pad + _scalar(value)


def _below(value: Any, indent: int) -> str:
    return (
        "\n" + dump(value, indent + 1) if isinstance(value, dict | list) and value else " " + _scalar(value)
    )


def _scalar(value: Any) -> str:
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
        return value if plain else "'" + value.replace("'", "''") + "'"
    return json.dumps(value)
