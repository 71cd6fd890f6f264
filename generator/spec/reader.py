"""What every part of the reading shares: taking YAML nodes apart, with a message for each misfit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as SaysMapping
from decimal import Decimal
from types import MappingProxyType
from typing import TypeVar, cast

from generator.core.diagnostics import Diagnostics
from generator.core.names import snake
from generator.core.suggest import did_you_mean
from generator.expr.parse import ParseError, parse_expression
from generator.expr.syntax import Name, Number, Text
from generator.spec.phrases import Parser, parse_scalar
from generator.spec.tree import Mapping, Scalar, Sequence, YamlNode

MAX_NAME = 63  # PostgreSQL's identifiers

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_PASCAL = re.compile(r"[A-Z][A-Za-z0-9]*\Z")
_SNAKE = re.compile(r"[a-z][a-z0-9_]*\Z")

_MAX_NUMBER = 40  # characters
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")

_QUOTED = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""")

T = TypeVar("T")

_CUT_OFF = "inside { } and [ ] a comma ends the item: put quotes around the whole text"


def _is_cut_off(key: Scalar, value: YamlNode) -> bool:
    """Whether a key without a value is rather the rest of the text before it, such as `{a: f b, c}`."""
    return isinstance(value, Scalar) and value.kind == "null" and not value.text and value.first == key.end


class Pairs(dict[str, tuple[Scalar, YamlNode]]):
    """The entries of a mapping by key; `odd` when a key was refused, which may be what another one lacks."""

    odd = False


