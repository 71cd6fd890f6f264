"""What people write instead, and how it is written here: hints for text that does not parse."""

from __future__ import annotations

import re
from typing import NamedTuple

_SHOWN = 40  # characters of somebody's text in a hint

_FIRST = r"^\s*(?P<first>[A-Za-z]\w*)"
_VALUE = re.compile(r"(?<![<>])=")  # behind it a field's text is an expression
_BARE_FIELDS = "inside any, all, sum, count … the fields of the rows are bare: sum(rows, size), all(rows, ok)"
_IF = "write if(CONDITION, A, B)"
_BETWEEN = "write `{left} >= {low} and {left} <= {high}`"
_NO_PATTERNS = 'there are no patterns in expressions; a field\'s `matches "…"` holds for all its values'
_EMPTY = "rows are counted: `count(rows) > 0`; of a text, `len(text) > 0`"
_DURATION = "durations are 30s, 15m, 24h, 7d, or days(n), hours(n)"
_LIST_OF_ROWS = "only rows of an entity can be listed: give the values an entity of their own"
_SET = "`row.field = VALUE` sets a field, `row.state: A -> B` moves a state"
_TYPE_FIRST = "the type comes first: `int >= 0 unique = 5`"


class _Way(NamedTuple):
    """`kinds` of text ("" is any), what stands before the place, what stands from there on, the hint."""

    kinds: str
    before: str
    rest: str
    hint: str


_FIELDS = (
    _Way("type", "", r"[<>]", "bounds have keys of their own here: `gt`, `ge`, `lt`, `le`"),
    _Way("type", "", r"(unique|server|touched|immutable|owned|matches)\b", "this has a key of its own here"),
    _Way("type", "", r":?=", "values have keys of their own here: `default`, `snapshot`, `derived`"),
    _Way("field", r"[?]$", r"\?", "one `?` is enough"),
    _Way("field", "", r"\?", "`?` stands right behind the type: `int? unique`"),
    _Way("field", _FIRST + r"\[$", r"(?P<size>\d[\d.]*)", "write `{first}({size})`"),
    _Way("field", r"^\s*enum\[$", r"\w", "write `enum(A, B)`"),
    _Way("field", r"->\s*(?P<of>\w+)$", r"\[", "rows are listed as `{of}[]`, without the arrow"),
    _Way("field", r"[)]$", r"\[", _LIST_OF_ROWS),
    _Way("field", r"^$", r"\[\s*(?P<of>\w+)\s*\]", "rows are listed as `{of}[]`"),
    _Way("field", r"^$", r".", _TYPE_FIRST),
    _Way("field", _FIRST + r"$", r"(?P<size>\d[\d.]*)", "write `{first}({size})`"),
    _Way("field", _FIRST + r"\($", r"(?P<op>[<>]=?)\s*(?P<bound>-?[\d.]+)", "write `{first} {op} {bound}`"),
    _Way("field", r"\((?P<low>\d+)$", r"-\s*(?P<high>\d+)", "a range is written `{low}..{high}`"),
    _Way("field", _FIRST + r"\(\w+$", r"[=:]\s*(?P<size>\d+)", "write `{first}({size})`"),
    _Way(
        "field",
        _FIRST + r"$",
        r"between\s+(?P<low>\S+)\s+and\s+(?P<high>\S+)",
        "write `{first} >= {low} <= {high}`",
    ),
    _Way("field", r"[<>]=?\s*\S+$", r"and\b", "bounds stand side by side: `int >= 0 <= 9`"),
    _Way("field", r"\w$|\)$|\"$", r",", "there are no commas between the parts: `int >= 0 unique`"),
    _Way(
        "field", r"^\s*(ref|refs|reference|references|fk|link|belongs_to)$", r"(?P<of>\w+)", "write `-> {of}`"
    ),
    _Way("field", r"^\s*(list|array|set|many)$", r"(of\s+)?(?P<of>\w+)", "rows are listed as `{of}[]`"),
    _Way("field", r"^\s*(optional|nullable)$", r"(?P<of>\w+)", "write `{of}?`"),
    _Way("field", r"^\s*(unique|server|immutable|required|touched|owned|readonly)$", r"\w", _TYPE_FIRST),
    _Way(
        "field", "", r"(index|indexed)\b", "indexes are made for what `list` filters, sorts and searches by"
    ),
    _Way(
        "field",
        "",
        r"on\s+delete\b",
        "owned rows (`Entity[] owned`) go with their owner; what is referred to stays",
    ),
    _Way("field", "", r"read\s*-\s*only\b", "write `server`"),
    _Way("field", r"matches$", r"(?P<what>[^\s\"'].*)", 'a pattern has quotes: `matches "[a-z]+"`'),
    _Way("field", "", r"(pattern|regex|like)\b|/", 'write `matches "[a-z]+"`'),
    _Way("field", "", r"(min|max|minimum|maximum|ge|le|gt|lt)\b", "bounds are written `int >= 0 <= 9`"),
    _Way("field", _FIRST + r"$", r"\|\s*(?P<second>\w+)", "write `enum({first}, {second})`"),
    _Way("field", "", r"(computed|derived|generated)\b", "write `TYPE := EXPR`"),
)

