"""How functions are called here, for those who call them otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from generator.core.suggest import did_you_mean

_ELSEWHERE = {  # what other languages call functions
    **dict.fromkeys(("concat", "format", "join"), "texts can't be joined"),
    **dict.fromkeys(("case", "iif", "when", "ifelse"), "write if(CONDITION, A, B)"),
    **dict.fromkeys(("ifnull", "nvl", "default"), "write coalesce(a, b)"),
    **dict.fromkeys(("some", "exist"), "write any(rows, CONDITION)"),
    **dict.fromkeys(("every", "forall"), "write all(rows, CONDITION)"),
    **dict.fromkeys(("length", "size"), "write len(rows), len(text)"),
    **dict.fromkeys(("average", "mean"), "write avg(rows, VALUE)"),
    **dict.fromkeys(("uuid", "gen_random_uuid"), "every row has an `id` that the server sets"),
    **dict.fromkeys(("first", "last"), "rows have no order here: min(rows, VALUE), any(rows, CONDITION)"),
    **dict.fromkeys(("empty", "is_empty"), "write count(rows) == 0"),
    **dict.fromkeys(("year", "month", "day", "weekday"), "dates are compared and counted: days(a - b)"),
    "unique": "write `unique: [[a, b]]` of the entity",
}
FORMS = {
    "sum": "sum(rows, VALUE); of some rows only: sum(rows, if(CONDITION, VALUE, 0))",
    "avg": "avg(rows, VALUE)",
    "min": "min(rows, VALUE), min(a, b)",
    "max": "max(rows, VALUE), max(a, b)",
    "any": "any(rows, CONDITION)",
    "all": "all(rows, CONDITION)",
    "count": "count(rows), count(rows, CONDITION)",
    "len": "len(rows), len(text)",
    "exists": "exists(rows), exists(rows, CONDITION), exists(row)",
    "if": "if(CONDITION, A, B)",
    "coalesce": "coalesce(a, b)",
    "round": "round(n), round(n, DECIMALS)",
}


def known_functions(name: str, known: Iterable[str]) -> str:
    """Return which function may have been meant."""
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    guess = did_you_mean(name, known)
    return guess if guess.startswith("did you mean") else f"known: {', '.join(sorted(known))}"
