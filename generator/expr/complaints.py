"""Parser failures in words a person can act on."""

from __future__ import annotations

import re

from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from generator.core.spans import Span
from generator.core.suggest import did_you_mean
from generator.expr.places import Places
from generator.expr.ways_out import way_out

SYNTAX = "E400"

_STARTS_EXPRESSION = {
    "NAME",
    "NUMBER",
    "STRING",
    "MINUS",
    "NOT",
    "LPAR",
    "TRUE",
    "FALSE",
    "NULL",
    "DURATION",
    "DATE",
}
_OPERATORS = {"PLUS", "MINUS", "STAR", "SLASH", "PERCENT", "COMPARE", "IN", "IS", "AND", "OR"}
_WORDS = {
    "NAME": "a name",
    "NUMBER": "a number",
    "STRING": "a quoted text",
    "COMPARE": "a comparison",
    "ARROW": "'->'",
    "DOTS": "'..'",
    "ASSIGN": "'='",
    "EQUAL": "'='",
    "COLON": "':'",
    "LPAR": "'('",
    "RPAR": "')'",
    "LSQB": "'['",
    "RSQB": "']'",
    "COMMA": "','",
    "DOT": "'.'",
    "STAR": "'*'",
    "VBAR": "'|'",
    "IN": "'in'",
    "AS": "'as'",
    "NULL": "'null'",
    "NOT": "'not'",
    "ELSE": "'else'",
    "MODIFIER": "a modifier such as 'unique' or 'server'",
    "MATCHES": "'matches'",
    "MINUS": "'-'",
    "$END": "the end",
}
_ARROW = "transitions are effects; in a condition compare with '=='"
_HINTS = {
    "=": "'==' compares",
    "&": "write 'and'",
    "|": "write 'or'",
    "!": "write 'not'",
    "^": "there is no power operator; multiply",
}
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|\w+(?:\.\w+)*|->|[=!<>+*-]=|:=|\.\.|\S')


MODIFIERS = ("unique", "server", "snapshot", "immutable", "touched", "owned", "matches")


class ParseError(Exception):
    """A string that does not parse, where, and the way out."""

    code = SYNTAX

    def __init__(self, message: str, span: Span, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.hint = hint


def complain(error: UnexpectedInput, text: str, places: Places, kind: str) -> ParseError:
    """Turn a parser failure into a ParseError at the exact place."""
    if not text.strip():
        return ParseError("this is empty", places.whole, "write an expression or leave the key out")
    at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    start = len(text.rstrip()) if at_end else (error.pos_in_stream or 0)
    found = "" if at_end else _found(text, start)
    span = places.span(start, start + max(len(found), 1))
    before = _TOKEN.findall(text[:start])
    if found[:1] in ('"', "'") and len(found) == 1:
        return ParseError("a quoted text is not closed", span, "end it with the same quote")
    if _is_chained(error) and "=" in before:
        return ParseError("a bound can't stand behind the default", span, "write int >= 0 <= 9 = 5")
    if _is_chained(error):
        return ParseError("comparisons can't be chained", span, "write 'a < b and b < c'")
    return ParseError(
        _message(_expected(error), before[-1] if before else "", found),
        span,
        _meant(error, found) or way_out(kind, text, start) or _hint(text, start, found),
    )


def _found(text: str, start: int) -> str:
    match = _TOKEN.match(text, start)
    return match.group() if match else text[start : start + 1]


def _hint(text: str, start: int, found: str) -> str:
    if text[start - 1 : start + 1] == "->" or (found == "→" and ":" not in text[:start]):
        return _ARROW
    return _HINTS.get(found, "")


_NULLABLE = "a field must be sent unless its type ends in `?`, as in `int?`"
_WAYS_OUT = {
    **dict.fromkeys(("required", "optional", "nullable", "null", "not"), _NULLABLE),
    **dict.fromkeys(("default", "defaults"), "write `= VALUE`"),
    **dict.fromkeys(("readonly", "generated", "auto"), "write `server`"),
    **dict.fromkeys(("references", "ref"), "write `-> Entity`"),
}


def _meant(error: UnexpectedInput, found: str) -> str:
    """Guess which modifier of a field was meant."""
    if "MODIFIER" in _expected(error) and found.lower() in _WAYS_OUT:
        return _WAYS_OUT[found.lower()]
    guess = did_you_mean(found, MODIFIERS) if found.isalpha() and "MODIFIER" in _expected(error) else ""
    return guess if guess.startswith("did you mean") else ""


def _expected(error: UnexpectedInput) -> set[str]:
    match error:
        case UnexpectedToken():
            return set(error.accepts or error.expected)
        case UnexpectedCharacters():
            return set(error.allowed or ())
    return set()


def _is_chained(error: UnexpectedInput) -> bool:
    return isinstance(error, UnexpectedToken) and error.token.type == "COMPARE" and "AND" in _expected(error)


def _message(expected: set[str], before: str, found: str) -> str:
    after = f" after {_quote(before)}" if before else ""
    if not found:
        return f"expected {_wanted(expected - {'$END'})}{after}, but the text ends"
    if not expected or "$END" in expected or expected >= _OPERATORS:
        return f"unexpected {_quote(found)}{after}"
    return f"expected {_wanted(expected)}{after}, found {_quote(found)}"


def _wanted(expected: set[str]) -> str:
    rest = set(expected)
    words = []
    if {"NAME", "NUMBER", "STRING", "LPAR"} <= rest:
        words.append("an expression")
        rest -= _STARTS_EXPRESSION
    elif rest >= _OPERATORS:
        words.append("an operator")
        rest -= _OPERATORS | {"NOT", "LPAR", "DOT"}
    words += sorted(_WORDS.get(name, name.lower()) for name in rest)
    return " or ".join(words[:4])


def _quote(text: str) -> str:
    short = text if len(text) <= 40 else text[:37] + "..."
    return f"'{short}'" if "'" not in short else short
