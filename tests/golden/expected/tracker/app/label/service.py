"""What can be done with labels."""

from uuid import UUID

import app.label.queries as queries
from app.label.filters import LabelQuery
from app.label.models import Label
from app.label.schemas import LabelCreate, LabelUpdate
from app.runtime.database import Database
from app.runtime.errors import NotFound
from app.runtime.ids import new_id
from app.runtime.records import columns_of
from app.runtime.replies import Stored


async def create(database: Database, data: LabelCreate) -> Stored:
    """Create a label; return its id and JSON."""
    label = Label(id=new_id(), name=data.name, colour=data.colour)
    return Stored(label.id, await database.fetch_value(queries.CREATE, **columns_of(label)))


async def list_page(database: Database, query: LabelQuery) -> str:
    """Return the JSON of a page of labels."""
    return await queries.LISTING.page(
        database, limit=query.limit, offset=query.offset, sort=query.sort, total=query.total, filters={}
    )


async def read(database: Database, label_id: UUID) -> str:
    """Return the JSON of a label."""
    return await database.document("Label", queries.DOCUMENT, id=label_id)


async def update(database: Database, label_id: UUID, data: LabelUpdate) -> str:
    """Change a label; return its JSON."""
    changes = data.model_dump(by_alias=True, exclude_unset=True)
    if not changes:
        return await database.document("Label", queries.DOCUMENT, id=label_id)
    return await database.document("Label", queries.PATCH, _id=label_id, **changes)


async def delete(database: Database, label_id: UUID) -> None:
    """Delete a label."""
    if not await database.execute(queries.DELETE_AT, id=label_id):
        raise NotFound("Label")
