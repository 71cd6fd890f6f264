"""What counts as an e-mail address, a URL, a timestamp ...: one definition for schemas and interpreter.

Each pattern is anchored, uses only ASCII classes and no look-around, so that
Python's `re` and the Rust engine inside Pydantic read it alike. Match in Python
with `fullmatch`. The delivered copy in `runtime/wire.py` is held equal by a test.
"""

from __future__ import annotations

# WHATWG's definition of a valid address, with at least one dot in the domain.
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL_PATTERN = rf"^[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})+$"
EMAIL_MAX_LENGTH = 254

# http or https, a host, an optional port, then printable ASCII.
URL_PATTERN = r"^https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:[/?#][!-~]*)?$"
URL_MAX_LENGTH = 2048

STRING_MAX_LENGTH = 255
TEXT_MAX_LENGTH = 20_000

# JSON strings (a decimal may also be sent as a number).
DECIMAL_PATTERN = r"^-?[0-9]{1,40}(?:\.[0-9]{1,40})?$"
DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
TIME_PATTERN = r"^[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?$"
DATETIME_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})$"
)

INT_MIN, INT_MAX = -(2**31), 2**31 - 1

# PostgreSQL's text cannot hold it.
FORBIDDEN_CHARACTER = "\x00"


def whole(pattern: str) -> str:
    """Anchor the pattern of a field's `matches`: it must match the whole text."""
    return f"^(?:{pattern})$"
