"""Moments, dates and spans, in UTC."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from .numbers import quotient


def date_of(moment: datetime) -> date:
    """Return the UTC date of an instant."""
    return moment.astimezone(UTC).date()


def counted(span: timedelta, unit: timedelta) -> Decimal:
    """Return how many units a span is long, rounded half away from zero to ten digits."""
    return quotient(span // timedelta.resolution, unit // timedelta.resolution)
