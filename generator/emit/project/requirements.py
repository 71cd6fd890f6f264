"""What the delivered application depends on: the ranges that it was verified with."""

from __future__ import annotations

import re
from collections.abc import Mapping

DEPENDENCIES = (
    "alembic>=1.18,<2",
    "asyncpg>=0.30,<0.33",
    "fastapi>=0.165,<0.166",
    "httptools>=0.6,<1",
    "pydantic>=2.12,<3",
    "pydantic-settings>=2.7,<3",
    "sqlalchemy[asyncio]>=2.1,<2.2",
    "starlette>=1.0,<2",
    "uvicorn>=0.34,<1",
    "uvloop>=0.21,<1",
)

SMOKE: tuple[str, ...] = ()  # the program that runs the scenarios needs nothing that the application does not

DEVELOPMENT = (
    *SMOKE,
    "mypy>=1.15",
    "pytest>=8.3",
    "ruff>=0.15,<1",
)

_NAME = re.compile(r"[A-Za-z0-9._-]+(?:\[[^\]]*\])?")  # with its extras


def package_of(requirement: str) -> str:
    """Return the name of a requirement's package, without its extras."""
    return _named(requirement).partition("[")[0]


def pinned(requirements: tuple[str, ...], pins: Mapping[str, str]) -> tuple[str, ...]:
    """Return the requirements with the ranges that were asked for instead."""
    chosen = ((r, pins.get(package_of(r))) for r in requirements)
    return tuple(r if pin is None else f"{_named(r)}{pin}" for r, pin in chosen)


def _named(requirement: str) -> str:
    found = _NAME.match(requirement)
    return found[0] if found else requirement
