"""Fields and inputs: the short form and the long form, both to FieldSpec."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from generator.expr.parse import parse_expression, parse_field, parse_type
from generator.expr.syntax import Bound, Counter, FieldForm, Modifier, Name, Node, Number, Text, TypeForm
from generator.spec import elsewhere
from generator.spec.model import FieldSpec, LimitSpec, TypeSpec
from generator.spec.reader import Pairs, Reader, cut_at_comma, parentheses
from generator.spec.tree import Mapping, Scalar, YamlNode

_BOUNDS: dict[str, Any] = {">": "gt", ">=": "ge", "<": "lt", "<=": "le", "matches": "pattern"}
_MODIFIERS = ("unique", "server", "touched", "immutable", "owned")
_SHORT_TYPE = re.compile(r"[^\w]")
_OF_TYPES = ("target", "items", "values", "precision", "scale")
_COMPARED = ("gt", "ge", "lt", "le")
_LENGTHS = ("min_length", "max_length")
_LONG = (
    *(
        "type",
        "target",
        "items",
        "values",
        "precision",
        "scale",
        "nullable",
        "default",
        "snapshot",
        "derived",
    ),
    *("counter", "pattern", "description"),
    *(_MODIFIERS + _COMPARED + _LENGTHS),
)


def read_fields(reader: Reader, node: YamlNode, what: str) -> tuple[FieldSpec, ...] | None:
    """Read `name: FIELD` pairs; None if which names there are can't be known."""
    before, found = len(reader.found), []
    entries = _joined(reader.entries(node, what))
    if len(reader.found) > before:
        return None
    for key, value in entries:
        field = reader.sound(partial(_field, reader, key, value), key.text)
        if field:
            found.append(field)
    return tuple(found)


def _field(reader: Reader, key: Scalar, value: YamlNode) -> FieldSpec | None:
    name = reader.name(key, "a field's name", "snake")
    return read_field(reader, name, value) if name else None


def _joined(entries: tuple[tuple[Scalar, YamlNode], ...]) -> list[tuple[Scalar, YamlNode]]:
    """Undo what YAML does to `{x: decimal(10,2)}`: a comma inside parentheses ends no entry."""
    found: list[tuple[Scalar, YamlNode]] = []
    for key, value in entries:
        last = found[-1][1] if found else None
        if isinstance(last, Scalar) and _is_split(last) and isinstance(value, Scalar) and not value.text:
            text = last.file.text[last.first : key.end]
            whole = Scalar(" ".join(text.split("\n")), "", last.file, last.first, key.end)
            found[-1] = (found[-1][0], whole)
        else:
            found.append((key, value))
    return found


def read_field(reader: Reader, name: Name, node: YamlNode) -> FieldSpec | None:
    """Read one field in either form."""
    if isinstance(node, Mapping):
        return _long(reader, name, node)
    if _is_split(node):
        hint = "inside { } text that holds a comma needs quotes around it" if cut_at_comma(node) else ""
        reader.found.error("E141", "a parenthesis is not closed", node.span, hint)
        return None
    form = reader.parse(parse_field, node, f"the field `{name}`")
    return None if form is None else _expanded(reader, name, form)


def _is_split(node: YamlNode) -> bool:
    """Whether YAML cut a type in two: `{x: decimal(10,2)}` is a mapping of two keys."""
    return parentheses(node) > 0


def _expanded(reader: Reader, name: Name, form: FieldForm) -> FieldSpec:
    return FieldSpec(
        span=form.span,
        name=name,
        type=_type(form.type),
        nullable=form.type.nullable,
        limits=(*_sizes(form.type), *(_limit(bound) for bound in form.bounds)),
        modifiers=tuple(m for m in form.modifiers if m.name != "snapshot"),
        default=form.default,
        snapshot=_snapshot(reader, form),
        derived=form.derived,
        counter=form.counter,
    )


def _snapshot(reader: Reader, form: FieldForm) -> Node | None:
    marked = next((m for m in form.modifiers if m.name == "snapshot"), None)
    if marked and form.snapshot is None:
        reader.found.error("E142", "a snapshot needs a value", marked.span, "write `= EXPR snapshot`")
    return form.snapshot


def _type(form: TypeForm) -> TypeSpec:
    if form.name == "decimal" and len(form.args) == 2:
        return TypeSpec(form.span, form.name, form.of, *form.args, form.values)
    left = () if _size_kinds(form) else tuple(arg for arg in form.args if arg is not None)
    return TypeSpec(form.span, form.name, form.of, values=form.values, args=left)


def _limit(bound: Bound) -> LimitSpec:
    return LimitSpec(bound.span, _BOUNDS[bound.op], bound.value)


def _size_kinds(form: TypeForm) -> tuple[str, ...]:
    """Return the bounds that the numbers behind a type are."""
    match form.name:
        case "string" | "text" if form.args:
            return ("min_length", "max_length")[-len(form.args) :]
        case "int" | "float" if len(form.args) == 2:
            return ("ge", "le")
        case _:
            return ()


def _sizes(form: TypeForm) -> tuple[LimitSpec, ...]:
    pairs = zip(_size_kinds(form), form.args, strict=False)
    return tuple(LimitSpec(value.span, _any(kind), value) for kind, value in pairs if value is not None)


