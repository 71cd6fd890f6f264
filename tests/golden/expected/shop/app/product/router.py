"""HTTP of products."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

import app.product.queries as product_queries
import app.product.service as service
from app.product.filters import ProductQuery
from app.product.schemas import ProductCreate, ProductPage, ProductRead, ProductUpdate
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import json_reply, stored_reply
from app.runtime.routing import PathRow, route_class

router = APIRouter(
    tags=["Product"],
    route_class=route_class(
        {
            "/products/{id}": [
                PathRow("Product", product_queries.EXISTS, {"id": "id"}),
            ],
        }
    ),
)


@router.post(
    "/products",
    operation_id="create_product",
    status_code=201,
    response_model=ProductRead,
    responses=problems(422),
)
async def create(data: ProductCreate, database: Connected) -> Response:
    """Create a product."""
    stored = await service.create(database, data)
    return stored_reply(stored, f"/products/{stored.id}")


@router.get(
    "/products",
    operation_id="list_product",
    response_model=ProductPage,
    responses=problems(422),
)
async def list_page(query: Annotated[ProductQuery, Query()], database: Connected) -> Response:
    """Return a page of products."""
    return json_reply(await service.list_page(database, query))


@router.get(
    "/products/{id}",
    operation_id="read_product",
    response_model=ProductRead,
    responses=problems(404, 422),
)
async def read(product_id: RowId, database: Connected) -> Response:
    """Return a product."""
    return json_reply(await service.read(database, product_id))


@router.patch(
    "/products/{id}",
    operation_id="update_product",
    response_model=ProductRead,
    responses=problems(404, 422),
)
async def update(product_id: RowId, data: ProductUpdate, database: Connected) -> Response:
    """Change some fields of a product."""
    return json_reply(await service.update(database, product_id, data))


@router.post(
    "/products/{id}/deactivate",
    operation_id="deactivate_product",
    response_model=ProductRead,
    responses=problems(404, 422),
)
async def deactivate(product_id: RowId, database: Connected) -> Response:
    """Takes a product out of the shop; it stays in old orders."""
    return json_reply(await service.deactivate(database, product_id))
