"""What goes over the wire about products."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.runtime.wire import PLAIN_NUMBER, STORABLE, Boolean, Omittable, Page, Schema

Name = Annotated[str, Field(min_length=1, max_length=120), STORABLE]
Description = Annotated[str, Field(max_length=20000), STORABLE]
Price = Annotated[Decimal, Field(gt=Decimal("0"), max_digits=10, decimal_places=2), PLAIN_NUMBER]
Stock = Annotated[int, Field(strict=True, ge=0, le=2147483647)]


class ProductCreate(Schema):
    """What makes a new product."""

    name: Name
    description: Description | None = None
    price: Price
    stock: Stock
    is_active: Boolean = True


class ProductUpdate(Schema):
    """What changes of a product; what is left out stays."""

    name: Omittable[Name] = None
    description: Description | None = None
    price: Omittable[Price] = None
    stock: Omittable[Stock] = None
    is_active: Omittable[Boolean] = None


class ProductRead(Schema):
    """A product as it is answered."""

    id: UUID
    name: str
    description: str | None
    price: Decimal
    stock: int
    is_active: bool


class ProductPage(Page[ProductRead]):
    """A page of products."""
