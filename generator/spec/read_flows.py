"""Flows and their effects as written."""

from __future__ import annotations

import re
from collections.abc import Callable

from generator.core.suggest import did_you_mean
from generator.expr.parse import parse_effect, parse_expression, parse_rows_as
from generator.expr.syntax import DeleteForm, Name, Path, RowsAs
from generator.spec import elsewhere
from generator.spec.model import (
    CopySpec,
    CreateSpec,
    EachSpec,
    EffectSpec,
    FlowSpec,
    HttpSpec,
    IfSpec,
    SetSpec,
)
from generator.spec.read_entities import read_conditions, read_expression
from generator.spec.read_fields import read_fields
from generator.spec.reader import Pairs, Reader
from generator.spec.tree import Mapping, Scalar, Sequence, YamlNode

_FLOW = ("entity", "description", "http", "input", "requires", "effects", "ensures", "returns")
_CREATE = ("create", "as", "set")
_COPY = ("from", "copy", "set", "where")
_ARROW = re.compile(r"->|→")
_HTTP = re.compile(r"\s*([A-Za-z]+)\s+(\S+)\s*\Z")


def read_flow(reader: Reader, key: Scalar, node: YamlNode) -> FlowSpec | None:
    """Read `name: {…}`."""
    name = reader.name(key, "a flow's name", "snake")
    pairs = reader.pairs(node, f"the flow `{key.text}`", _FLOW, elsewhere.FLOW)
    if name is None or pairs is None:
        return None
    if "entity" not in pairs and not pairs.odd:
        reader.found.error(
            "E151", f"the flow `{name}` has no `entity`", key.span, "name the entity that it belongs to"
        )
    return FlowSpec(
        span=key.span,
        name=name,
        entity=reader.name(pairs["entity"][1], "`entity`") if "entity" in pairs else None,
        description=reader.prose(pairs["description"][1], "`description`") if "description" in pairs else "",
        http=_http(reader, pairs["http"][1]) if "http" in pairs else None,
        inputs=(read_fields(reader, pairs["input"][1], "`input`") if "input" in pairs else ()) or (),
        requires=read_conditions(reader, pairs, "requires"),
        effects=_effects(reader, pairs, "effects"),
        ensures=read_conditions(reader, pairs, "ensures"),
        returns=_returns(reader, pairs["returns"][1]) if "returns" in pairs else None,
    )


def _returns(reader: Reader, node: YamlNode) -> Name | None:
    scalar = reader.scalar(node, "`returns`", "returns: none")
    if scalar is not None and not scalar.text.isidentifier():
        hint = "a row that has a name in the flow (its own, an input's, `as: name`), or `none`"
        reader.found.error("E127", f"`returns` must be a name, not {scalar.text[:60]!r}", scalar.span, hint)
        return None
    return reader.name(node, "`returns`") if scalar else None


def _http(reader: Reader, node: YamlNode) -> HttpSpec | None:
    scalar = reader.scalar(node, "`http`", "http: POST /things/{id}/close")
    if scalar is None:
        return None
    found = _HTTP.match(scalar.text)
    if not found:
        reader.found.error(
            "E152", "`http` must be a method and a path", scalar.span, "http: POST /things/{id}/close"
        )
        return None
    return HttpSpec(scalar.span, found.group(1), found.group(2), scalar.place(found.start(2), found.end(2)))


# --- effects -----------------------------------------------------------------------


def _effects(reader: Reader, pairs: Pairs, key: str) -> tuple[EffectSpec, ...]:
    if key not in pairs:
        return ()
    node = pairs[key][1]
    items = reader.items(node, f"`{key}`") if isinstance(node, Sequence) else (node,)
    found = [_effect(reader, item) for item in items]
    return tuple(effect for effect in found if effect is not None)


def _effect(reader: Reader, node: YamlNode) -> EffectSpec | None:
    match node:
        case Scalar():
            return reader.parse(parse_effect, node, "an effect")
        case Sequence():
            reader.found.error("E153", "an effect can't be a list", node.span)
            return None
        case Mapping():
            return _mapped(reader, node)


