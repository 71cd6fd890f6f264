"""What can be done with rooms."""

from uuid import UUID

import app.room.queries as queries
from app.room.filters import RoomQuery
from app.room.models import Room
from app.room.schemas import RoomCreate, RoomUpdate
from app.runtime.database import Database
from app.runtime.errors import NotFound
from app.runtime.ids import new_id
from app.runtime.records import columns_of
from app.runtime.replies import Stored


async def create(database: Database, data: RoomCreate) -> Stored:
    """Create a room; return its id and JSON."""
    room = Room(id=new_id(), name=data.name, beds=data.beds)
    return Stored(room.id, await database.fetch_value(queries.CREATE, **columns_of(room)))


async def list_page(database: Database, query: RoomQuery) -> str:
    """Return the JSON of a page of rooms."""
    return await queries.LISTING.page(
        database,
        limit=query.limit,
        offset=query.offset,
        sort=query.sort,
        total=query.total,
        filters={"beds": query.beds, "beds_min": query.beds_min, "beds_max": query.beds_max},
    )


async def read(database: Database, room_id: UUID) -> str:
    """Return the JSON of a room."""
    return await database.document("Room", queries.DOCUMENT, id=room_id)


async def update(database: Database, room_id: UUID, data: RoomUpdate) -> str:
    """Change a room; return its JSON."""
    changes = data.model_dump(by_alias=True, exclude_unset=True)
    if not changes:
        return await database.document("Room", queries.DOCUMENT, id=room_id)
    return await database.document("Room", queries.PATCH, _id=room_id, **changes)


async def delete(database: Database, room_id: UUID) -> None:
    """Delete a room."""
    if not await database.execute(queries.DELETE_AT, id=room_id):
        raise NotFound("Room")