_EFFECTS = (
    _Way(
        "effect",
        r"(?P<path>[\w.]+)\s*:?$",
        r"(->|→)\s*(?P<to>\w+)",
        "write `{path}: * -> {to}`, or from which states it moves",
    ),
    _Way("effect", r":\s*(?P<from>\w+)$", r"=+>", "write `{from} -> …`"),
    _Way(
        "effect",
        r":\s*(?P<from>\w+)$",
        r",\s*(?P<more>\w+)",
        "several states are written `[{from}, {more}] -> …`",
    ),
    _Way("effect", r":$", r"\(", "several states are written `[A, B] -> C`"),
    _Way("effect", r"(?P<path>[\w.]+)$", r"\+\+", "write `{path} += 1`"),
    _Way("effect", r"(?P<path>[\w.]+)$", r"--", "write `{path} -= 1`"),
    _Way("effect", r"(?P<path>[\w.]+)$", r"/=\s*(?P<by>\S+)", "write `{path} = {path} / {by}`"),
    _Way("effect", r"(?P<path>[\w.]+)$", r"==\s*(?P<value>\S.*)", "write `{path} = {value}`"),
    _Way("effect", r"(?P<path>[\w.]+)\s*:$", r"=\s*(?P<value>\S.*)", "write `{path} = {value}`"),
    _Way(
        "effect",
        r"(?P<path>[\w.]+)\.(add|append|insert|link)$",
        r"\((?P<row>[\w.]+)",
        "write `{path} += {row}`",
    ),
    _Way(
        "effect",
        r"(?P<path>[\w.]+)\.(remove|discard|unlink)$",
        r"\((?P<row>[\w.]+)",
        "write `{path} -= {row}`",
    ),
    _Way("effect", r"(?P<path>[\w.]+)\.(delete|destroy|clear)$", r"\(", "write `delete {path}`"),
    _Way("effect", r"^\s*(set|let|update)$", r"(?P<rest>\S.*)", "write `{rest}`"),
    _Way("effect", r"=$", r"\[", "rows go by `delete: row.items`, and come by `create`"),
    _Way("effect", r"\S$", r",", "each effect is an item of its own"),
    _Way("effect", r"=.*\S$", r"if\b.*\belse\b", _IF),
    _Way("effect", "", r"if\b", "an effect under a condition is `{{if: CONDITION, then: [EFFECT]}}`"),
    _Way("effect", r"(?P<path>[\w.]+)\s*:\s*$", r"(?P<value>-?[\d\"'].*)", "write `{path} = {value}`"),
    _Way(
        "effect",
        r"(?P<path>[\w]+\.[\w.]+)\s*:\s*(?P<value>\w+)\s*$",
        r"$",
        "write `{path} = {value}`, or `{path}: * -> {value}` for a state",
    ),
    _Way("effect", r"\w\s*:\s*[\w.]+$", r"[-+*/(.]", _SET),
)

