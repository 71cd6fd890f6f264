"""The application: `uvicorn app.main:app` serves shop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

import app.cart.router as cart_router
import app.cart_item.router as cart_item_router
import app.customer.router as customer_router
import app.order.router as order_router
import app.product.router as product_router
from app import extensions
from app.config import Settings
from app.entities import Base
from app.runtime.database import Database
from app.runtime.endpoints import Application, health, include, problems
from app.runtime.handlers import install
from app.violations import VIOLATIONS

ROUTERS = (
    product_router.router,
    customer_router.router,
    cart_router.router,
    cart_item_router.router,
    order_router.router,
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
        title="shop",
        description="Products, customers, carts and orders.",
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
