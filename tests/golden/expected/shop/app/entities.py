"""Every model, so that `Base.metadata` is complete once this module is imported."""

from app.base import Base
from app.cart.models import Cart
from app.cart_item.models import CartItem
from app.customer.models import Customer
from app.order.models import Order
from app.order_item.models import OrderItem
from app.product.models import Product

__all__ = [
    "Base",
    "Cart",
    "CartItem",
    "Customer",
    "Order",
    "OrderItem",
    "Product",
]
