"""`changes`: what becomes of the rows of an application that was delivered before."""

from __future__ import annotations

import re

from generator.expr.parse import parse_expression
from generator.spec.model import ChangedName, ChangesSpec, FilledSpec, RenamedSpec
from generator.spec.reader import MAX_NAME, Pairs, Reader
from generator.spec.tree import Scalar, YamlNode

CHANGES = ("renamed", "dropped", "filled")
_NAME = re.compile(r"([A-Z][A-Za-z0-9]*)(?:\.([a-z][a-z0-9_]*))?\Z")


def read_changes(reader: Reader, node: YamlNode) -> ChangesSpec | None:
    """Read `{renamed: {…}, dropped: […], filled: {…}}`."""
    pairs = reader.pairs(node, "`changes`", CHANGES)
    if pairs is None:
        return None
    return ChangesSpec(
        span=node.span,
        renamed=_renamed(reader, pairs),
        dropped=_dropped(reader, pairs),
        filled=_filled(reader, pairs),
    )


def _renamed(reader: Reader, pairs: Pairs) -> tuple[RenamedSpec, ...]:
    found = []
    for key, value in _entries(reader, pairs, "renamed"):
        old = _changed(reader, key)
        style = "snake" if old is not None and old.field else "pascal"
        new = reader.name(value, f"the new name of `{key.text[:MAX_NAME]}`", style) if old else None
        if old is not None and new is not None:
            found.append(RenamedSpec(key.span, old, new))
    return tuple(found)


def _dropped(reader: Reader, pairs: Pairs) -> tuple[ChangedName, ...]:
    items = reader.items(pairs["dropped"][1], "`dropped`") if "dropped" in pairs else ()
    scalars = [reader.scalar(item, "each of `dropped`") for item in items]
    found = [_changed(reader, scalar) for scalar in scalars if scalar is not None]
    return tuple(name for name in found if name is not None)


def _filled(reader: Reader, pairs: Pairs) -> tuple[FilledSpec, ...]:
    found = []
    for key, value in _entries(reader, pairs, "filled"):
        target = _changed(reader, key)
        if target is not None and not target.field:
            reader.found.error("E161", "only a field can be filled", key.span, f"write `{target}.field: …`")
            continue
        filling = reader.parse(parse_expression, value, f"what fills `{key.text[:MAX_NAME]}`")
        if target is not None and filling is not None:
            found.append(FilledSpec(key.span, target, filling))
    return tuple(found)


def _entries(reader: Reader, pairs: Pairs, key: str) -> tuple[tuple[Scalar, YamlNode], ...]:
    return reader.entries(pairs[key][1], f"`{key}`") if key in pairs else ()


def _changed(reader: Reader, scalar: Scalar) -> ChangedName | None:
    found = _NAME.match(scalar.text)
    if found is None or len(scalar.text) > 2 * MAX_NAME:
        hint = "write `Entity` or `Entity.field`, as they are spelled in the spec"
        shown = scalar.text[:MAX_NAME]
        reader.found.error("E160", f"{shown!r} names no entity and no field", scalar.span, hint)
        return None
    return ChangedName(scalar.span, found[1], found[2] or "")
