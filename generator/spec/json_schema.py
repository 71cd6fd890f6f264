"""The JSON Schema that editors use for completion; what it lets through, the compiler checks for real.

`python -m generator.spec.json_schema` prints it; schema/appgen.schema.json is that output.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from generator.spec.load import SETTINGS
from generator.spec.model import SCALARS
from generator.spec.reader import MAX_NAME

Schema = dict[str, Any]

_NAME = r"^[A-Za-z_][A-Za-z0-9_]*$"
_SNAKE = r"^[a-z][a-z0-9_]*$"
_PASCAL = r"^[A-Z][A-Za-z0-9]*$"
_SHORT_TYPE = r"[^A-Za-z0-9_]"  # parentheses, an arrow, brackets
_CHANGED = r"^[A-Z][A-Za-z0-9]*(\.[a-z][a-z0-9_]*)?$"


def editor_schema() -> Schema:
    """Return the schema of a spec file, main or included."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "appgen application spec",
        "description": "A declarative description of a backend; see docs/language.md.",
        **_object(
            {
                "app": _described("The name of the application", _text(r"^[a-z][a-z0-9-]*$")),
                "description": _text(),
                "enums": _named(_PASCAL, _list(_ref("name"))),
                "entities": _named(_PASCAL, _ref("entity")),
                "flows": _named(_SNAKE, _ref("flow")),
                "settings": _object({k: _between(*bounds) for k, bounds in SETTINGS.items()}),
                "changes": _described("What becomes of rows that are there already", _changes()),
                "include": _described("Files and folders that hold more of the spec", _list(_text())),
            }
        ),
        "$defs": _definitions(),
    }


def _definitions() -> Schema:
    return {
        "name": {"type": "string", "pattern": _NAME, "maxLength": MAX_NAME},
        "expression": {
            "type": ["string", "number", "boolean", "null"],
            "description": "An expression of the language",
        },
        "condition": _condition(),
        "field": {
            "anyOf": [_described("TYPE[?] BOUND* MODIFIER* [= EXPR | := EXPR]", _text()), _long_field()]
        },
        "states": _states(),
        "unique": {"anyOf": [_list(_ref("name")), _unique()]},
        "operations": _operations(),
        "list": _listing(),
        "effect": _effect(),
        "entity": _entity(),
        "flow": _flow(),
    }


# --- pieces --------------------------------------------------------------------------


