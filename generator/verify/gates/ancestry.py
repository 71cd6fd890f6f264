"""What the delivered history says of the revisions before the newest."""

from __future__ import annotations

from generator.core.errors import ToldError
from generator.emit.history import HISTORY, History, decode
from generator.verify.gates.build import Gated
from generator.verify.gates.probe import Earlier


def history_of(bundle: Gated) -> History | str:
    """Return the history that a bundle carries, or why it has none."""
    text = next((f.text for f in bundle.files if f.path == HISTORY), None)
    if text is None:
        return f"there is no {HISTORY}"
    try:
        return decode(text, HISTORY)
    except ToldError as error:
        return str(error)


def earlier(bundle: Gated) -> Earlier | None:
    """Return what the newest revision meets; None if it is the first, or if nobody knows."""
    history = history_of(bundle)
    if isinstance(history, str) or len(history.revisions) < 2:
        return None
    before, newest = history.revisions[-2:]
    return Earlier(before.id, before.rows, newest.effects.one_way)
