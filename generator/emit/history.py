"""What was released of an application's migrations: every revision as it was delivered."""

from __future__ import annotations

import msgspec

from generator.core.errors import ToldError
from generator.emit.snapshot import Snapshot
from generator.emit.tree import Block

HISTORY = "migrations/history.json"
VERSIONS = "migrations/versions/"
_FORM = 1


class Effects(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a revision did to rows that were there; places are `table.column`, before -> after."""

    renamed_tables: dict[str, str] = {}
    renamed: dict[str, str] = {}
    dropped: tuple[str, ...] = ()  # tables and columns of before
    retyped: tuple[str, ...] = ()  # columns of after, whose values may be spelled otherwise
    filled: tuple[str, ...] = ()  # columns of after that no row of before may leave empty
    one_way: bool = False  # it can't be undone while there are rows


class Revision(msgspec.Struct, frozen=True, omit_defaults=True):
    """A released revision: its script as delivered, and the schema that it led to.

    `rows` are statements that fill that schema with rows. Of revisions before the
    last two, schema and rows are forgotten.
    """

    id: str
    path: str
    text: str = ""
    blocks: tuple[Block, ...] = ()
    effects: Effects = Effects()
    schema: Snapshot | None = None
    rows: tuple[str, ...] = ()


class History(msgspec.Struct, frozen=True, omit_defaults=True):
    """Every revision, oldest first."""

    revisions: tuple[Revision, ...] = ()
    form: int = _FORM

    @property
    def head(self) -> Revision | None:
        """The newest revision."""
        return self.revisions[-1] if self.revisions else None

    @property
    def paths(self) -> frozenset[str]:
        """The scripts."""
        return frozenset(r.path for r in self.revisions)

    def without_head(self) -> History:
        """Return the history as it was before its newest revision."""
        return History(self.revisions[:-1])


def encode(history: History) -> str:
    """Return the text of the file, one line for each revision."""
    lines = (msgspec.json.encode(r, order="deterministic").decode() for r in history.revisions)
    return f'{{"form":{history.form},"revisions":[\n' + ",\n".join(lines) + "\n]}\n"


def decode(text: str | bytes, where: str) -> History:
    """Read the file; ToldError if it can't be read."""
    try:
        found = msgspec.json.decode(text, type=History)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ToldError(f"{where} can't be read: {error}", _RESTORE) from error
    if found.form != _FORM:
        raise ToldError(f"{where} was written by a newer version of appgen", "Build with that version.")
    if found.head is not None and found.head.schema is None:
        raise ToldError(f"{where} does not say what the newest revision leads to", _RESTORE)
    return found


_RESTORE = "Restore it from version control: it says what databases in use look like."
