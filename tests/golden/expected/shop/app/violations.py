"""What a violated database constraint is answered with."""

from app.runtime.errors import Violation

VIOLATIONS: dict[str, Violation] = {
    "ck_cart_items_quantity_gt": Violation(
        422, "out_of_range", "field:CartItem.quantity", "quantity must be > 0"
    ),
    "ck_carts_status_values": Violation(
        422, "out_of_range", "field:Cart.status", "status must be one of OPEN, CHECKED_OUT"
    ),
    "ck_customers_full_name_min": Violation(
        422, "out_of_range", "field:Customer.full_name", "full_name must be at least 1 characters long"
    ),
    "ck_order_items_quantity_gt": Violation(
        422, "out_of_range", "field:OrderItem.quantity", "quantity must be > 0"
    ),
    "ck_orders_payment_status_values": Violation(
        422,
        "out_of_range",
        "field:Order.payment_status",
        "payment_status must be one of PENDING, SIMULATED_OK, FAILED",
    ),
    "ck_orders_status_values": Violation(
        422, "out_of_range", "field:Order.status", "status must be one of PENDING_PAYMENT, PAID, CANCELLED"
    ),
    "ck_products_description_max": Violation(
        422, "out_of_range", "field:Product.description", "description must be at most 20000 characters long"
    ),
    "ck_products_name_min": Violation(
        422, "out_of_range", "field:Product.name", "name must be at least 1 characters long"
    ),
    "ck_products_price_gt": Violation(422, "out_of_range", "field:Product.price", "price must be > 0"),
    "ck_products_stock_ge": Violation(422, "out_of_range", "field:Product.stock", "stock must be >= 0"),
    "fk_cart_items_cart_id": Violation(
        409, "in_use", "field:CartItem.cart", "cart items refer to this row", missing="Cart"
    ),
    "fk_cart_items_product_id": Violation(
        409, "in_use", "field:CartItem.product", "cart items refer to this row", missing="Product"
    ),
    "fk_carts_customer_id": Violation(
        409, "in_use", "field:Cart.customer", "carts refer to this row", missing="Customer"
    ),
    "fk_order_items_order_id": Violation(
        409, "in_use", "field:OrderItem.order", "order items refer to this row", missing="Order"
    ),
    "fk_order_items_product_id": Violation(
        409, "in_use", "field:OrderItem.product", "order items refer to this row", missing="Product"
    ),
    "fk_orders_customer_id": Violation(
        409, "in_use", "field:Order.customer", "orders refer to this row", missing="Customer"
    ),
    "uq_cart_items_cart_id_product_id": Violation(
        409, "conflict", "unique:CartItem:cart_product", "Another CartItem with the same cart, product exists"
    ),
    "uq_carts_customer_id": Violation(
        409, "conflict", "unique:Cart:customer", "Another Cart with the same customer exists"
    ),
    "uq_customers_email": Violation(409, "conflict", "field:Customer.email", "email is already taken"),
}
