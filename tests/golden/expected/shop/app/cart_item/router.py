"""HTTP of cart items."""

from uuid import UUID

from fastapi import APIRouter, Response

import app.cart.queries as cart_queries
import app.cart_item.queries as cart_item_queries
import app.cart_item.service as service
from app.cart_item.schemas import CartItemCreate, CartItemRead, CartItemSetQuantityInput
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import no_content, stored_reply
from app.runtime.routing import PathRow, route_class

router = APIRouter(
    tags=["CartItem"],
    route_class=route_class(
        {
            "/carts/{cart_id}/items": [
                PathRow("Cart", cart_queries.EXISTS, {"id": "cart_id"}),
            ],
            "/carts/{cart_id}/items/{id}": [
                PathRow("Cart", cart_queries.EXISTS, {"id": "cart_id"}),
                PathRow("CartItem", cart_item_queries.EXISTS_AT, {"id": "id", "cart_id": "cart_id"}),
            ],
        }
    ),
)


@router.post(
    "/carts/{cart_id}/items",
    operation_id="create_cart_item",
    status_code=201,
    response_model=CartItemRead,
    responses={200: {"model": CartItemRead}, **problems(404, 409, 422)},
)
async def create(cart_id: UUID, data: CartItemCreate, database: Connected) -> Response:
    """Create a cart item."""
    stored = await service.create(database, cart_id, data)
    return stored_reply(stored, f"/carts/{cart_id}/items/{stored.id}")


@router.put(
    "/carts/{cart_id}/items/{id}",
    operation_id="set_quantity_cart_item",
    status_code=204,
    response_class=Response,
    response_model=None,
    responses=problems(404, 409, 422),
)
async def set_quantity(
    cart_id: UUID, cart_item_id: RowId, data: CartItemSetQuantityInput, database: Connected
) -> Response:
    """Changes how many of a product are in the cart; 0 takes it out."""
    await service.set_quantity(database, cart_id, cart_item_id, data)
    return no_content()
