"""Enums and entities as written."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from generator.expr.parse import parse_condition, parse_else, parse_expression
from generator.expr.syntax import ConditionForm, ElseForm, Name, Node
from generator.spec import elsewhere
from generator.spec.model import (
    ConflictSpec,
    EntitySpec,
    EnumSpec,
    FieldSpec,
    ListSpec,
    MoveSpec,
    OperationSpec,
    SortSpec,
    StatesSpec,
    UniqueSpec,
)
from generator.spec.read_fields import read_fields
from generator.spec.reader import MAX_NAME, Pairs, Reader
from generator.spec.tree import Mapping, Scalar, Sequence, YamlNode

_ENTITY = ("description", "plural", "fields", "states", "unique", "rules", "operations", "list")
_UNIQUE = ("fields", "while", "during", "on_conflict", "else")
_LIST = ("filter", "sort", "search", "default_filter", "default_sort")
_CONDITION = ("if", "else", "message")
_OPERATION = ("requires", "path")
OPERATIONS = ("create", "read", "update", "delete", "list")
_ANSWER = re.compile(r"\s*[0-9\"']")
_IN_QUOTES = """EXPR else 422 "message"`, with quotes around it all if it holds `: """
_ACTIONS = {"reject": False, "reuse": False, "add": True, "replace": True}


def read_enum(reader: Reader, key: Scalar, node: YamlNode) -> EnumSpec | None:
    """Read `Name: [VALUE, …]`."""
    name = reader.name(key, "an enum's name", "pascal")
    values = reader.names(node, f"the values of `{key.text}`")
    return EnumSpec(key.span, name, values) if name else None


def read_entity(reader: Reader, key: Scalar, node: YamlNode) -> EntitySpec | None:
    """Read `Name: {…}`."""
    if key.text in _ENTITY:
        hint = "write it further to the right, below its entity's name"
        reader.found.error("E129", f"`{key.text}` is no entity", key.span, hint)
        return None
    name = reader.name(key, "an entity's name", "pascal")
    pairs = reader.pairs(node, f"the entity `{key.text}`", _ENTITY, elsewhere.ENTITY)
    if pairs is None:
        return None
    fields = _fields(reader, key.text, pairs)
    states = _all_states(reader, pairs["states"][1]) if "states" in pairs else ()
    if name is None or fields is None or states is None:
        return None
    return EntitySpec(
        span=key.span,
        name=name,
        description=reader.prose(pairs["description"][1], "`description`") if "description" in pairs else "",
        plural=reader.name(pairs["plural"][1], "`plural`", "snake") if "plural" in pairs else None,
        fields=fields,
        states=states,
        uniques=_uniques(reader, pairs),
        rules=read_conditions(reader, pairs, "rules"),
        operations=_operations(reader, pairs["operations"][1])
        if "operations" in pairs
        else ()
        if pairs.odd
        else None,
        listing=_listing(reader, pairs["list"][1]) if "list" in pairs else None,
    )


def _fields(reader: Reader, entity: str, pairs: Pairs) -> tuple[FieldSpec, ...] | None:
    """Read the fields; one that is refused may be what makes the entity an owner."""
    before = len(reader.found)
    fields = read_fields(reader, pairs["fields"][1], "`fields`") if "fields" in pairs else ()
    if len(reader.found) > before or pairs.odd:
        reader.lose_owner(entity)
    return fields


# --- conditions -----------------------------------------------------------------


def read_conditions(reader: Reader, pairs: Pairs, key: str) -> tuple[ConditionForm, ...]:
    """Read a list of conditions in either form."""
    if key not in pairs:
        return ()
    found = [
        _condition(reader, item, f"a condition of `{key}`")
        for item in reader.items(pairs[key][1], f"`{key}`")
    ]
    return tuple(condition for condition in found if condition is not None)


def _condition(reader: Reader, node: YamlNode, what: str) -> ConditionForm | None:
    if not isinstance(node, Mapping):
        return reader.parse(parse_condition, node, what)
    if not any(key.text in _CONDITION for key, _ in node.pairs):
        reader.scalar(node, what, _IN_QUOTES)
        return None
    pairs = reader.pairs(node, what, _CONDITION)
    if pairs is None or "if" not in pairs:
        hint = 'write `{if: EXPR, else: 422, message: "…"}`'
        reader.found.error("E146", f"{what} needs `if: EXPR`", node.span, hint)
        return None
    expr = reader.parse(parse_expression, pairs["if"][1], "`if`")
    return (
        None
        if expr is None
        else ConditionForm(node.span, expr, _written(pairs["if"][1]), _otherwise(reader, pairs))
    )


def _written(node: YamlNode) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _otherwise(reader: Reader, pairs: Pairs) -> ElseForm | None:
    """Read `else: CODE` with `message: "…"` beside it; the message alone keeps the usual code."""
    message = reader.prose(pairs["message"][1], "`message`") if "message" in pairs else None
    if "else" in pairs:
        form = read_else(reader, pairs["else"][1])
        return form and ElseForm(form.span, form.status, message or form.message)
    return None if message is None else ElseForm(pairs["message"][1].span, None, message)


def read_else(reader: Reader, node: YamlNode) -> ElseForm | None:
    """Read the value of `else`: `CODE`, `CODE "message"`, or a message."""
    if isinstance(node, Scalar) and node.kind == "str" and not _ANSWER.match(node.text):
        return ElseForm(node.span, None, node.text.strip())
    return reader.parse(parse_else, node, "`else`")


def read_expression(reader: Reader, pairs: Pairs, key: str) -> Node | None:
    """Read an expression, if the key is there."""
    return reader.parse(parse_expression, pairs[key][1], f"`{key}`") if key in pairs else None


# --- states ------------------------------------------------------------------------


def _all_states(reader: Reader, node: YamlNode) -> tuple[StatesSpec, ...] | None:
    """Return them all, or None after a message: which states there are is not known then."""
    before, found = len(reader.found), []
    for key, value in reader.entries(node, "`states`"):
        if key.text == "initial":
            hint = "states are listed below the name of their field: status: {initial: A, A: [B]}"
            reader.found.error("E147", "the field of the states is missing", key.span, hint)
            return None
        name = reader.name(key, "a state field's name", "snake")
        states = _states(reader, name, value) if name else None
        if states:
            found.append(states)
    return tuple(found) if len(reader.found) == before else None


def _states(reader: Reader, name: Name, node: YamlNode) -> StatesSpec | None:
    if isinstance(node, Sequence):
        hint = f"write `{name}: {{initial: A, A: [B, C], B: [C]}}`"
        reader.found.error("E122", f"the states of `{name}` must be a mapping, not a list", node.span, hint)
        return None
    entries = reader.entries(node, f"the states of `{name}`")
    initial = next((value for key, value in entries if key.text == "initial"), None)
    if initial is None:
        hint = f"write `{name}: {{initial: A, A: [B, C], B: [C]}}`"
        reader.found.error("E147", f"the states of `{name}` need `initial: STATE`", name.span, hint)
        return None
    start = reader.name(initial, "`initial`")
    moves = [_move(reader, key, value) for key, value in entries if key.text != "initial"]
    return StatesSpec(node.span, name, start, tuple(m for m in moves if m)) if start else None


def _move(reader: Reader, key: Scalar, node: YamlNode) -> MoveSpec | None:
    source = reader.name(key, "a state")
    targets = reader.names(node, f"the states after `{key.text}`")
    return MoveSpec(key.span, source, targets) if source else None


# --- unique ------------------------------------------------------------------------


def _uniques(reader: Reader, pairs: Pairs) -> tuple[UniqueSpec, ...]:
    if "unique" not in pairs:
        return ()
    node = pairs["unique"][1]
    if isinstance(node, Sequence) and len(words := _words(node)) > 1:
        hint = f"together: [[{', '.join(words)}]]; each alone: [{', '.join(f'[{word}]' for word in words)}]"
        reader.found.error("E122", "each unique is a list of fields", node.items[0].span, hint)
        return ()
    items = reader.items(node, "`unique`")
    found = [reader.sound(partial(_unique, reader, item)) for item in items]
    return tuple(unique for unique in found if unique is not None)


def _words(node: Sequence) -> list[str]:
    """Return the items of a list that holds nothing but names."""
    words = [item.text for item in node.items if isinstance(item, Scalar) and item.text.isidentifier()]
    return words if len(words) == len(node.items) else []


def _unique(reader: Reader, node: YamlNode) -> UniqueSpec | None:
    if isinstance(node, Sequence):
        return UniqueSpec(node.span, reader.names(node, "a unique's fields"))
    if isinstance(node, Scalar) and node.kind != "null":
        hint = f"a unique is a list of fields: [{node.text[:MAX_NAME]}]"
        reader.found.error("E122", "a unique must be a list or a mapping, not text", node.span, hint)
        return None
    pairs = reader.pairs(node, "a unique", _UNIQUE, elsewhere.UNIQUE)
    if pairs is None:
        return None
    if "fields" not in pairs:
        if not pairs.odd:
            reader.found.error("E148", "a unique needs `fields: [a, b]`", node.span)
        return None
    return UniqueSpec(
        span=node.span,
        fields=reader.names(pairs["fields"][1], "`fields`"),
        only=read_expression(reader, pairs, "while"),
        during=_during(reader, pairs),
        conflict=_conflict(reader, pairs["on_conflict"][1]) if "on_conflict" in pairs else None,
        otherwise=read_else(reader, pairs["else"][1]) if "else" in pairs else None,
    )


def _during(reader: Reader, pairs: Pairs) -> tuple[Name, ...]:
    if "during" not in pairs:
        return ()
    names = reader.names(pairs["during"][1], "`during`")
    if len(names) != 2:
        reader.found.error(
            "E149", "`during` takes two fields", pairs["during"][1].span, "during: [starts_at, ends_at]"
        )
        return ()
    return names


def _conflict(reader: Reader, node: YamlNode) -> ConflictSpec | None:
    scalar = reader.scalar(node, "`on_conflict`", "on_conflict: add FIELD")
    if scalar is None:
        return None
    action, _, rest = scalar.text.partition(" ")
    words = [word.strip() for word in rest.split(",")] if rest.strip() else []
    if action not in _ACTIONS or bool(words) != _ACTIONS[action]:
        hint = "reject, reuse, add FIELD or replace FIELD; its answer stands under `else: '409 \"message\"'`"
        reader.found.error("E150", f"`on_conflict` can't be `{scalar.text[:60]}`", scalar.span, hint)
        return None
    return ConflictSpec(scalar.span, _any(action), _targets(scalar, words))


def _targets(scalar: Scalar, words: list[str]) -> tuple[Name, ...]:
    found = []
    at = scalar.text.find(" ")
    for word in words:
        at = scalar.text.find(word, at)
        found.append(Name(scalar.place(at, at + len(word)), word))
        at += len(word)
    return tuple(found)


# --- operations, list ----------------------------------------------------------------


def _operations(reader: Reader, node: YamlNode) -> tuple[OperationSpec, ...]:
    if isinstance(node, Mapping):
        found = [_operation(reader, key, value) for key, value in node.pairs]
        return tuple(operation for operation in found if operation is not None)
    return tuple(OperationSpec(name.span, name) for name in reader.names(node, "`operations`"))


def _operation(reader: Reader, key: Scalar, node: YamlNode) -> OperationSpec | None:
    name = reader.name(key, "an operation")
    if name is None:
        return None
    if isinstance(node, Scalar) and node.kind == "null":
        return OperationSpec(key.span, name)
    form = f"{key.text}: {{requires: [CONDITION]}}"
    pairs = reader.pairs(node, f"the operation `{key.text}`", _OPERATION, elsewhere.OPERATION, form)
    if pairs is None:
        return None
    path = reader.text(pairs["path"][1], "`path`") if "path" in pairs else None
    return OperationSpec(key.span, name, read_conditions(reader, pairs, "requires"), path)


def _listing(reader: Reader, node: YamlNode) -> ListSpec | None:
    if isinstance(node, Sequence):
        hint = "list: {filter: [a], sort: [b], search: [c]}"
        reader.found.error("E122", "`list` must be a mapping, not a list", node.span, hint)
        return None
    pairs = reader.pairs(node, "`list`", _LIST, elsewhere.LIST)
    if pairs is None:
        return None
    return ListSpec(
        span=node.span,
        filters=_names_at(reader, pairs, "filter"),
        sorts=_names_at(reader, pairs, "sort"),
        search=_names_at(reader, pairs, "search"),
        default_filter=read_expression(reader, pairs, "default_filter"),
        default_sort=_sorts(reader, pairs["default_sort"][1]) if "default_sort" in pairs else (),
    )


def _names_at(reader: Reader, pairs: Pairs, key: str) -> tuple[Name, ...]:
    return reader.names(pairs[key][1], f"`{key}`") if key in pairs else ()


def _sorts(reader: Reader, node: YamlNode) -> tuple[SortSpec, ...]:
    found = []
    items = (node,) if isinstance(node, Scalar) else reader.items(node, "`default_sort`")
    for item in items:
        scalar = reader.scalar(item, "each of `default_sort`")
        if scalar is None:
            continue
        descending = scalar.text.startswith("-")
        word = scalar.text.removeprefix("-")
        place = scalar.place(len(scalar.text) - len(word), len(scalar.text))
        found.append(SortSpec(scalar.span, Name(place, word), descending))
    return tuple(found)


def _any(value: str) -> Any:
    """Hand a checked word to a field whose type lists the possible words."""
    return value
