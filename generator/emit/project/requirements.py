"""What the delivered application depends on: the ranges that it was verified with."""

from __future__ import annotations

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

SMOKE: tuple[str, ...] = ()  # the program that runs the scenarios needs nothing but Python

DEVELOPMENT = (
    *SMOKE,
    "mypy>=1.15",
    "pytest>=8.3",
    "ruff>=0.15,<1",
)
