"""Moments and dates, in UTC."""

from datetime import UTC, date, datetime


def date_of(moment: datetime) -> date:
    """Return the UTC date of an instant."""
    return moment.astimezone(UTC).date()