_EXPRESSIONS = (
    _Way("field", r"=$", r"[\[{]", "a default is one value; a json has none but null"),
    _Way("", r"<$", r">", "write '!='"),
    _Way("", r"\*$", r"\*", "there is no power operator; multiply"),
    _Way("", r"/$", r"/", "write floor(a / b)"),
    _Way("", r"\bin$", r"\(", "a list is written [1, 2]"),
    _Way("", r"(?P<left>[\w.]+)\s+in$", r"(?P<low>-?\d+)\.\.(?P<high>-?\d+)", _BETWEEN),
    _Way("", r"(?P<left>[\w.]+)$", r"between\s+(?P<low>\S+)\s+and\s+(?P<high>\S+)", _BETWEEN),
    _Way("", r"\bis(\s+not)?$", r"(none|nil|undefined)\b", "write 'is null', 'is not null'"),
    _Way("", r"\b(is|not)$", r"(empty|blank)\b", _EMPTY),
    _Way("", r"(?P<path>[\w.]+)$", r"exists\b", "write `{path}.exists`"),
    _Way("", r"\bif$", r"\w", "what holds only under a condition is `not CONDITION or …`"),
    _Way("", "", r"(implies\b|=>|then\b)", "`a implies b` is written `not a or b`"),
    _Way("", r"\S$", r"(if\b|\?)", _IF),
    _Way("", r"\S$", r"(for|where)\b", _BARE_FIELDS),
    _Way("", r"\(.*,\s*\w+$", r":", _BARE_FIELDS),
    _Way("", "", r"(like|ilike|matches|startswith|endswith|contains)\b", _NO_PATTERNS),
    _Way("", "", r"\d+_[\d_]*", "a number is written without `_`"),
    _Way("", "", r"0[xXoObB]\w+", "a number is written in decimal"),
    _Way("", "", r"\d+[eE]\d+", "a number is written out: 1000, 0.001"),
    _Way("", r"(^|\W)$", r"\.\d+", "a number begins with a digit: 0.5"),
    _Way("", "", r"\d+[A-Za-z]+", _DURATION),
    _Way("", r"\d$", r"(seconds?|minutes?|hours?|days?)\b", _DURATION),
    _Way("", r"\)$", r"\.", "a path is made of names: old(row.field), not old(row).field"),
    _Way("", r"^$|\W$", r"\$", "names stand alone, without a sign before them"),
    _Way("", "", r",\s*else\b", "there is no comma before `else`"),
    _Way("condition", r"\S$", r",", "each condition is an item of its own"),
    _Way("condition", r"\belse$", r"\d", 'write `CONDITION else 422 "message"`'),
    _Way("condition", r"\belse\s+\d+$|^\d+$|\belse$", r"\w", 'a message has quotes: `else 422 "message"`'),
    _Way("condition", "", r":", 'a condition is written `EXPR else 422 "message"`'),
    _Way("answer", "", r"\w", 'a message has quotes: `422 "message"`'),
)  # fmt: skip


def way_out(kind: str, text: str, start: int) -> str:
    """Return how that is written here which stands in a text at `start`; "" if nothing is known of it."""
    before, rest = text[:start].rstrip(), text[start:]
    forms: tuple[_Way, ...] = () if _VALUE.search(before) else _FIELDS
    for way in (*forms, *_EFFECTS, *_EXPRESSIONS):
        if way.kinds and way.kinds != kind and not (way.kinds == "field" and kind == "type"):
            continue
        behind, ahead = re.search(way.before, before), re.match(way.rest, rest)
        if behind and ahead:
            return way.hint.format_map(_shown(behind) | _shown(ahead))
    return ""


def _shown(found: re.Match[str]) -> dict[str, str]:
    groups: dict[str, str | None] = found.groupdict()
    return {name: " ".join(text.split())[:_SHOWN] for name, text in groups.items() if text}
