"""Guesses at what a misspelt word was meant to be."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest of `known`, or lists them when they are few, or nothing."""
    import difflib  # noqa: PLC0415  # only a spec with mistakes pays for it

    choices = sorted(set(known))
    folded = {choice.lower(): choice for choice in reversed(choices)}
    near = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{folded[near[0]]}`?"
    if 0 < len(choices) <= 12:
        return "known: " + ", ".join(choices)
    return ""
