"""What can be done with doctors."""

from uuid import UUID

import app.doctor.queries as queries
from app.doctor.filters import DoctorQuery
from app.doctor.models import Doctor
from app.doctor.schemas import DoctorCreate, DoctorUpdate
from app.runtime.database import Database
from app.runtime.errors import NotFound
from app.runtime.ids import new_id
from app.runtime.records import columns_of
from app.runtime.replies import Stored


async def create(database: Database, data: DoctorCreate) -> Stored:
    """Create a doctor; return its id and JSON."""
    doctor = Doctor(
        id=new_id(),
        full_name=data.full_name,
        email=data.email,
        specialty=data.specialty,
        fee=data.fee,
        is_active=data.is_active,
        visits=0,
    )
    return Stored(doctor.id, await database.fetch_value(queries.CREATE, **columns_of(doctor)))


async def list_page(database: Database, query: DoctorQuery) -> str:
    """Return the JSON of a page of doctors."""
    return await queries.LISTING.page(
        database,
        limit=query.limit,
        offset=query.offset,
        sort=query.sort,
        q=query.q,
        total=query.total,
        filters={"specialty": query.specialty, "is_active": query.is_active},
    )


async def read(database: Database, doctor_id: UUID) -> str:
    """Return the JSON of a doctor."""
    return await database.document("Doctor", queries.DOCUMENT, id=doctor_id)


async def update(database: Database, doctor_id: UUID, data: DoctorUpdate) -> str:
    """Change a doctor; return its JSON."""
    changes = data.model_dump(by_alias=True, exclude_unset=True)
    if not changes:
        return await database.document("Doctor", queries.DOCUMENT, id=doctor_id)
    return await database.document("Doctor", queries.PATCH, _id=doctor_id, **changes)


async def delete(database: Database, doctor_id: UUID) -> None:
    """Delete a doctor."""
    if not await database.execute(queries.DELETE_AT, id=doctor_id):
        raise NotFound("Doctor")
