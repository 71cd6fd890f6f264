"""What can be done with comments."""

from datetime import UTC, datetime
from uuid import UUID

import app.comment.queries as queries
import app.ticket.queries as ticket_queries
from app.comment.filters import CommentQuery
from app.comment.models import Comment
from app.comment.schemas import CommentCreate, CommentUpdate
from app.runtime.database import Database
from app.runtime.errors import NotFound, found
from app.runtime.ids import new_id
from app.runtime.records import columns_of
from app.runtime.replies import Stored


async def create(database: Database, ticket_id: UUID, data: CommentCreate) -> Stored:
    """Create a comment; return its id and JSON."""
    now = datetime.now(UTC)
    comment = Comment(
        id=new_id(), ticket_id=ticket_id, author_id=data.author_id, body=data.body, created_at=now
    )
    return Stored(comment.id, await database.fetch_value(queries.CREATE, **columns_of(comment), _now=now))


async def list_page(database: Database, ticket_id: UUID, query: CommentQuery) -> str:
    """Return the JSON of a page of comments."""
    found(await database.fetch_one(ticket_queries.EXISTS, id=ticket_id), "Ticket")
    return await queries.LISTING.page(
        database, limit=query.limit, offset=query.offset, total=query.total, filters={}, ticket_id=ticket_id
    )


async def read(database: Database, ticket_id: UUID, comment_id: UUID) -> str:
    """Return the JSON of a comment."""
    return await database.document("Comment", queries.DOCUMENT_AT, id=comment_id, ticket_id=ticket_id)


async def update(database: Database, ticket_id: UUID, comment_id: UUID, data: CommentUpdate) -> str:
    """Change a comment; return its JSON."""
    changes = data.model_dump(by_alias=True, exclude_unset=True)
    if not changes:
        return await database.document("Comment", queries.DOCUMENT_AT, id=comment_id, ticket_id=ticket_id)
    return await database.document("Comment", queries.PATCH, _id=comment_id, _ticket_id=ticket_id, **changes)


async def delete(database: Database, ticket_id: UUID, comment_id: UUID) -> None:
    """Delete a comment."""
    if not await database.execute(queries.DELETE_AT, id=comment_id, ticket_id=ticket_id):
        raise NotFound("Comment")
