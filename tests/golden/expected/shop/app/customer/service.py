"""What can be done with customers."""

from datetime import UTC, datetime
from uuid import UUID

import app.customer.queries as queries
from app.customer.models import Customer
from app.customer.schemas import CustomerCreate
from app.runtime.database import Database
from app.runtime.ids import new_id
from app.runtime.records import columns_of
from app.runtime.replies import Stored


async def create(database: Database, data: CustomerCreate) -> Stored:
    """Create a customer; return its id and JSON."""
    now = datetime.now(UTC)
    customer = Customer(id=new_id(), email=data.email, full_name=data.full_name, created_at=now)
    return Stored(customer.id, await database.fetch_value(queries.CREATE, **columns_of(customer), _now=now))


async def read(database: Database, customer_id: UUID) -> str:
    """Return the JSON of a customer."""
    return await database.document("Customer", queries.DOCUMENT, id=customer_id)
