"""Python statements as a tree, printed with indentation and provenance markers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_INDENT = "    "
_FLAG = re.compile(r"([A-Za-z_]\w*) = (?:True|False)")
_TEXT = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*\b(?!=(?!=))")  # no attribute, no keyword of a call


@dataclass(frozen=True)
class Line:
    """One statement that opens no block; `node` is the IR node that it came from."""

    text: str
    node: str = ""


@dataclass(frozen=True)
class Bind:
    """`name = value`; the value alone, or nothing if it only reads, when nothing needs the name."""

    name: str
    value: str
    node: str = ""
    pure: bool = False


@dataclass(frozen=True)
class Unpack:
    """`a, b = value`; a name that nothing needs becomes `_`."""

    names: tuple[str, ...]
    value: str


@dataclass(frozen=True)
class Block:
    """A statement with a body: `head` ends in a colon."""

    head: str
    body: tuple[Statement, ...]
    node: str = ""


Statement = Line | Bind | Unpack | Block


@dataclass
class Body:
    """Statements in the making."""

    statements: list[Statement] = field(default_factory=list)

    def line(self, text: str, node: str = "") -> None:
        """Add one statement."""
        self.statements.append(Line(text, node))

    def bind(self, name: str, value: str, node: str = "", *, pure: bool = False) -> None:
        """Add an assignment to a new variable; a `pure` value does nothing but read."""
        self.statements.append(Bind(name, value, node, pure))

    def unpack(self, names: Iterable[str], value: str) -> None:
        """Add an assignment to several new variables."""
        self.statements.append(Unpack(tuple(names), value))

    def block(self, head: str, body: Body, node: str = "") -> None:
        """Add a block."""
        self.statements.append(Block(head, tuple(body.statements), node))

    @property
    def empty(self) -> bool:
        """Whether nothing was added yet."""
        return not self.statements


def render(statements: Iterable[Statement], depth: int = 0) -> str:
    """Print statements at a depth of indentation."""
    known = tuple(statements)
    return "\n".join(_lines(known, depth, names_read(known)))


def names_read(statements: Iterable[Statement]) -> frozenset[str]:
    """Return every name that some statement reads."""
    return frozenset(name for text in _texts(statements) for name in _NAME.findall(_TEXT.sub("", text)))


def _texts(statements: Iterable[Statement]) -> Iterator[str]:
    for statement in statements:
        match statement:
            case Line(text=text) if not _FLAG.fullmatch(text):
                yield text
            case Line():
                pass
            case Bind(value=value) | Unpack(value=value):
                yield value
            case Block(head=head, body=body):
                yield head
                yield from _texts(body)


def _lines(statements: Iterable[Statement], depth: int, read: frozenset[str]) -> Iterator[str]:
    indent = _INDENT * depth
    for statement in statements:
        if _is_idle(statement, read):
            continue
        if not isinstance(statement, Unpack) and statement.node:
            yield f"{indent}#@ {statement.node}"
        match statement:
            case Line(text=text):
                yield f"{indent}{text}"
            case Bind(name=name, value=value):
                yield f"{indent}{name} = {value}" if name in read else f"{indent}{value}"
            case Unpack(names=names, value=value):
                yield f"{indent}{', '.join(n if n in read else '_' for n in names)} = {value}"
            case Block(head=head, body=body):
                yield f"{indent}{head}"
                yield from _lines(body, depth + 1, read)


def _is_idle(statement: Statement, read: frozenset[str]) -> bool:
    """Whether a statement only sets what nothing reads: a variable to what was read, a flag."""
    match statement:
        case Bind(pure=True, name=name):
            return name not in read
        case Line(text=text):
            flag = _FLAG.fullmatch(text)
            return flag is not None and flag[1] not in read
        case _:
            return False
