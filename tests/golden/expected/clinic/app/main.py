"""The application: `uvicorn app.main:app` serves clinic."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

import app.appointment.router as appointment_router
import app.doctor.router as doctor_router
import app.invoice.router as invoice_router
import app.patient.router as patient_router
import app.prescription.router as prescription_router
import app.room.router as room_router
from app import extensions
from app.config import Settings
from app.entities import Base
from app.runtime.database import Database
from app.runtime.endpoints import Application, health, include, problems
from app.runtime.handlers import install
from app.violations import VIOLATIONS

ROUTERS = (
    doctor_router.router,
    room_router.router,
    patient_router.router,
    appointment_router.router,
    prescription_router.router,
    invoice_router.router,
)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Hold the database open while the application runs."""
    settings = Settings()
    database = Database(settings.database_url, pool_size=settings.pool_size)
    app.state.database = database
    try:
        yield
    finally:
        await database.close()


def create_app() -> FastAPI:
    """Return the application, with the hand-written extensions in place."""
    app = Application(
        title="clinic",
        description="Doctors, rooms, patients and their appointments.",
        version="0.1.0",
        lifespan=lifespan,
        redirect_slashes=False,
    )
    Base.registry.configure()  # all models are here; no request has to wait for it
    install(app, VIOLATIONS)
    app.add_api_route("/health", health, operation_id="health", tags=["Health"], responses=problems(503))
    include(app, ROUTERS)
    extensions.extend(app)
    return app


app = create_app()
