"""Settings, read from the environment."""

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

DRIVER = "postgresql+asyncpg://"


def with_driver(url: object) -> object:
    """Take the address that hosting platforms hand out, without the driver's name."""
    if not isinstance(url, str):
        return url
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            return DRIVER + url.removeprefix(scheme)
    return url


DatabaseUrl = Annotated[str, BeforeValidator(with_driver), Field(pattern=r"^postgresql\+asyncpg://")]


class Settings(BaseSettings):
    """DATABASE_URL, POOL_SIZE, HOST and PORT."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: DatabaseUrl = "postgresql+asyncpg://localhost/clinic"
    pool_size: Annotated[int, Field(ge=1, le=100)] = 10
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
