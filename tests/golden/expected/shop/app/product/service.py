"""What can be done with products."""

from uuid import UUID

import app.product.queries as queries
from app.product.filters import ProductQuery
from app.product.models import Product
from app.product.schemas import ProductCreate, ProductUpdate
from app.runtime.database import Database, Transaction
from app.runtime.ids import new_id
from app.runtime.records import columns_of
from app.runtime.replies import Stored


async def create(database: Database, data: ProductCreate) -> Stored:
    """Create a product; return its id and JSON."""
    product = Product(
        id=new_id(),
        name=data.name,
        description=data.description,
        price=data.price,
        stock=data.stock,
        is_active=data.is_active,
    )
    return Stored(product.id, await database.fetch_value(queries.CREATE, **columns_of(product)))


async def list_page(database: Database, query: ProductQuery) -> str:
    """Return the JSON of a page of products."""
    return await queries.LISTING.page(
        database,
        limit=query.limit,
        offset=query.offset,
        sort=query.sort,
        q=query.q,
        total=query.total,
        filters={
            "is_active": query.is_active,
            "price": query.price,
            "price_min": query.price_min,
            "price_max": query.price_max,
        },
    )


async def read(database: Database, product_id: UUID) -> str:
    """Return the JSON of a product."""
    return await database.document("Product", queries.DOCUMENT, id=product_id)


async def update(database: Database, product_id: UUID, data: ProductUpdate) -> str:
    """Change a product; return its JSON."""
    changes = data.model_dump(by_alias=True, exclude_unset=True)
    if not changes:
        return await database.document("Product", queries.DOCUMENT, id=product_id)
    return await database.document("Product", queries.PATCH, _id=product_id, **changes)


async def deactivate(database: Database, product_id: UUID) -> str:
    """Takes a product out of the shop; it stays in old orders."""

    async def work(tx: Transaction) -> str:
        product = await tx.one(Product, queries.LOCK, id=product_id)
        product.is_active = False
        await tx.save(queries.UPDATE, product)
        return await tx.document("Product", queries.DOCUMENT, id=product.id)

    return await database.run(work)
