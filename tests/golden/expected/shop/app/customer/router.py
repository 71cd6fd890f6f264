"""HTTP of customers."""

from fastapi import APIRouter, Response

import app.customer.service as service
from app.customer.schemas import CustomerCreate, CustomerRead
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import json_reply, stored_reply

router = APIRouter(tags=["Customer"])


@router.post(
    "/customers",
    operation_id="create_customer",
    status_code=201,
    response_model=CustomerRead,
    responses=problems(409, 422),
)
async def create(data: CustomerCreate, database: Connected) -> Response:
    """Create a customer."""
    stored = await service.create(database, data)
    return stored_reply(stored, f"/customers/{stored.id}")


@router.get(
    "/customers/{id}",
    operation_id="read_customer",
    response_model=CustomerRead,
    responses=problems(404, 422),
)
async def read(customer_id: RowId, database: Connected) -> Response:
    """Return a customer."""
    return json_reply(await service.read(database, customer_id))
