"""The application: `uvicorn app.main:app` serves tracker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

import app.comment.router as comment_router
import app.label.router as label_router
import app.member.router as member_router
import app.project.router as project_router
import app.ticket.router as ticket_router
import app.user.router as user_router
from app import extensions
from app.config import Settings
from app.entities import Base
from app.runtime.database import Database
from app.runtime.endpoints import Application, health, include, problems
from app.runtime.handlers import install
from app.violations import VIOLATIONS

ROUTERS = (
    user_router.router,
    project_router.router,
    member_router.router,
    label_router.router,
    ticket_router.router,
    comment_router.router,
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
        title="tracker",
        description="Projects, tickets and the people who work on them.",
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
