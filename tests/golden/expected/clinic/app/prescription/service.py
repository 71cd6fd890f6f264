"""What can be done with prescriptions."""

from uuid import UUID

import app.appointment.queries as appointment_queries
import app.prescription.queries as queries
from app.appointment.models import Appointment
from app.prescription.filters import PrescriptionQuery
from app.prescription.models import Prescription
from app.prescription.schemas import PrescriptionCreate
from app.runtime.database import Database, Transaction
from app.runtime.errors import GuardFailed, found
from app.runtime.ids import new_id
from app.runtime.records import columns_of
from app.runtime.replies import Stored


async def create(database: Database, appointment_id: UUID, data: PrescriptionCreate) -> Stored:
    """Create a prescription; return its id and JSON."""

    async def work(tx: Transaction) -> Stored:
        appointment = await tx.one(Appointment, appointment_queries.LOCK, id=appointment_id)
        prescription = Prescription(
            id=new_id(),
            appointment_id=appointment_id,
            medicine=data.medicine,
            dose=data.dose,
            weeks=data.weeks,
            issued_at=tx.now,
        )
        if appointment.status != "IN_PROGRESS":
            raise GuardFailed(
                "require:Prescription.create:53bcd93f", "Prescriptions are written during the visit"
            )
        return Stored(
            prescription.id, await tx.document("Prescription", queries.CREATE, **columns_of(prescription))
        )

    return await database.run(work)


async def list_page(database: Database, appointment_id: UUID, query: PrescriptionQuery) -> str:
    """Return the JSON of a page of prescriptions."""
    found(await database.fetch_one(appointment_queries.EXISTS, id=appointment_id), "Appointment")
    return await queries.LISTING.page(
        database,
        limit=query.limit,
        offset=query.offset,
        total=query.total,
        filters={},
        appointment_id=appointment_id,
    )


async def read(database: Database, appointment_id: UUID, prescription_id: UUID) -> str:
    """Return the JSON of a prescription."""
    return await database.document(
        "Prescription", queries.DOCUMENT_AT, id=prescription_id, appointment_id=appointment_id
    )


async def delete(database: Database, appointment_id: UUID, prescription_id: UUID) -> None:
    """Delete a prescription."""

    async def work(tx: Transaction) -> None:
        appointment = await tx.one(Appointment, appointment_queries.LOCK, id=appointment_id)
        prescription = await tx.one(
            Prescription, queries.LOCK_AT, id=prescription_id, appointment_id=appointment_id
        )
        if appointment.status != "IN_PROGRESS":
            raise GuardFailed(
                "require:Prescription.delete:53bcd93f", "Prescriptions are changed during the visit"
            )
        await tx.delete(queries.DELETE, prescription)

    await database.run(work)
