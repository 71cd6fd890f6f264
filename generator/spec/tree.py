"""YAML 1.2 as a tree of plain nodes with spans; everything a spec must not hold is refused here.

Built from parser events, not from PyYAML's nodes: no resolver runs (the types
of scalars are settled by the YAML 1.2 core schema), and depth is limited
before anything recurses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from generator.core.diagnostics import Diagnostic, SpecError
from generator.core.spans import Span
from generator.spec.source import SourceFile, offsets

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 40

# Controls, line breaks that only YAML 1.1 knows, and marks that reorder or hide text.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
    "\ud800-\udfff\ufffe\uffff]|\r(?!\n)"
)
_NULL = re.compile(r"(?:null|Null|NULL|~|)\Z")
_BOOL = re.compile(r"(?:true|false)\Z")
_INT = re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z")
_FLOAT = re.compile(r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan)\Z")


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text as YAML gives it; `style` is empty for a plain scalar, else `'`, `"`, `|` or `>`."""

    text: str
    style: str
    file: SourceFile
    first: int
    end: int

    @property
    def span(self) -> Span:
        """Where the whole scalar stands, quotes included."""
        return self.file.span(self.first, self.end)

    @property
    def kind(self) -> str:
        """`null`, `bool`, `int`, `float` or `str`, by the YAML 1.2 core schema."""
        if self.style:
            return "str"
        for kind, pattern in (("null", _NULL), ("bool", _BOOL), ("int", _INT), ("float", _FLOAT)):
            if pattern.match(self.text):
                return kind
        return "str"

    def place(self, start: int, end: int) -> Span:
        """Return the span of the characters [start, end) of the text."""
        if not self.style and self.end - self.first == len(self.text):
            return self.file.span(self.first + start, self.first + end)
        raw = self.file.text[self.first : self.end]
        where = offsets(self.text, raw, self.style)
        last = where[end]
        while end > start and raw[last - 1 : last].isspace():
            last -= 1
        return self.file.span(self.first + where[start], self.first + max(last, where[start]))


