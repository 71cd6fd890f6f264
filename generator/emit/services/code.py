"""Python statements as a tree, printed with indentation and provenance markers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_INDENT = "    "


@dataclass(frozen=True)
class Line:
    """One statement that opens no block; `node` is the IR node that it came from."""

    text: str
    node: str = ""


@dataclass(frozen=True)
class Block:
    """A statement with a body: `head` ends in a colon."""

    head: str
    body: tuple[Statement, ...]
    node: str = ""


Statement = Line | Block


@dataclass
class Body:
    """Statements in the making."""

    statements: list[Statement] = field(default_factory=list)

    def line(self, text: str, node: str = "") -> None:
        """Add one statement."""
        self.statements.append(Line(text, node))

    def block(self, head: str, body: Body, node: str = "") -> None:
        """Add a block."""
        self.statements.append(Block(head, tuple(body.statements), node))

    def extend(self, other: Body) -> None:
        """Add every statement of another body."""
        self.statements.extend(other.statements)

    @property
    def empty(self) -> bool:
        """Whether nothing was added yet."""
        return not self.statements


def render(statements: Iterable[Statement], depth: int = 0) -> str:
    """Print statements at a depth of indentation."""
    return "\n".join(_lines(statements, depth))


def _lines(statements: Iterable[Statement], depth: int) -> Iterator[str]:
    indent = _INDENT * depth
    for statement in statements:
        if statement.node:
            yield f"{indent}#@ {statement.node}"
        match statement:
            case Line(text=text):
                yield f"{indent}{text}"
            case Block(head=head, body=body):
                yield f"{indent}{head}"
                yield from _lines(body, depth + 1)
