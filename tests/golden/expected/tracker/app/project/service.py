"""What can be done with projects."""

from datetime import UTC, datetime
from uuid import UUID

import app.project.queries as queries
from app.project.filters import ProjectQuery
from app.project.models import Project
from app.project.schemas import ProjectCreate, ProjectUpdate
from app.runtime.database import Database
from app.runtime.ids import new_id
from app.runtime.records import columns_of
from app.runtime.replies import Stored


async def create(database: Database, data: ProjectCreate) -> Stored:
    """Create a project; return its id and JSON."""
    now = datetime.now(UTC)
    project = Project(
        id=new_id(),
        code=data.code,
        name=data.name,
        description=data.description,
        closed_tickets=0,
        created_at=now,
    )
    return Stored(project.id, await database.fetch_value(queries.CREATE, **columns_of(project), _now=now))


async def list_page(database: Database, query: ProjectQuery) -> str:
    """Return the JSON of a page of projects."""
    return await queries.LISTING.page(
        database,
        limit=query.limit,
        offset=query.offset,
        sort=query.sort,
        q=query.q,
        total=query.total,
        filters={},
    )


async def read(database: Database, project_id: UUID) -> str:
    """Return the JSON of a project."""
    return await database.document("Project", queries.DOCUMENT, id=project_id)


async def update(database: Database, project_id: UUID, data: ProjectUpdate) -> str:
    """Change a project; return its JSON."""
    changes = data.model_dump(by_alias=True, exclude_unset=True)
    if not changes:
        return await database.document("Project", queries.DOCUMENT, id=project_id)
    return await database.document("Project", queries.PATCH, _id=project_id, **changes)