class Reader:
    """Collects diagnostics while a file is read; every `take` returns None after a message."""

    def __init__(self, found: Diagnostics) -> None:
        self.found = found

    def pairs(
        self,
        node: YamlNode,
        what: str,
        known: Iterable[str],
        elsewhere: SaysMapping[str, str] = MappingProxyType({}),
        form: str = "",
    ) -> Pairs | None:
        """Return the entries of a mapping with a fixed set of keys.

        `elsewhere` are hints for other keys, `form` is how the mapping is written.
        """
        if not isinstance(node, Mapping):
            hint = f"write `{form}`" if form else ""
            self.found.error("E122", f"{what} must be a mapping, not {describe(node)}", node.span, hint)
            return None
        allowed = tuple(known)
        found = Pairs({key.text: (key, value) for key, value in node.pairs if key.text in allowed})
        for key, value in node.pairs:
            if key.text not in allowed:
                found.odd = True
                self._lose_keys(node, key)
                hint = elsewhere.get(key.text) or did_you_mean(key.text, allowed)
                if _is_cut_off(key, value):
                    hint = _CUT_OFF
                self.found.error("E121", f"{what} has no key `{key.text}`", key.span, hint)
        return found

    def _lose_keys(self, node: Mapping, refused: Scalar) -> None:
        """Forgive the names that stand below a key that is refused."""
        for key, value in node.pairs:
            if key is refused and isinstance(value, Mapping):
                for inner, _ in value.pairs:
                    self.lose(inner.text)

    def lose(self, name: str) -> None:
        """Forgive uses of a name whose declaration was refused, also as the name of an owner."""
        self.found.lose(name)
        self.lose_owner(name)

    def lose_owner(self, entity: str) -> None:
        """Forgive uses of an entity as the owner of others."""
        self.found.lose(snake(entity))

    def sound(self, take: Callable[[], T | None], name: str = "") -> T | None:
        """Return what was read without a message; else nothing, and uses of the name are forgiven."""
        before = len(self.found)
        taken = take()
        if len(self.found) == before and taken is not None:
            return taken
        if name:
            self.lose(name)
        return None

    def entries(self, node: YamlNode, what: str) -> tuple[tuple[Scalar, YamlNode], ...]:
        """Return the entries of a mapping whose keys the spec chooses; nothing (`~`) is an empty one."""
        if isinstance(node, Mapping):
            return node.pairs
        if not (isinstance(node, Scalar) and node.kind == "null"):
            hint = "write `name: …` in each line, without the `-`" if isinstance(node, Sequence) else ""
            self.found.error("E122", f"{what} must be a mapping, not {describe(node)}", node.span, hint)
        return ()

    def items(self, node: YamlNode, what: str) -> tuple[YamlNode, ...]:
        """Return the items of a list; nothing (`~`) is an empty one."""
        if isinstance(node, Sequence):
            return tuple(self._unsplit(node.items))
        if not (isinstance(node, Scalar) and node.kind == "null"):
            hint = "put it in [ ], or `- ` before each" if isinstance(node, Mapping | Scalar) else ""
            self.found.error("E123", f"{what} must be a list, not {describe(node)}", node.span, hint)
        return ()

    def _unsplit(self, items: tuple[YamlNode, ...]) -> Iterator[YamlNode]:
        """Yield the items, but those into which YAML cut one text at the commas of its parentheses."""
        first: Scalar | None = None
        for item in items:
            if first is None and is_open(item) and cut_at_comma(item) and isinstance(item, Scalar):
                first = item
                hint = "inside [ ] a comma ends the item: put quotes around the whole text"
                what = "a parenthesis" if parentheses(item) > 0 else "a quoted text"
                self.found.error("E141", f"{what} is not closed", item.span, hint)
            elif first is None:
                yield item
            elif not isinstance(item, Scalar) or not is_open(_joined(first, item)):
                first = None

    def scalar(self, node: YamlNode, what: str, form: str = "") -> Scalar | None:
        """Return a node that is text, a number or a boolean, not empty; `form` is how it is written."""
        if not isinstance(node, Scalar) or node.kind == "null":
            hint = f"write `{form}`" if form else split_hint(node)
            self.found.error("E124", f"{what} must be text, not {describe(node)}", node.span, hint)
            return None
        return node

    def prose(self, node: YamlNode, what: str) -> str:
        """Return free text."""
        found = self.scalar(node, what)
        return found.text.strip() if found else ""

    def boolean(self, node: YamlNode, what: str) -> bool:
        """Return `true` or `false`; anything else is refused and counts as false."""
        if isinstance(node, Scalar) and node.kind == "bool":
            return node.text == "true"
        self.found.error("E125", f"{what} must be true or false, not {describe(node)}", node.span)
        return False

    def integer(self, node: YamlNode, what: str) -> int | None:
        """Return a whole number of reasonable size."""
        if isinstance(node, Scalar) and node.kind == "int" and len(node.text) <= 12:
            return whole(node.text)
        self.found.error("E126", f"{what} must be a whole number, not {describe(node)}", node.span)
        return None

    def name(self, node: YamlNode, what: str, style: str = "") -> Name | None:
        """Return an identifier; `style` "pascal" or "snake" asks for that spelling."""
        found = self.scalar(node, what)
        if found is None or not self._is_name(found, what):
            return None
        if style and not (_PASCAL if style == "pascal" else _SNAKE).match(found.text):
            self._refuse_style(found, what, style)
            return None
        return Name(found.span, found.text)

    def names(self, node: YamlNode, what: str) -> tuple[Name, ...]:
        """Return a list of identifiers."""
        found = [self.name(item, f"each of {what}") for item in self.items(node, what)]
        return tuple(name for name in found if name is not None)

    def parse(self, parser: Parser[T], node: YamlNode, what: str) -> T | None:
        """Return what a parser of the expression language makes of a scalar."""
        found = node if isinstance(node, Scalar) and node.text else self.scalar(node, what)
        if found is None:
            return None
        number = plain_number(found) if parser is parse_expression else None
        try:
            return parse_scalar(parser, found) if number is None else cast("T", Number(found.span, number))
        except ParseError as error:
            hint = error.hint or comment_hint(found)
            if not hint and parser is parse_expression:
                hint = quote_hint(found)
            self.found.error(error.code, error.message, error.span, hint)
            return None

    def text(self, node: YamlNode, what: str) -> Text | None:
        """Return free text with its place."""
        found = self.scalar(node, what)
        return Text(found.span, found.text) if found else None

    def _is_name(self, found: Scalar, what: str) -> bool:
        if not _IDENTIFIER.match(found.text):
            shown = repr(found.text) if len(found.text) <= MAX_NAME else repr(found.text[:MAX_NAME]) + "…"
            hint = "a name holds the letters a-z, A-Z, digits and _, and does not begin with a digit"
            if found.text.endswith((")", "]", '"')):
                hint = _CUT_OFF
            elif found.text.startswith("-") and _IDENTIFIER.match(found.text[1:]):
                hint = "a request chooses the order, `?sort=-name`; `default_sort` takes `-name`"
            self.found.error("E127", f"{what} must be a name, not {shown}", found.span, hint)
            return False
        if len(found.text) > MAX_NAME:
            self.found.error("E128", f"{what} is longer than {MAX_NAME} characters", found.span)
            return False
        return True

    def _refuse_style(self, found: Scalar, what: str, style: str) -> None:
        words = snake(found.text)
        better = "".join(w.capitalize() for w in words.split("_")) if style == "pascal" else words
        label = "PascalCase" if style == "pascal" else "snake_case"
        hint = f"write `{better}`" if better and better != found.text else ""
        self.found.error("E129", f"{what} must be in {label}: {found.text}", found.span, hint)