def _mapped(reader: Reader, node: Mapping) -> EffectSpec | None:
    keys = [key.text for key, _ in node.pairs]
    for word, read in _FORMS.items():
        if word in keys:
            return read(reader, node)
    if len(node.pairs) == 1 and isinstance(node.pairs[0][1], Scalar):
        return _unquoted(reader, *node.pairs[0])
    first = node.pairs[0][0] if node.pairs else None
    hint = _hint(keys)
    shown = f": `{first.text[:60]}`" if first else ""
    reader.found.error("E153", f"unknown effect{shown}", first.span if first else node.span, hint)
    return None


def _hint(keys: list[str]) -> str:
    """Return how an effect is written that is called otherwise elsewhere."""
    meant = next((elsewhere.EFFECT[key] for key in keys if key in elsewhere.EFFECT), "")
    known = 'create, each, if, delete, or a string such as "row.state: A -> B" or "row.field = 1"'
    return f"write {meant}" if meant else known


def _unquoted(reader: Reader, key: Scalar, value: YamlNode) -> EffectSpec | None:
    """`- row.state: A -> B` without quotes is a mapping in YAML: take it as the string that was meant."""
    last = value.end if isinstance(value, Scalar) else key.end
    plain = key.style == "" and isinstance(value, Scalar)
    foreign = key.text in elsewhere.EFFECT and not (isinstance(value, Scalar) and _ARROW.search(value.text))
    if plain and not foreign:
        text = key.file.text[key.first : last]
        return reader.parse(
            parse_effect, Scalar(" ".join(text.split("\n")), "", key.file, key.first, last), "an effect"
        )
    reader.found.error(
        "E153",
        f"unknown effect: `{key.text[:60]}`",
        key.span,
        _hint([key.text]) if foreign else "put the whole effect in quotes",
    )
    return None


def _create(reader: Reader, node: Mapping) -> EffectSpec | None:
    pairs = Pairs({key.text: (key, value) for key, value in node.pairs})
    entity = _created(reader, pairs["create"][1])
    copies = [_copy(reader, key, value) for key, value in node.pairs if key.text not in _CREATE]
    if entity is None:
        return None
    return CreateSpec(
        span=node.span,
        entity=entity,
        binding=reader.name(pairs["as"][1], "`as`", "snake") if "as" in pairs else None,
        values=_set(reader, pairs),
        copies=tuple(copy for copy in copies if copy is not None),
    )


def _created(reader: Reader, node: YamlNode) -> Name | None:
    if isinstance(node, Scalar) and (found := re.fullmatch(r"(\w+)\s+as\s+(\w+)|\w+(\.\w+)+", node.text)):
        hint = (
            f"write `create: {found[1]}`, `as: {found[2]}`"
            if found[1]
            else "name the entity; `set` its owner"
        )
        reader.found.error("E127", f"`create` must be a name, not {node.text[:60]!r}", node.span, hint)
        return None
    return reader.name(node, "`create`")


def _set(reader: Reader, pairs: Pairs) -> tuple[SetSpec, ...]:
    if "set" not in pairs:
        return ()
    found = []
    for key, value in reader.entries(pairs["set"][1], "`set`"):
        name = reader.name(key, "a field")
        node = reader.parse(parse_expression, value, f"the value of `{key.text}`")
        if name and node:
            found.append(SetSpec(key.span, name, node))
    return tuple(found)