def _object(properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": list(required)} if required else found


def _named(pattern: str, values: Schema) -> Schema:
    names = {"pattern": pattern, "maxLength": MAX_NAME}
    return {"type": ["object", "null"], "propertyNames": names, "additionalProperties": values}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _text(pattern: str = "") -> Schema:
    return {"type": "string", "pattern": pattern} if pattern else {"type": "string"}


def _described(description: str, schema: Schema) -> Schema:
    return {**schema, "description": description}


def _between(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def _changes() -> Schema:
    names = {"pattern": _CHANGED}
    renamed = {"type": "object", "propertyNames": names, "additionalProperties": _ref("name")}
    filled = {"type": "object", "propertyNames": names, "additionalProperties": _ref("expression")}
    return _object({"renamed": renamed, "dropped": _list(_text(_CHANGED)), "filled": filled})


# --- entities ------------------------------------------------------------------------


def _condition() -> Schema:
    long = _object({"if": _ref("expression"), "else": _answer(), "message": _text()}, ("if",))
    short = _described('EXPR [else [CODE] ["message"]]', {"type": ["string", "boolean"]})
    return {"anyOf": [short, long]}


def _answer() -> Schema:
    code = _between(400, 499)
    return _described('CODE, CODE "message", or a message', {"anyOf": [code, _text()]})


def _long_field() -> Schema:
    flag = {"type": "boolean"}
    number = {"type": ["number", "string"]}
    types = [*SCALARS, "enum", "reference", "list"]
    return _object(
        {
            "type": _described(
                "A type, the name of an enum, or TYPE as in the short form",
                {"anyOf": [{"enum": types}, _text(_PASCAL), _text(_SHORT_TYPE)]},
            ),
            "target": _described("The entity that a reference goes to", _text(_PASCAL)),
            "items": _described("The entity of a list's rows", _text(_PASCAL)),
            "values": _list(_ref("name")),
            "precision": _between(1, 38),
            "scale": _between(0, 38),
            **dict.fromkeys(("nullable", "unique", "server", "touched", "immutable", "owned"), flag),
            **dict.fromkeys(("gt", "ge", "lt", "le"), number),
            **{key: _between(0, 1_000_000) for key in ("min_length", "max_length")},
            "pattern": _text(),
            **{key: _ref("expression") for key in ("default", "snapshot", "derived")},
            "counter": {"anyOf": [_text(_SNAKE), {"const": True}]},
            "description": _text(),
        },
        ("type",),
    )


def _states() -> Schema:
    return {
        "type": "object",
        "properties": {"initial": _ref("name")},
        "required": ["initial"],
        "additionalProperties": _list(_ref("name")),
    }


def _unique() -> Schema:
    return _object(
        {
            "fields": _list(_ref("name")),
            "while": _ref("expression"),
            "during": {**_list(_ref("name")), "minItems": 2, "maxItems": 2},
            "on_conflict": _text(r"^(reject|reuse|(add|replace) .+)$"),
            "else": _answer(),
        },
        ("fields",),
    )


def _operations() -> Schema:
    names = {"enum": ["create", "read", "update", "delete", "list"]}
    options = _object({"requires": _list(_ref("condition")), "path": _text("^/")})
    mapping = {
        "type": "object",
        "propertyNames": names,
        "additionalProperties": {"anyOf": [options, {"type": "null"}]},
    }
    return {"anyOf": [_list(names), mapping]}


def _listing() -> Schema:
    names = {key: _list(_ref("name")) for key in ("filter", "sort", "search")}
    key = _text(r"^-?[a-z][a-z0-9_]*$")
    order = {"anyOf": [_list(key), key]}
    return _object({**names, "default_filter": _ref("expression"), "default_sort": order})


def _entity() -> Schema:
    return _object(
        {
            "description": _text(),
            "plural": _text(_SNAKE),
            "fields": _named(_SNAKE, _ref("field")),
            "states": _named(_SNAKE, _ref("states")),
            "unique": _list(_ref("unique")),
            "rules": _list(_ref("condition")),
            "operations": _ref("operations"),
            "list": _ref("list"),
        }
    )


# --- flows ----------------------------------------------------------------------------


def _effect() -> Schema:
    effects = {"anyOf": [_list(_ref("effect")), _ref("effect")]}
    values = {"type": "object", "additionalProperties": _ref("expression")}
    rows = _object(
        {"from": _text(), "copy": _list(_ref("name")), "set": values, "where": _ref("expression")}, ("from",)
    )
    create = {
        "type": "object",
        "properties": {"create": _text(_PASCAL), "as": _text(_SNAKE), "set": values},
        "required": ["create"],
        "additionalProperties": rows,
    }
    move = {"type": "object", "maxProperties": 1, "additionalProperties": _text(r"(->|→)")}
    return {
        "anyOf": [
            _described('"row.state: A -> B", "row.field = EXPR", "delete row"', _text()),
            create,
            _object(
                {"each": _text(), "as": _text(_SNAKE), "where": _ref("expression"), "do": effects},
                ("each", "do"),
            ),
            _object({"if": _ref("expression"), "then": effects, "else": effects}, ("if", "then")),
            _object({"delete": _text()}, ("delete",)),
            move,
        ]
    }


def _flow() -> Schema:
    return _object(
        {
            "entity": _text(_PASCAL),
            "description": _text(),
            "http": _text(r"^\s*(POST|PUT|PATCH|DELETE)\s+/\S*\s*$"),
            "input": _named(_SNAKE, _ref("field")),
            "requires": _list(_ref("condition")),
            "effects": {"anyOf": [_list(_ref("effect")), _ref("effect")]},
            "ensures": _list(_ref("condition")),
            "returns": _text(_NAME),
        },
        ("entity",),
    )


def main() -> None:
    """Print the schema."""
    sys.stdout.write(json.dumps(editor_schema(), indent=2) + "\n")


if __name__ == "__main__":
    main()
