"""Spellings of one name: PascalCase, snake_case, kebab-case, plural."""

from __future__ import annotations

import hashlib
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
    """`ParentNode` -> `parent_node`."""
    return "_".join(words(name))


def pascal(name: str) -> str:
    """`parent_node` -> `ParentNode`."""
    return "".join(w.capitalize() for w in words(name))


def kebab(name: str) -> str:
    """`ParentNode` -> `parent-node`."""
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
    """`parent_node` -> `parent_nodes`; the last word alone is inflected."""
    *head, last = words(name)
    return "_".join([*head, _plural_word(last)])


_SINGULARS = {many: one for one, many in _IRREGULAR.items()}


def singular(name: str) -> str:
    """`parent_nodes` -> `parent_node`; the last word alone is inflected."""
    *head, last = words(name)
    return "_".join([*head, _singular_word(last)])


def _singular_word(word: str) -> str:
    if word in _SINGULARS:
        return _SINGULARS[word]
    if re.search(r"[^aeiou]ies$", word):
        return word[:-3] + "y"
    if re.search(r"(ss|x|z|ch|sh|[tbprlnc]us)es$", word):
        return word[:-2]
    return word[:-1] if re.search(r"[^s]s$", word) else word


MAX_IDENTIFIER = 63  # bytes that PostgreSQL keeps of a name


def fitted(name: str) -> str:
    """Return a name of at most 63 bytes: a longer one ends in a digest of the whole."""
    if len(name.encode()) <= MAX_IDENTIFIER:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: MAX_IDENTIFIER - 9]}_{digest}"
