"""Alembic's environment: runs migrations over asyncpg, or prints their SQL (`--sql`)."""

import asyncio
from logging.config import fileConfig

import sqlalchemy as sa
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

from app.config import Settings
from app.entities import Base

# One migration at a time, however many instances start together.
LOCK = 7_205_759_403_792_793

if context.config.config_file_name is not None:
    fileConfig(context.config.config_file_name, disable_existing_loggers=False)


def run_offline(url: str) -> None:
    """Print the SQL of the migrations."""
    context.configure(
        url=url,
        target_metadata=Base.metadata,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )
    with context.begin_transaction():
        context.run_migrations()


def run_over(connection: sa.Connection) -> None:
    """Run the migrations in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        context.run_migrations()


async def run_online(url: str) -> None:
    """Connect and run the migrations."""
    engine = create_async_engine(url, poolclass=sa.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run_over)
    await engine.dispose()


if context.is_offline_mode():
    run_offline(Settings().database_url)
else:
    asyncio.run(run_online(Settings().database_url))
