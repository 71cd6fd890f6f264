"""What can be done with appointments."""

from datetime import timedelta
from uuid import UUID

import app.appointment.queries as queries
import app.doctor.queries as doctor_queries
import app.invoice.queries as invoice_queries
import app.patient.queries as patient_queries
import app.room.queries as room_queries
from app.appointment.filters import AppointmentQuery
from app.appointment.models import Appointment
from app.appointment.schemas import AppointmentCompleteInput, AppointmentCreate, AppointmentRescheduleInput
from app.doctor.models import Doctor
from app.invoice.models import Invoice
from app.room.models import Room
from app.runtime.database import Database, Transaction
from app.runtime.errors import GuardFailed, found
from app.runtime.ids import new_id
from app.runtime.records import columns_of
from app.runtime.replies import Stored


async def create(database: Database, data: AppointmentCreate) -> Stored:
    """Create an appointment; return its id and JSON."""

    async def work(tx: Transaction) -> Stored:
        doctor = await tx.one(Doctor, doctor_queries.LOCK, id=data.doctor_id)
        await tx.one(Room, room_queries.LOCK, id=data.room_id)
        found(await tx.fetch_one(patient_queries.EXISTS, id=data.patient_id), "Patient")
        appointment = Appointment(
            id=new_id(),
            doctor_id=data.doctor_id,
            room_id=data.room_id,
            patient_id=data.patient_id,
            booked_by=data.booked_by,
            starts_at=data.starts_at,
            ends_at=data.ends_at,
            reason=data.reason,
            notes=None,
            fee=doctor.fee,
            created_at=tx.now,
            status="REQUESTED",
        )
        if appointment.starts_at >= appointment.ends_at:
            raise GuardFailed("rule:Appointment:430244a6", "An appointment ends after it starts")
        if appointment.ends_at > appointment.starts_at + timedelta(hours=4):
            raise GuardFailed("rule:Appointment:232a22a2", "An appointment takes four hours at most")
        if not doctor.is_active:
            raise GuardFailed("rule:Appointment:aa430f6e", "The doctor is not active")
        return Stored(
            appointment.id, await tx.document("Appointment", queries.CREATE, **columns_of(appointment))
        )

    return await database.run(work)


async def list_page(database: Database, query: AppointmentQuery) -> str:
    """Return the JSON of a page of appointments."""
    return await queries.LISTING.page(
        database,
        limit=query.limit,
        offset=query.offset,
        sort=query.sort,
        total=query.total,
        filters={
            "doctor_id": query.doctor_id,
            "room_id": query.room_id,
            "patient_id": query.patient_id,
            "status": query.status,
            "starts_at": query.starts_at,
            "starts_at_min": query.starts_at_min,
            "starts_at_max": query.starts_at_max,
        },
    )


async def read(database: Database, appointment_id: UUID) -> str:
    """Return the JSON of an appointment."""
    return await database.document("Appointment", queries.DOCUMENT, id=appointment_id)


async def confirm(database: Database, appointment_id: UUID) -> str:
    """The clinic accepts a requested appointment."""

    async def work(tx: Transaction) -> str:
        appointment = await tx.one(Appointment, queries.LOCK, id=appointment_id)
        if appointment.status != "REQUESTED":
            raise GuardFailed("effect:Appointment.confirm:1", "status must be REQUESTED")
        appointment.status = "CONFIRMED"
        await tx.save(queries.UPDATE, appointment)
        return await tx.document("Appointment", queries.DOCUMENT, id=appointment.id)

    return await database.run(work)


async def reschedule(database: Database, appointment_id: UUID, data: AppointmentRescheduleInput) -> str:
    """Moves an appointment that has not begun to another time."""

    async def work(tx: Transaction) -> str:
        appointment = await tx.one(Appointment, queries.LOCK, id=appointment_id)
        if appointment.status not in ("REQUESTED", "CONFIRMED"):
            raise GuardFailed("require:Appointment.reschedule:f3844be6", "This appointment can not be moved")
        if data.starts_at <= tx.now:
            raise GuardFailed("require:Appointment.reschedule:6815de6e", "The new time has passed")
        appointment.starts_at = data.starts_at
        appointment.ends_at = data.ends_at
        if appointment.starts_at >= appointment.ends_at:
            raise GuardFailed("rule:Appointment:430244a6", "An appointment ends after it starts")
        if appointment.ends_at > appointment.starts_at + timedelta(hours=4):
            raise GuardFailed("rule:Appointment:232a22a2", "An appointment takes four hours at most")
        await tx.save(queries.UPDATE, appointment)
        return await tx.document("Appointment", queries.DOCUMENT, id=appointment.id)

    return await database.run(work)