def _long(reader: Reader, name: Name, node: Mapping) -> FieldSpec | None:
    whole = Mapping(tuple(_joined(node.pairs)), node.span)
    pairs = reader.pairs(whole, f"the field `{name}`", _LONG, elsewhere.FIELD)
    if pairs is None:
        return None
    if "type" not in pairs:
        if not pairs.odd:
            reader.found.error("E144", f"the field `{name}` has no type", name.span, "add `type: …`")
        return None
    form = _short_type(reader, pairs["type"][1])
    kind = _type(form) if form else _long_type(reader, pairs)
    if kind is None or (form and not _says_once(reader, pairs)):
        return None
    return FieldSpec(
        span=node.span,
        name=name,
        type=kind,
        nullable=_flag(reader, pairs, "nullable") or (form is not None and form.nullable),
        limits=(*(_sizes(form) if form else ()), *_long_limits(reader, pairs)),
        modifiers=_long_modifiers(reader, pairs),
        default=_expression(reader, pairs, "default"),
        snapshot=_expression(reader, pairs, "snapshot"),
        derived=_expression(reader, pairs, "derived"),
        counter=_counter(reader, pairs),
        description=reader.prose(pairs["description"][1], "`description`") if "description" in pairs else "",
    )


def _short_type(reader: Reader, node: YamlNode) -> TypeForm | None:
    """Read a type as the short form writes it (`string(1..20)?`, `-> Entity`); None for a word alone."""
    if not isinstance(node, Scalar) or not _SHORT_TYPE.search(node.text):
        return None
    return reader.parse(parse_type, node, "`type`")


def _says_once(reader: Reader, pairs: Pairs) -> bool:
    """Refuse keys that say again what a type in its short form says."""
    again = [pairs[key][0] for key in _OF_TYPES if key in pairs]
    for key in again:
        reader.found.error("E145", f"`{key.text}` is part of the `type` already", key.span, "leave one out")
    return not again


def _flag(reader: Reader, pairs: Pairs, key: str) -> bool:
    return key in pairs and reader.boolean(pairs[key][1], f"`{key}`")


def _expression(reader: Reader, pairs: Pairs, key: str) -> Node | None:
    return reader.parse(parse_expression, pairs[key][1], f"`{key}`") if key in pairs else None


def _long_type(reader: Reader, pairs: Pairs) -> TypeSpec | None:
    node = pairs["type"][1]
    if isinstance(node, Scalar) and _SHORT_TYPE.search(node.text):
        return None  # refused as a short form
    word = reader.name(node, "`type`")
    if word is None:
        return None
    target = {"reference": "target", "list": "items"}.get(word.text)
    for key, owner in (
        ("target", "reference"),
        ("items", "list"),
        ("values", "enum"),
        ("precision", "decimal"),
        ("scale", "decimal"),
    ):
        if key in pairs and word.text != owner:
            reader.found.error("E145", f"`{key}` belongs to `type: {owner}`", pairs[key][0].span)
        if key not in pairs and word.text == owner:
            reader.found.error("E144", f"`type: {owner}` needs `{key}`", word.span)
            return None
    return TypeSpec(
        span=word.span,
        name=word.text,
        of=reader.name(pairs[target][1], f"`{target}`") if target else None,
        precision=_number(reader, pairs, "precision"),
        scale=_number(reader, pairs, "scale"),
        values=reader.names(pairs["values"][1], "`values`") if word.text == "enum" else (),
    )


def _number(reader: Reader, pairs: Pairs, key: str) -> Number | None:
    if key not in pairs:
        return None
    value = reader.integer(pairs[key][1], f"`{key}`")
    return None if value is None else Number(pairs[key][1].span, str(value))


def _long_limits(reader: Reader, pairs: Pairs) -> tuple[LimitSpec, ...]:
    found = []
    for kind in (*_LENGTHS, *_COMPARED, "pattern"):
        if kind not in pairs:
            continue
        node = pairs[kind][1]
        value = _number(reader, pairs, kind) if kind in _LENGTHS else _bound(reader, node, kind)
        if value is not None:
            found.append(LimitSpec(pairs[kind][0].span, _any(kind), value))
    return tuple(found)


def _bound(reader: Reader, node: YamlNode, kind: str) -> Number | Text | None:
    scalar = reader.scalar(node, f"`{kind}`")
    if scalar is None:
        return None
    if kind == "pattern" or scalar.kind == "str":
        return Text(scalar.span, scalar.text)
    found = reader.parse(parse_expression, scalar, f"`{kind}`")
    if found is None or isinstance(found, Number):
        return found
    reader.found.error("E126", f"`{kind}` must be a number", scalar.span)
    return None


def _long_modifiers(reader: Reader, pairs: Pairs) -> tuple[Modifier, ...]:
    return tuple(Modifier(pairs[key][0].span, _any(key)) for key in _MODIFIERS if _flag(reader, pairs, key))


def _counter(reader: Reader, pairs: Pairs) -> Counter | None:
    """`counter: field`; `counter: true` counts over the whole entity."""
    if "counter" not in pairs:
        return None
    key, node = pairs["counter"]
    if isinstance(node, Scalar) and node.kind == "bool" and node.text == "true":
        return Counter(key.span, None)
    per = reader.name(node, "`counter`")
    return None if per is None else Counter(node.span, per)


def _any(value: str) -> Any:
    """Hand a checked word to a field whose type lists the possible words."""
    return value
