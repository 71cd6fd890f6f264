"""What can be done with users."""

from datetime import UTC, datetime
from uuid import UUID

import app.user.queries as queries
from app.runtime.database import Database
from app.runtime.ids import new_id
from app.runtime.records import columns_of
from app.runtime.replies import Stored
from app.user.filters import UserQuery
from app.user.models import User
from app.user.schemas import UserCreate, UserUpdate


async def create(database: Database, data: UserCreate) -> Stored:
    """Create an user; return its id and JSON."""
    now = datetime.now(UTC)
    user = User(id=new_id(), name=data.name, email=data.email, created_at=now)
    return Stored(user.id, await database.fetch_value(queries.CREATE, **columns_of(user), _now=now))


async def list_page(database: Database, query: UserQuery) -> str:
    """Return the JSON of a page of users."""
    return await queries.LISTING.page(
        database,
        limit=query.limit,
        offset=query.offset,
        sort=query.sort,
        q=query.q,
        total=query.total,
        filters={},
    )


async def read(database: Database, user_id: UUID) -> str:
    """Return the JSON of an user."""
    return await database.document("User", queries.DOCUMENT, id=user_id)


async def update(database: Database, user_id: UUID, data: UserUpdate) -> str:
    """Change an user; return its JSON."""
    changes = data.model_dump(by_alias=True, exclude_unset=True)
    if not changes:
        return await database.document("User", queries.DOCUMENT, id=user_id)
    return await database.document("User", queries.PATCH, _id=user_id, **changes)
