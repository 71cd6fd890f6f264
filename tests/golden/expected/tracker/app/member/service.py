"""What can be done with members."""

from uuid import UUID

import app.member.queries as queries
import app.project.queries as project_queries
import app.user.queries as user_queries
from app.member.filters import MemberQuery
from app.member.models import Member
from app.member.schemas import MemberCreate, MemberUpdate
from app.runtime.database import Database
from app.runtime.errors import NotFound, found
from app.runtime.ids import new_id
from app.runtime.records import columns_of
from app.runtime.replies import Stored


async def create(database: Database, project_id: UUID, data: MemberCreate) -> Stored:
    """Create a member; return its id and JSON."""
    found(await database.fetch_one(project_queries.EXISTS, id=project_id), "Project")
    found(await database.fetch_one(user_queries.EXISTS, id=data.user_id), "User")
    member = Member(id=new_id(), project_id=project_id, user_id=data.user_id, role=data.role)
    return Stored(member.id, await database.fetch_value(queries.CREATE, **columns_of(member)))


async def list_page(database: Database, project_id: UUID, query: MemberQuery) -> str:
    """Return the JSON of a page of members."""
    found(await database.fetch_one(project_queries.EXISTS, id=project_id), "Project")
    return await queries.LISTING.page(
        database, limit=query.limit, offset=query.offset, total=query.total, filters={}, project_id=project_id
    )


async def read(database: Database, project_id: UUID, member_id: UUID) -> str:
    """Return the JSON of a member."""
    return await database.document("Member", queries.DOCUMENT_AT, id=member_id, project_id=project_id)


async def update(database: Database, project_id: UUID, member_id: UUID, data: MemberUpdate) -> str:
    """Change a member; return its JSON."""
    changes = data.model_dump(by_alias=True, exclude_unset=True)
    if not changes:
        return await database.document("Member", queries.DOCUMENT_AT, id=member_id, project_id=project_id)
    return await database.document("Member", queries.PATCH, _id=member_id, _project_id=project_id, **changes)


async def delete(database: Database, project_id: UUID, member_id: UUID) -> None:
    """Delete a member."""
    if not await database.execute(queries.DELETE_AT, id=member_id, project_id=project_id):
        raise NotFound("Member")