async def cancel(database: Database, appointment_id: UUID) -> str:
    """Cancels an appointment, at the latest a day before."""

    async def work(tx: Transaction) -> str:
        appointment = await tx.one(Appointment, queries.LOCK, id=appointment_id)
        if appointment.status not in ("REQUESTED", "CONFIRMED"):
            raise GuardFailed("require:Appointment.cancel:f3844be6", "This appointment can not be cancelled")
        if tx.now >= appointment.starts_at - timedelta(days=1):
            raise GuardFailed("require:Appointment.cancel:c40e8d6a", "It is too late to cancel")
        appointment.status = "CANCELLED"
        await tx.save(queries.UPDATE, appointment)
        return await tx.document("Appointment", queries.DOCUMENT, id=appointment.id)

    return await database.run(work)


async def admit(database: Database, appointment_id: UUID) -> str:
    """The patient has arrived."""

    async def work(tx: Transaction) -> str:
        appointment = await tx.one(Appointment, queries.LOCK, id=appointment_id)
        if appointment.status != "CONFIRMED":
            raise GuardFailed("effect:Appointment.admit:1", "status must be CONFIRMED")
        appointment.status = "CHECKED_IN"
        await tx.save(queries.UPDATE, appointment)
        return await tx.document("Appointment", queries.DOCUMENT, id=appointment.id)

    return await database.run(work)


async def forfeit(database: Database, appointment_id: UUID) -> str:
    """The patient did not come."""

    async def work(tx: Transaction) -> str:
        appointment = await tx.one(Appointment, queries.LOCK, id=appointment_id)
        if appointment.status != "CONFIRMED":
            raise GuardFailed("effect:Appointment.forfeit:1", "status must be CONFIRMED")
        appointment.status = "ABSENT"
        await tx.save(queries.UPDATE, appointment)
        return await tx.document("Appointment", queries.DOCUMENT, id=appointment.id)

    return await database.run(work)


async def start(database: Database, appointment_id: UUID) -> str:
    """The visit begins; a doctor sees one patient at a time."""

    async def work(tx: Transaction) -> str:
        appointment = await tx.one(Appointment, queries.LOCK, id=appointment_id)
        await tx.execute(queries.LOCK_TABLE)
        count_appointments = await tx.fetch_value(queries.COUNT_1, self_doctor_id=appointment.doctor_id)
        if count_appointments != 0:
            raise GuardFailed("require:Appointment.start:cf2dfcdc", "The doctor is with another patient", 409)
        if appointment.status != "CHECKED_IN":
            raise GuardFailed("effect:Appointment.start:1", "status must be CHECKED_IN")
        appointment.status = "IN_PROGRESS"
        await tx.save(queries.UPDATE, appointment)
        return await tx.document("Appointment", queries.DOCUMENT, id=appointment.id)

    return await database.run(work)


async def complete(database: Database, appointment_id: UUID, data: AppointmentCompleteInput) -> Stored:
    """Ends the visit, counts it for doctor and patient, and bills it."""

    async def work(tx: Transaction) -> Stored:
        appointment = await tx.one(Appointment, queries.LOCK, id=appointment_id)
        await tx.load(Appointment.doctor, doctor_queries.LOCK_ROWS, appointment)
        await tx.load(Appointment.patient, patient_queries.LOCK_ROWS, appointment)
        if appointment.status != "IN_PROGRESS":
            raise GuardFailed("effect:Appointment.complete:1", "status must be IN_PROGRESS")
        appointment.status = "COMPLETED"
        appointment.notes = data.notes
        appointment.doctor.visits += 1
        appointment.patient.visits += 1
        invoice = Invoice(
            id=new_id(),
            appointment_id=appointment.id,
            patient_id=appointment.patient_id,
            amount=appointment.fee,
            created_at=tx.now,
            status="DUE",
        )
        await tx.save(queries.UPDATE, appointment)
        await tx.save(doctor_queries.UPDATE, appointment.doctor)
        await tx.save(patient_queries.UPDATE, appointment.patient)
        await tx.insert(invoice_queries.INSERT, invoice)
        if appointment.doctor.visits != tx.old(appointment.doctor, "visits") + 1:
            raise GuardFailed(
                "ensure:Appointment.complete:27b95011",
                "Not met: appointment.doctor.visits == old(appointment.doctor.visits) + 1",
            )
        return Stored(invoice.id, await tx.document("Invoice", invoice_queries.DOCUMENT, id=invoice.id))

    return await database.run(work)
