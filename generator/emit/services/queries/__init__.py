"""Emits `app/<entity>/queries.py`: every statement of an entity, built once at import.

Values are passed by keyword (`await db.fetch_value(queries.DOCUMENT, id=id)`).
`<owners>` stands for one keyword per row above this one in its path, called
`<owner snake>_id`. Ids are UUIDs, `ids` is a list of them. Keywords that begin with
an underscore are no field's.

| name | keywords | gives |
|---|---|---|
| DOCUMENT | id | JSON text (one column, `document`) |
| DOCUMENT_AT | id, <owners> | the same, only below these owners (owned entities only; so all _AT) |
| EXISTS, EXISTS_AT | id / id, <owners> | a row or none |
| CREATE | every stored column | JSON text (INSERT ... RETURNING); see `offers_create` |
| PATCH | _id, _<owners>, columns to set | JSON text (UPDATE ... RETURNING); see `offers_patch` |
| DELETE_AT | id, <owners> | rows deleted (`execute`); all entities have it |
| ROW, SHARE, LOCK | id | the stored columns: plain, FOR SHARE, FOR NO KEY UPDATE (`tx.one`, `tx.maybe`) |
| ROW_AT, SHARE_AT, LOCK_AT | id, <owners> | the same below these owners |
| ROWS, SHARE_ROWS, LOCK_ROWS | ids | the same for many, by id (`tx.all`) |
| ROWS_BY_<OWNER>, SHARE_ROWS_BY_<OWNER>, LOCK_ROWS_BY_<OWNER> | ids | rows owned by any of `ids`, by id |
| EVERY_ROW, SHARE_EVERY_ROW, LOCK_EVERY_ROW | - | all rows, by id |
| LOCK_TABLE | - | keeps others from writing the table (`execute`); before a value over all rows |
| INSERT | - | `tx.insert(queries.INSERT, record, ...)` |
| UPDATE | - | `tx.save(queries.UPDATE, record, ...)` writes the columns that changed |
| DELETE | - | `tx.delete(queries.DELETE, record, ...)` |
| EXISTING_BY_<FIELDS> | the attribute of each field | the row that an `on_conflict` is about, locked |
| NEXT_<FIELD> | `<per wire>`, or nothing | the counter's next value (`fetch_value`) |
| LINKS_<COLLECTION> | ids | rows (`source`, `target`): linked pairs, by target |
| ADD_<COLLECTION>, REMOVE_<COLLECTION> | id, ids | links, unlinks (`execute`) |
| CLEAR_<COLLECTION> | id | drops every link (`execute`) |
| LISTING | - | a `runtime.pagination.Listing`; `await LISTING.page(db, limit=..., filters={...}, <owners>)` |
| names of `Values.of(expr)` | its `value.binds` | one aggregate over all rows (`fetch_value`) |

`emit_queries(ir, used=...)` prints only what is used; `used_names` reads that off the service modules.
"""

from generator.emit.services.queries.emit import emit_queries, used_names
from generator.emit.services.queries.statements import existing_name, next_name
from generator.emit.services.queries.values import NamedValue, Values
from generator.emit.services.queries.wire import offers_create, offers_patch

__all__ = [
    "NamedValue",
    "Values",
    "emit_queries",
    "existing_name",
    "next_name",
    "offers_create",
    "offers_patch",
    "used_names",
]
