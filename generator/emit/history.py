"""What was released of an application's migrations: every revision as it was delivered."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from generator.core.errors import ToldError
from generator.emit.snapshot import Snapshot, same_schema
from generator.emit.tree import Block

HISTORY = "migrations/history.json"
VERSIONS = "migrations/versions/"
_SCRIPT = re.compile(rf"{VERSIONS}\w+\.py")
_FORM = 1
_ID = r"(?::[^=\n]*)?= *['\"](\w+)['\"]"
_OWN = re.compile(rf"^revision *{_ID}", re.MULTILINE)
_BEFORE = re.compile(rf"^down_revision *{_ID}", re.MULTILINE)


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

    def before(self, now: Snapshot) -> History:
        """Return the history without the newest revisions that lead to a schema."""
        kept = list(self.revisions)
        while kept and kept[-1].schema is not None and same_schema(kept[-1].schema, now):
            kept.pop()
        return History(tuple(kept))

    def followed_by(self, scripts: Mapping[str, str]) -> History:
        """Return the history with the scripts (path -> text) that follow it, each the one before."""
        revisions, left = list(self.revisions), {p: t for p, t in scripts.items() if p not in self.paths}
        while revisions:
            last = revisions[-1]
            path = next((p for p, t in sorted(left.items()) if script_ids(t)[1] == last.id), None)
            if path is None:
                break
            text = left.pop(path)
            revisions.append(Revision(script_ids(text)[0], path, text, schema=last.schema, rows=last.rows))
        return History(tuple(revisions))


def script_ids(text: str) -> tuple[str, str]:
    """Return the revision of a script and the one that it follows; "" for what it does not say."""
    return tuple(m[1] if (m := p.search(text)) else "" for p in (_OWN, _BEFORE))  # type: ignore[return-value]


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
    if strange := next((r.path for r in found.revisions if not _SCRIPT.fullmatch(r.path)), None):
        raise ToldError(f"{where} names no script of a revision: {strange!r}", _RESTORE)
    return found


_RESTORE = "Restore it from version control: it says what databases in use look like."
