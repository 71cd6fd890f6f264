"""The application as the oracle sees it: its answers over HTTP, and what it has stored."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from generator.emit.physical import link_columns, physical
from generator.emit.sqltext import quote_name, quote_text
from generator.emit.tables import Physical, Table
from generator.ir.index import Index, stored_fields
from generator.ir.model import Collection, Entity, Field
from generator.verify.oracle.model import Database
from generator.verify.program.run import Request
from generator.verify.sandbox import AppFailed

Rows = Mapping[str, dict[str, Any]]
_MOMENT = """'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""
_SECONDS = 30


class Reply(msgspec.Struct, frozen=True):
    """An answer; `body` is None when there was no content or no JSON."""

    status: int
    text: str
    body: Any
    location: str
    media: str


class Stored(msgspec.Struct, frozen=True):
    """All rows: entity -> id -> field -> JSON; collection -> id -> linked ids."""

    rows: dict[str, Rows]
    links: dict[str, dict[str, tuple[str, ...]]]


class Live:
    """One started application and its database."""

    def __init__(self, base_url: str, database: Database, index: Index) -> None:
        self.base_url = base_url
        self._connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=_SECONDS)
        self._database = database
        self._entities = list(index.entities.values())
        self._links = [(e, c) for e in self._entities for c in e.collections if c.kind == "links"]
        tables = physical(index.ir)
        self._query = _query(tables, self._entities, self._links)
        self._delete = _delete(tables.tables)

    def clear(self) -> None:
        """Forget every row: small tables are emptied faster than truncated."""
        self._database.execute(self._delete)

    def send(self, request: Request) -> Reply:
        """Send one request and wait for its answer; raises AppFailed when none comes."""
        path = request.path + ("?" + urlencode(request.query) if request.query else "")
        content = None if request.content is None else request.content.encode()
        headers = {} if content is None else {"content-type": "application/json"}
        for last in (False, True):
            try:
                self._connection.request(request.method, path, content, headers)
                answer = self._connection.getresponse()
                return _reply(answer, answer.read().decode())
            except (http.client.RemoteDisconnected, ConnectionError) as error:
                self._connection.close()  # it may have been kept for too long
                if last:
                    raise AppFailed(f"no answer to {request.method} {request.path}: {error}") from error
            except (OSError, http.client.HTTPException) as error:
                raise AppFailed(f"no answer to {request.method} {request.path}: {error}") from error
        raise AssertionError

    def stored(self) -> Stored:
        """Return everything that is stored."""
        found = iter(self._database.row(self._query))
        rows = {e.name: next(found) for e in self._entities}
        links = {c.id: {k: tuple(sorted(v)) for k, v in next(found).items()} for _, c in self._links}
        return Stored(rows, links)

    def close(self) -> None:
        """Close the connection to the application."""
        self._connection.close()


def _reply(answer: http.client.HTTPResponse, text: str) -> Reply:
    try:
        body = json.loads(text) if text else None
    except ValueError:
        body = None
    media = (answer.getheader("content-type") or "").partition(";")[0]
    return Reply(answer.status, text, body, answer.getheader("location") or "", media)


# --- SQL -------------------------------------------------------------------------


def _delete(tables: tuple[Table, ...]) -> str:
    """Return the statements that empty every table, without looking at foreign keys."""
    deletes = "; ".join(f"DELETE FROM {quote_name(t.name)}" for t in tables)  # noqa: S608 - quoted
    return f"BEGIN; SET LOCAL session_replication_role = replica; {deletes}; COMMIT"


def _query(tables: Physical, entities: list[Entity], links: list[tuple[Entity, Collection]]) -> str:
    """Return the query for everything that is stored, in the spelling of the application's JSON."""
    parts = [_rows(tables.rows(e.name), e) for e in entities]
    parts += [_linked(tables.of_node(c.id), e, c) for e, c in links]
    return "SELECT " + ", ".join(f"({part})" for part in parts)


def _rows(table: Table, entity: Entity) -> str:
    columns = ", ".join(f"{_spelled(f)} AS {quote_name(f.name)}" for f in stored_fields(entity))
    inner = f"SELECT {columns} FROM {quote_name(table.name)}"  # noqa: S608 - quoted
    return f"SELECT coalesce(json_object_agg(x.id, to_json(x)), '{{}}') FROM ({inner}) x"  # noqa: S608


def _linked(table: Table, entity: Entity, collection: Collection) -> str:
    holder, target = (quote_name(c) for c in link_columns(entity, collection))
    linked = f"json_agg({target}) AS linked"
    inner = f"SELECT {holder} AS id, {linked} FROM {quote_name(table.name)} GROUP BY 1"  # noqa: S608 - quoted
    return f"SELECT coalesce(json_object_agg(x.id, x.linked), '{{}}') FROM ({inner}) x"  # noqa: S608


def _spelled(field: Field) -> str:
    column = quote_name(field.wire)
    match field.type.name:
        case "decimal" | "date":
            return f"CAST({column} AS text)"
        case "datetime":
            return f"to_char({column} AT TIME ZONE 'UTC', {_MOMENT})"
        case "time":
            spelled = f"to_char(CAST({column} AS interval), 'HH24:MI:SS.US')"
            return f"regexp_replace({spelled}, {quote_text(chr(92) + '.000000$')}, '')"
        case _:
            return column
