"""What can be done with patients."""

from datetime import UTC, datetime
from uuid import UUID

import app.patient.queries as queries
from app.patient.filters import PatientQuery
from app.patient.models import Patient
from app.patient.schemas import PatientCreate, PatientUpdate
from app.runtime.database import Database, Transaction
from app.runtime.errors import GuardFailed, NotFound
from app.runtime.ids import new_id
from app.runtime.records import apply_changes, columns_of
from app.runtime.replies import Stored


async def create(database: Database, data: PatientCreate) -> Stored:
    """Create a patient; return its id and JSON."""
    now = datetime.now(UTC)
    patient = Patient(
        id=new_id(),
        full_name=data.full_name,
        email=data.email,
        phone=data.phone,
        birthday=data.birthday,
        visits=0,
        created_at=now,
    )
    if patient.birthday > now.date():
        raise GuardFailed("rule:Patient:1f49d69b", "The date of birth is in the future")
    return Stored(patient.id, await database.fetch_value(queries.CREATE, **columns_of(patient), _now=now))


async def list_page(database: Database, query: PatientQuery) -> str:
    """Return the JSON of a page of patients."""
    return await queries.LISTING.page(
        database,
        limit=query.limit,
        offset=query.offset,
        sort=query.sort,
        q=query.q,
        total=query.total,
        filters={},
    )


async def read(database: Database, patient_id: UUID) -> str:
    """Return the JSON of a patient."""
    return await database.document("Patient", queries.DOCUMENT, id=patient_id)


async def update(database: Database, patient_id: UUID, data: PatientUpdate) -> str:
    """Change a patient; return its JSON."""

    async def work(tx: Transaction) -> str:
        patient = await tx.one(Patient, queries.LOCK, id=patient_id)
        apply_changes(patient, data)
        if "birthday" in data.model_fields_set:
            if patient.birthday > tx.now.date():
                raise GuardFailed("rule:Patient:1f49d69b", "The date of birth is in the future")
        await tx.save(queries.UPDATE, patient)
        return await tx.document("Patient", queries.DOCUMENT, id=patient.id)

    return await database.run(work)


async def delete(database: Database, patient_id: UUID) -> None:
    """Delete a patient."""
    if not await database.execute(queries.DELETE_AT, id=patient_id):
        raise NotFound("Patient")