def describe(node: YamlNode) -> str:
    """Say what a node is, for messages."""
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar():
            return {"null": "nothing", "bool": "a boolean", "str": "text"}.get(node.kind, "a number")


def whole(text: str) -> int:
    """Return the whole number that YAML 1.2 reads in a text."""
    return int(text, 0) if text[:2] in {"0x", "0o"} else int(text)


def plain_number(scalar: Scalar) -> str | None:
    """Return a number that only YAML reads (`0o17`, `+5`, `1e3`) as the language writes it, else None."""
    if scalar.style or len(scalar.text) > _MAX_NUMBER or _NUMBER.match(scalar.text):
        return None
    if scalar.kind == "int":
        return str(whole(scalar.text))
    if scalar.kind != "float" or not scalar.text[-1].isdigit():
        return None
    value = Decimal(scalar.text)
    return format(value, "f") if abs(value.adjusted()) <= _MAX_NUMBER else None


def parentheses(node: YamlNode) -> int:
    """Return how many parentheses a plain text leaves open, less those that it closes for others."""
    if not isinstance(node, Scalar) or node.style:
        return 0
    bare = _QUOTED.sub("", node.text)
    return bare.count("(") - bare.count(")")


def is_open(node: YamlNode) -> bool:
    """Whether a plain text leaves a parenthesis or a quotation open."""
    if not isinstance(node, Scalar) or node.style:
        return False
    return parentheses(node) > 0 or '"' in _QUOTED.sub("", node.text)


def _joined(first: Scalar, last: Scalar) -> Scalar:
    return Scalar(first.file.text[first.first : last.end], "", first.file, first.first, last.end)


def cut_at_comma(node: YamlNode) -> bool:
    """Whether a plain text ends where YAML saw a comma."""
    return isinstance(node, Scalar) and node.file.text[node.end :].lstrip().startswith(",")


def comment_hint(node: Scalar) -> str:
    """Explain a plain scalar that YAML cut at a comment."""
    behind = node.file.text[node.end : node.end + 40].split("\n")[0]
    if not node.style and behind.lstrip().startswith("#") and node.text.count('"') % 2:
        return "a # after a blank begins a comment: put the whole text in single quotes"
    return ""


def quote_hint(node: Scalar) -> str:
    """Explain a text whose quotes were YAML's."""
    if (
        node.style in ("'", '"')
        and " " in node.text.strip()
        and len(node.text) <= 40
        and '"' not in node.text
    ):
        return f"a text has quotes of its own: '\"{node.text}\"'"
    return ""


def split_hint(node: YamlNode) -> str:
    """Explain text that YAML took for something else."""
    match node:
        case Mapping():
            return "text that holds `: ` needs quotes around it"
        case Sequence():
            return "text that begins with [ needs quotes around it"
        case Scalar():
            return ""
