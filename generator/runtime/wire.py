"""Values as they come over the wire: the types that every schema is made of."""

import math
import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    JsonValue,
)
from pydantic_core import CoreSchema

T = TypeVar("T")

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL = rf"^[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})+$"
URL = r"^https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:[/?#][!-~]*)?$"
DECIMAL = r"^-?[0-9]{1,40}(?:\.[0-9]{1,40})?$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
TIME = r"^[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?$"
DATETIME = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})$"
)
_DECIMAL = re.compile(DECIMAL)

INT_MIN, INT_MAX = -(2**31), 2**31 - 1


class Schema(BaseModel):
    """A JSON object with known members only."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Document no default of null where null may not be sent."""
        reference = handler(schema)
        for member in handler.resolve_ref_schema(reference).get("properties", {}).values():
            if member.get("default", ...) is None and {"type": "null"} not in member.get("anyOf", ()):
                del member["default"]
        return reference


class Page(Schema, Generic[T]):
    """One page of a list; `total` when the request asked for it."""

    items: list[T]
    limit: int
    offset: int
    has_more: bool
    total: int | None = None


class _Sent:
    """Takes null out of `T | None`: a member may be left out, but not be null."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        return schema["schema"] if schema["type"] == "nullable" else schema


Omittable = Annotated[T | None, _Sent()]


def _storable(value: str) -> str:
    """Refuse what PostgreSQL's text cannot hold: NUL, and halves of surrogate pairs."""
    if "\x00" in value or not _encodes(value):
        raise ValueError("must not contain NUL or unpaired surrogates")
    return value


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _written(pattern: str, kind: type) -> BeforeValidator:
    """Take strings of one form only, where Pydantic would take timestamps and more."""
    form = re.compile(pattern)

    def check(value: object) -> object:
        if isinstance(value, kind) or (isinstance(value, str) and form.fullmatch(value)):
            return value
        raise ValueError("is not written as it should be")

    return BeforeValidator(check)


def _number(value: object) -> object:
    """Let a decimal be sent as a number, or as a string that is a plain number."""
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        raise ValueError("is not a decimal number")
    return value


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is out of range") from None


def _storable_json(value: JsonValue) -> JsonValue:
    """Refuse null, and what PostgreSQL's jsonb cannot hold anywhere inside."""
    if value is None:
        raise ValueError("must not be null")
    _check_json(value)
    return value


def _check_json(value: JsonValue) -> None:
    match value:
        case str():
            _storable(value)
        case float() if not math.isfinite(value):
            raise ValueError("must not contain NaN or infinite numbers")
        case list():
            for item in value:
                _check_json(item)
        case dict():
            for key, item in value.items():
                _storable(key)
                _check_json(item)
        case _:
            pass


# What a constrained type needs beside its bounds: Annotated[str, Field(max_length=80), STORABLE].
STORABLE = AfterValidator(_storable)
PLAIN_NUMBER = BeforeValidator(_number)
ISO_DATE = _written(DATE, date)
ISO_TIME = _written(TIME, time)
ISO_MOMENT = _written(DATETIME, datetime)
IN_UTC = AfterValidator(_utc)

Integer = Annotated[int, Field(strict=True, ge=INT_MIN, le=INT_MAX)]
Float = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Boolean = Annotated[bool, Field(strict=True)]
Id = Annotated[UUID, _written(r"^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$", UUID)]
Date = Annotated[date, ISO_DATE]
Time = Annotated[time, ISO_TIME]
Moment = Annotated[AwareDatetime, ISO_MOMENT, IN_UTC]
Json = Annotated[JsonValue, AfterValidator(_storable_json)]
