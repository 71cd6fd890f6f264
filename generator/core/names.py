"""Spellings of one name: PascalCase, snake_case, kebab-case, plural."""

from __future__ import annotations

import re
from functools import cache

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+[0-9]*|[0-9]+")
_IRREGULAR = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "foot": "feet",
    "tooth": "teeth",
    "goose": "geese",
    "mouse": "mice",
    "datum": "data",
    "medium": "media",
    "criterion": "criteria",
    "index": "indices",
    "series": "series",
    "species": "species",
    "staff": "staff",
    "equipment": "equipment",
    "information": "information",
    "leaf": "leaves",
    "shelf": "shelves",
    "half": "halves",
    "knife": "knives",
    "life": "lives",
    "wolf": "wolves",
    "analysis": "analyses",
    "basis": "bases",
    "diagnosis": "diagnoses",
    "crisis": "crises",
    "hero": "heroes",
    "quiz": "quizzes",
}


@cache
def words(name: str) -> tuple[str, ...]:
    """Split a name in any spelling into lower-case words."""
    return tuple(w.lower() for w in _WORD.findall(name))


def snake(name: str) -> str:
    """`CartItem` -> `cart_item`."""
    return "_".join(words(name))


def pascal(name: str) -> str:
    """`cart_item` -> `CartItem`."""
    return "".join(w.capitalize() for w in words(name))


def kebab(name: str) -> str:
    """`CartItem` -> `cart-item`."""
    return "-".join(words(name))


def _plural_word(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    if re.search(r"(s|x|z|ch|sh)$", word):
        return word + "es"
    return word + "s"


def plural(name: str) -> str:
    """`cart_item` -> `cart_items`; the last word alone is inflected."""
    *head, last = words(name)
    return "_".join([*head, _plural_word(last)])