def _copy(reader: Reader, key: Scalar, node: YamlNode) -> CopySpec | None:
    name = reader.name(key, "a collection of the new row")
    if name and not (isinstance(node, Mapping) and _has_any(node, _COPY)):
        guess = did_you_mean(key.text, _CREATE)
        hint = (
            guess
            if guess.startswith("did you mean")
            else "values go under `set`; owned rows are `items: {from: ROWS, copy: [fields]}`"
        )
        reader.found.error("E121", f"`create` has no key `{name}`", key.span, hint)
        return None
    pairs = reader.pairs(node, f"the rows of `{key.text}`", _COPY)
    if name is None or pairs is None:
        return None
    if "from" not in pairs:
        if not pairs.odd:
            reader.found.error("E154", f"the rows of `{name}` need `from: ROWS`", key.span)
        return None
    source = read_rows(reader, pairs["from"][1], "`from`")
    if source is None:
        return None
    return CopySpec(
        span=key.span,
        collection=name,
        source=source,
        copied=reader.names(pairs["copy"][1], "`copy`") if "copy" in pairs else (),
        values=_set(reader, pairs),
        where=read_expression(reader, pairs, "where"),
    )


def _has_any(node: Mapping, keys: tuple[str, ...]) -> bool:
    return any(found.text in keys for found, _ in node.pairs)


def read_rows(reader: Reader, node: YamlNode, what: str) -> RowsAs | Path | None:
    """Read `ROWS` or `ROWS as name`."""
    if isinstance(node, Scalar) and re.search(r"\sas\s", node.text):
        return reader.parse(parse_rows_as, node, what)
    found = reader.parse(parse_expression, node, what)
    if found is None or isinstance(found, Path):
        return found
    reader.found.error(
        "E155", f"{what} must name rows", node.span, "a collection such as `parent.children`, or an entity"
    )
    return None


def _each(reader: Reader, node: Mapping) -> EffectSpec | None:
    pairs = reader.pairs(node, "`each`", ("each", "as", "where", "do"), elsewhere.EACH)
    rows = _named_rows(reader, pairs) if pairs else None
    if pairs is None or rows is None:
        return None
    if "do" not in pairs and not pairs.odd:
        reader.found.error("E154", "`each` needs `do: [EFFECT, …]`", node.span)
    return EachSpec(node.span, rows, _effects(reader, pairs, "do"), read_expression(reader, pairs, "where"))


def _named_rows(reader: Reader, pairs: Pairs) -> RowsAs | Path | None:
    """Read `each: ROWS as name`, or `each: ROWS` with `as: name` beside it."""
    node = pairs["each"][1]
    if isinstance(node, Scalar) and (found := re.match(r"\s*(\w+)\s+in\s+([\w.]+)\s*\Z", node.text)):
        hint = f"write `each: {found[2]} as {found[1]}`"
        reader.found.error("E155", "`each` must name rows", node.span, hint)
        return None
    rows = read_rows(reader, node, "`each`")
    if "as" not in pairs or rows is None:
        return rows
    name = reader.name(pairs["as"][1], "`as`", "snake")
    if isinstance(rows, RowsAs):
        reader.found.error("E145", "the rows have a name already", pairs["as"][0].span, "leave one out")
        return None
    return RowsAs(rows.span, rows, name) if name else None


def _if(reader: Reader, node: Mapping) -> EffectSpec | None:
    pairs = reader.pairs(node, "`if`", ("if", "then", "else"), elsewhere.BRANCH)
    condition = read_expression(reader, pairs, "if") if pairs else None
    if pairs is None or condition is None:
        return None
    if "then" not in pairs and not pairs.odd:
        reader.found.error("E154", "`if` needs `then: [EFFECT, …]`", node.span)
    return IfSpec(node.span, condition, _effects(reader, pairs, "then"), _effects(reader, pairs, "else"))


def _delete(reader: Reader, node: Mapping) -> EffectSpec | None:
    pairs = reader.pairs(node, "`delete`", ("delete",), elsewhere.DELETE)
    target = reader.parse(parse_expression, pairs["delete"][1], "`delete`") if pairs else None
    if target is None:
        return None
    if isinstance(target, Path):
        return DeleteForm(node.span, target)
    reader.found.error("E155", "`delete` must name a row or a collection", node.span)
    return None


_FORMS: dict[str, Callable[[Reader, Mapping], EffectSpec | None]] = {
    "create": _create,
    "each": _each,
    "if": _if,
    "delete": _delete,
}
