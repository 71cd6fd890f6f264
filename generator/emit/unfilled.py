"""What a template has left of itself in a file; what the spec says in the same signs is not that."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from generator.ir.model import ApplicationIR

OPENINGS = ("{{", "{%", "{#")


class Unfilled:
    """Knows the texts of a spec that hold the signs of a template."""

    def __init__(self, ir: ApplicationIR) -> None:
        own = {text for text in _texts(msgspec.to_builtins(ir)) if any(sign in text for sign in OPENINGS)}
        self._own = [re.compile(_printed(text)) for text in sorted(own, key=len, reverse=True)]

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield each line, from 1, with a sign that none of the spec's texts has put there."""
        if not any(sign in text for sign in OPENINGS):
            return
        for own in self._own:
            text = own.sub(_blank, text)
        for number, line in enumerate(text.splitlines(), 1):
            yield from ((number, sign) for sign in OPENINGS if sign in line)


def _texts(value: Any) -> Iterable[str]:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text):
                yield text
            case list() | tuple() as items:
                waiting.extend(items)
            case dict() as members:
                waiting.extend(members.values())
            case _:
                pass


def _printed(text: str) -> str:
    """Return a pattern for a text as files spell it: signs escaped or not, blanks as they fit."""
    return r"(?:\s|\\[nrt])+".join(map(_word, text.split()))


def _word(word: str) -> str:
    """Return the pattern of a word; possessive, since many backslashes must not be tried in every way."""
    parts = re.findall(r"\\+|[^\\]", word)
    return "".join(rf"\\{{{len(p)},}}+" if p[0] == "\\" else _sign(p) for p in parts)


def _sign(sign: str) -> str:
    if sign.isascii() and (sign.isalnum() or sign == "_"):
        return sign
    return rf"(?:\\*+{re.escape(sign)}|{re.escape(json.dumps(sign)[1:-1])})"


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", ".", found[0])
