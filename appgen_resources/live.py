"""A live database beside what the delivered migrations make of an empty one. Nothing in it is changed."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import msgspec
import psycopg2
from msgspec.structs import replace
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from generator.core.errors import MachineError, ToldError
from generator.host.sandbox import ProcessSandbox
from generator.repair.drift.catalog import (
    NOTED,
    QUERIES,
    REVISIONS,
    VERSION,
    Catalog,
    Column,
    Constraint,
    Delivered,
)
from generator.repair.drift.compare import differences
from generator.repair.drift.model import Ask, Drift
from generator.repair.drift.parts import made_anew
from generator.repair.facts import Difference
from generator.repair.model import Step
from generator.repair.revision import known_revisions
from generator.stages.model import Artefact
from generator.stages.store import Store, get_record, put_record
from generator.verify.sandbox import AppFailed

CATALOGS = "catalogs/"  # in the artefact store: what the migrations of a bundle make
_ASKS_OF_ROWS = ("null", "type", "constraint missing", "constraint altered", "index missing", "index altered")
_SETTINGS = "SET statement_timeout = '60s'; SET lock_timeout = '5s'"
_HINT = "The address is in operations.yaml, below `databases`."


class Contradicted(msgspec.Struct, frozen=True):
    """Something that the next upgrade asks for, and what is said of the rows that don't have it."""

    drift: Drift
    words: str


class Live(msgspec.Struct, frozen=True):
    """A live database beside the delivered application: revisions of both, and where they differ.

    Of a database that is still at an earlier revision: what its rows contradict in the delivered ones.
    """

    revisions: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    differences: tuple[Drift, ...] = ()
    contradicted: tuple[Contradicted, ...] = ()

    @property
    def upgraded(self) -> bool:
        """Whether the delivered migrations were run on it."""
        return sorted(self.revisions) == sorted(self.heads)


@retry(
    retry=retry_if_exception_type(MachineError),
    stop=stop_after_attempt(3),
    wait=wait_exponential(1),
    reraise=True,
)
def look_at(store: Store, bundle: Artefact, url: str) -> Live:
    """Compare a database with what was delivered; MachineError if it can't be asked."""
    wanted = _delivered(store, bundle)
    with _reading(url) as connection:
        there = _catalog(connection)
        found = differences(wanted, there)
        live = Live(there.revisions, wanted.made.revisions, found)
        earlier = not live.upgraded and set(there.revisions) <= _revisions(bundle)
        return replace(live, contradicted=tuple(_contradicted(connection, found))) if earlier else live


def _revisions(bundle: Artefact) -> frozenset[str]:
    return known_revisions({file.path: file.text for file in bundle.value.files})


def _contradicted(connection: Any, found: Iterable[Drift]) -> Iterator[Contradicted]:
    """Yield what an upgrade would stop at; what it adds or takes away is its own business."""
    for drift in found:
        words = _lost(connection, drift) if drift.what in _ASKS_OF_ROWS else ""
        if words:
            yield Contradicted(drift, words)


def corrections_of(store: Store, bundle: Artefact, url: str) -> tuple[Difference, ...]:
    """Return every difference with its correction, and what that would lose; MachineError as above.

    A database at another revision was not changed by hand: it waits for its upgrade.
    """
    wanted = _delivered(store, bundle)
    with _reading(url) as connection:
        there = _catalog(connection)
        drifted = sorted(there.revisions) == sorted(wanted.made.revisions)
        found = differences(wanted, there) if drifted else ()
        return tuple(_difference(connection, drift) for drift in found)


def _delivered(store: Store, bundle: Artefact) -> Delivered:
    """Return what the delivered migrations make; it is found out once."""
    record = f"{CATALOGS}{bundle.ref.digest}-{VERSION}"
    known = get_record(store, record, Delivered)
    if known is None:
        known = _migrated(bundle)
        put_record(store, record, known)
    return known


def _migrated(bundle: Artefact) -> Delivered:
    try:
        with ProcessSandbox().open(bundle.value) as session:
            session.migrate()
            with closing(psycopg2.connect(_plain(session.database_url))) as connection:
                connection.autocommit = True
                made = _catalog(connection)
                for statement in made_anew(made):
                    _rows(connection, statement)
                return Delivered(made, _catalog(connection))
    except AppFailed as error:
        raise ToldError(f"the delivered migrations can't be run: {error}", error.log) from error


@contextmanager
def _reading(url: str) -> Iterator[Any]:
    """Open a connection that can only read; what goes wrong is told without the password."""
    try:
        with closing(psycopg2.connect(_plain(url), connect_timeout=10)) as opened:
            opened.set_session(readonly=True, autocommit=True)
            _rows(opened, _SETTINGS)
            yield opened
    except psycopg2.OperationalError as error:
        text = _without(str(error).strip(), str(url))
        raise MachineError(f"the live database does not answer: {text}", _HINT) from None
    except psycopg2.Error as error:
        raise MachineError(f"the live database can't be compared: {_without(str(error), str(url))}") from None


def _plain(url: str) -> str:
    """Return a URL without the name of a driver."""
    scheme, _, rest = str(url).partition("://")
    return f"{scheme.partition('+')[0]}://{rest}"


def _without(text: str, url: str) -> str:
    password = url.partition("://")[2].rpartition("@")[0].partition(":")[2]
    return text.replace(url, "***").replace(password, "***") if password else text


def _rows(connection: Any, query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall()) if cursor.description else []


def _catalog(connection: Any) -> Catalog:
    found = {name: _rows(connection, query) for name, query in QUERIES.items()}
    noted = _rows(connection, NOTED)[0][0]
    return Catalog(
        columns=_nested((t, n, Column(*rest)) for t, n, *rest in found["columns"]),
        constraints=_nested((t, n, _constraint(rest)) for t, n, *rest in found["constraints"]),
        indexes=_nested(found["indexes"]),
        triggers=_nested(found["triggers"]),
        revisions=tuple(row[0] for row in _rows(connection, REVISIONS)) if noted else (),
    )


def _constraint(row: list[Any]) -> Constraint:
    kind, definition, columns, target, target_columns = row
    return Constraint(kind, definition, tuple(columns), target, tuple(target_columns))


def _nested(rows: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for table, name, value in rows:
        found.setdefault(table, {})[name] = value
    return found


def _difference(connection: Any, drift: Drift) -> Difference:
    loses = _lost(connection, drift)
    step = Step(drift.sql, drift.needed, drift.about) if drift.sql else None
    return Difference(drift.about, step, loses)


def _lost(connection: Any, drift: Drift) -> str:
    return "; ".join(filter(None, (_asked(connection, ask) for ask in drift.asks)))


def _asked(connection: Any, ask: Ask) -> str:
    """Return what would be lost; what can't be asked (a value can't be cast) is not safe either."""
    try:
        rows = int(_rows(connection, ask.count)[0][0])
    except (psycopg2.DataError, psycopg2.ProgrammingError):
        return ask.words.format(rows="some")
    return ask.words.format(rows=rows) if rows else ""
