"""Pieces of Python: text with its precedence, and values that may be None."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import NamedTuple

# How tightly Python binds, loosest first.
TERNARY, OR, AND, NOT, COMPARE, SUM, FACTOR, UNARY, ATOM = range(9)
RANKS = {"+": SUM, "-": SUM, "*": FACTOR, "/": FACTOR, "%": FACTOR}


class Code(NamedTuple):
    """An expression and how tightly its outermost operator binds."""

    text: str
    rank: int

    def within(self, rank: int) -> str:
        """Return the text as an operand of something that binds like `rank`."""
        return self.text if self.rank >= rank else f"({self.text})"


TRUE, FALSE, NONE = Code("True", ATOM), Code("False", ATOM), Code("None", ATOM)


class Value(NamedTuple):
    """A value: None when one of `hops` is; else `code`, which is None only if `maybe`."""

    code: Code
    hops: tuple[str, ...] = ()
    maybe: bool = False


class Sure(NamedTuple):
    """A value that is there provided that none of `subjects`, tested in order, is None."""

    code: Code
    subjects: tuple[str, ...] = ()


def sure(value: Value, fresh: Callable[[str], str]) -> Sure:
    """Return the value as something that can be tested for None and then used."""
    if not value.maybe:
        return Sure(value.code, value.hops)
    text = value.code.text
    if is_path(text):
        return Sure(value.code, _once((*value.hops, text)))
    name = fresh("value")
    return Sure(Code(name, ATOM), (*value.hops, f"({name} := {text})"))


def is_path(text: str) -> bool:
    """Whether text is a variable or attribute path, which can be written twice."""
    return all(part.isidentifier() for part in text.split("."))


_ATOMS = (ast.Call, ast.Name, ast.Attribute, ast.Subscript)


def unnamed(subjects: list[str]) -> list[str]:
    """Return the subjects of a test without the names that none after them uses."""
    sources = [f"({subject})" for subject in subjects]
    nodes = [ast.parse(source, mode="eval").body for source in sources]
    found = []
    for number, (node, source) in enumerate(zip(nodes, sources, strict=True)):
        if isinstance(node, ast.NamedExpr) and not _uses(nodes[number + 1 :], node.target.id):
            inner = ast.get_source_segment(source, node.value) or ""
            found.append(inner if isinstance(node.value, _ATOMS) else f"({inner})")
        else:
            found.append(subjects[number])
    return found


def _uses(nodes: Iterable[ast.expr], name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name for node in nodes for n in ast.walk(node))


def conjunction(codes: Iterable[Code]) -> Code:
    """Return `a and b`, without what is sure."""
    return _join(codes, AND, " and ", TRUE, FALSE)


def disjunction(codes: Iterable[Code]) -> Code:
    """Return `a or b`, without what is impossible."""
    return _join(codes, OR, " or ", FALSE, TRUE)


def _join(codes: Iterable[Code], rank: int, word: str, neutral: Code, decisive: Code) -> Code:
    kept: list[Code] = []
    for code in codes:
        if code == decisive:
            return decisive
        if code != neutral and code not in kept:
            kept.append(code)
    if not kept:
        return neutral
    if len(kept) == 1:
        return kept[0]
    # `a and b or c` reads better with parentheses, `a or b or c` without.
    texts = (c.text if c.rank == rank else c.within(NOT) for c in kept)
    return Code(word.join(texts), rank)


def present(subjects: Iterable[str]) -> list[Code]:
    """Return the test of each subject for being there."""
    return [Code(f"{s} is not None", COMPARE) for s in _once(subjects)]


def absent(subjects: Iterable[str]) -> list[Code]:
    """Return the test of each subject for being None."""
    return [Code(f"{s} is None", COMPARE) for s in _once(subjects)]


def guarded(subjects: Iterable[str], code: Code, *, null: bool) -> Code:
    """Return `code`, or `null` when a subject is None."""
    return disjunction([*absent(subjects), code]) if null else conjunction([*present(subjects), code])


def optional(value: Value) -> Code:
    """Return the value, None when it is not there."""
    return ternary(value.code, conjunction(present(value.hops)), NONE) if value.hops else value.code


def ternary(value: Code, condition: Code, otherwise: Code) -> Code:
    """Return `value if condition else otherwise`."""
    if condition in (TRUE, FALSE):
        return value if condition == TRUE else otherwise
    text = f"{value.within(OR)} if {condition.within(OR)} else {otherwise.within(TERNARY)}"
    return Code(text, TERNARY)


def negation(code: Code) -> Code:
    """Return `not code`."""
    if code in (TRUE, FALSE):
        return FALSE if code == TRUE else TRUE
    return Code(f"not {code.within(NOT)}", NOT)


def call(function: str, *args: str) -> Code:
    """Return a call."""
    return Code(f"{function}({', '.join(args)})", ATOM)


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
