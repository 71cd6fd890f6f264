"""Moments and dates, in UTC."""

from datetime import UTC, date, datetime


def utc(moment: datetime) -> datetime:
    """Return the same instant with offset zero."""
    return moment.astimezone(UTC)


def date_of(moment: datetime) -> date:
    """Return the UTC date of an instant."""
    return moment.astimezone(UTC).date()