@dataclass(frozen=True, slots=True)
class Mapping:
    """Pairs in the order written; keys are unique."""

    pairs: tuple[tuple[Scalar, YamlNode], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Sequence:
    """Items in the order written."""

    items: tuple[YamlNode, ...]
    span: Span


YamlNode = Scalar | Mapping | Sequence


def parse_yaml(path: str, text: str) -> Mapping:
    """Return the root mapping of one YAML document; raises SpecError with a place."""
    file = SourceFile(path, text)
    _refuse_unfit(file)
    try:
        return _Builder(file, yaml.parse(text, Loader=yaml.CSafeLoader)).document()
    except yaml.MarkedYAMLError as error:
        _refuse_syntax(file, error)


def _refuse(code: str, message: str, span: Span, hint: str = "") -> NoReturn:
    raise SpecError([Diagnostic(code, message, span, hint)])


def _refuse_unfit(file: SourceFile) -> None:
    if len(file.text) > MAX_BYTES or len(file.text.encode("utf-8", "replace")) > MAX_BYTES:
        _refuse(
            "E102",
            f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB",
            file.span(0, 0),
            "split it with `include`",
        )
    if found := _FORBIDDEN.search(file.text):
        name = f"U+{ord(found.group()):04X}"
        _refuse(
            "E103",
            f"the character {name} is not allowed in a spec",
            file.span(found.start(), found.end()),
            'inside double quotes it can be written as an escape, such as "\\n"',
        )


def _refuse_syntax(file: SourceFile, error: yaml.MarkedYAMLError) -> NoReturn:
    at = _place_of(error, file.text)
    problem = " ".join(part for part in (error.problem, error.context) if part)
    _refuse("E101", f"not valid YAML: {problem}", file.span(at, at + 1), _syntax_hint(file.text, at))


def _place_of(error: yaml.MarkedYAMLError, text: str) -> int:
    """Return where the problem is; what is never closed is shown where it begins."""
    at = error.problem_mark.index if error.problem_mark else 0
    last = max(0, len(text.rstrip()) - 1)
    if error.context_mark and at > last:
        at = error.context_mark.index
    return min(at, last)


def _syntax_hint(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : (text + "\n").find("\n", at)]
    if re.search(r"(?:^|[\s\[{,])\*\s*->", line):
        return 'put a transition that begins with * in quotes: "row.state: * -> STATE"'
    if re.match(r"\s*(?:- )?[\w.]+:\s*\[[^\]]*\]\s*(?:->|→)", line):
        return 'put the whole transition in quotes: "row.state: [A, B] -> C"'
    if "{" in line or "[" in line:
        return "text that holds , [ ] { } or `: ` needs quotes around it inside [ ] and { }"
    if line.count(": ") > 1:
        return "text that holds `: ` needs quotes around it"
    if "\t" in line:
        return "indent with blanks, not with tabs"
    return ""


class _Builder:
    """Turns the events of one document into nodes."""

    def __init__(self, file: SourceFile, events: Iterator[Any]) -> None:
        self._file = file
        self._events = events
        self._found: list[Diagnostic] = []

    def document(self) -> Mapping:
        next(self._events)  # stream start
        event = next(self._events)
        root: YamlNode | None = None
        if isinstance(event, yaml.DocumentStartEvent):
            self._refuse_directives(event)
            root = self._node(next(self._events), 1)
            next(self._events)
            event = next(self._events)
        if not isinstance(root, Mapping):
            span = self._file.span(0, 0) if root is None else root.span
            _refuse("E104", "a spec is a mapping, beginning with `app: name`", span)
        if not isinstance(event, yaml.StreamEndEvent):
            _refuse("E105", "a file holds one YAML document", self._span(event), "remove the line `---`")
        if self._found:
            raise SpecError(self._found)
        return root

    def _refuse_directives(self, event: Any) -> None:
        if event.tags or event.version:
            _refuse(
                "E106",
                "YAML directives are not allowed",
                self._span(event),
                "remove the line that begins with %",
            )

    def _span(self, event: Any) -> Span:
        return self._file.span(event.start_mark.index, event.end_mark.index)

    def _node(self, event: Any, depth: int) -> YamlNode:
        if isinstance(event, yaml.AliasEvent):
            _refuse(
                "E107",
                f"aliases are not allowed: *{event.anchor}",
                self._span(event),
                "write the value out, or in quotes",
            )
        if event.anchor is not None:
            first = event.start_mark.index
            span = self._file.span(first, first + len(event.anchor) + 1)
            _refuse(
                "E107", f"anchors are not allowed: &{event.anchor}", span, "write the value out, or in quotes"
            )
        if event.tag is not None:
            _refuse(
                "E108",
                f"tags are not allowed: {event.tag}",
                self._span(event),
                "remove the tag, or put the text in quotes",
            )
        if depth > MAX_DEPTH:
            _refuse("E109", f"nested deeper than {MAX_DEPTH} levels", self._span(event))
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, depth)
        return self._mapping(event, depth)

    def _scalar(self, event: Any) -> Scalar:
        style = event.style or ""
        return Scalar(event.value, style, self._file, event.start_mark.index, event.end_mark.index)

    def _sequence(self, start: Any, depth: int) -> Sequence:
        items: list[YamlNode] = []
        event = next(self._events)
        while not isinstance(event, yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
            event = next(self._events)
        return Sequence(tuple(items), self._extent(start, event))

    def _mapping(self, start: Any, depth: int) -> Mapping:
        pairs: dict[str, tuple[Scalar, YamlNode]] = {}
        event = next(self._events)
        while not isinstance(event, yaml.MappingEndEvent):
            key = self._key(event, depth)
            value = self._node(next(self._events), depth + 1)
            if key.text in pairs:
                first = pairs[key.text][0].span.line
                self._found.append(
                    Diagnostic(
                        "E110", f"`{key.text}` is given twice", key.span, f"the first one is in line {first}"
                    )
                )
            pairs[key.text] = (key, value)
            event = next(self._events)
        return Mapping(tuple(pairs.values()), self._extent(start, event))

    def _key(self, event: Any, depth: int) -> Scalar:
        node = self._node(event, depth + 1)
        if not isinstance(node, Scalar):
            _refuse(
                "E111",
                "a key must be plain text",
                node.span,
                "text that begins with [ or { needs quotes around it",
            )
        if node.text == "<<" and not node.style:
            _refuse("E107", "merge keys are not allowed", node.span, "write the values out")
        return node

    def _extent(self, start: Any, end: Any) -> Span:
        """Block collections end where the next thing begins: cut the blanks behind them."""
        first, last = start.start_mark.index, end.end_mark.index
        while last > first and self._file.text[last - 1] in " \n\r":
            last -= 1
        return self._file.span(first, last)
