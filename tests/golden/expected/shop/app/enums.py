"""Closed lists of values, states included."""

from typing import Literal

PaymentStatus = Literal["PENDING", "SIMULATED_OK", "FAILED"]
CartStatus = Literal["OPEN", "CHECKED_OUT"]
OrderStatus = Literal["PENDING_PAYMENT", "PAID", "CANCELLED"]
