"""Row keys: UUIDv7, strictly increasing within the process."""

import secrets
import time
from threading import Lock
from uuid import UUID

_RANDOM_BITS = 74
_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62
_LOW = (1 << 62) - 1
_LOCK = Lock()
_last = 0


def new_id() -> UUID:
    """Return a UUIDv7 that sorts after every one made before, even within a millisecond."""
    global _last  # noqa: PLW0603 - one sequence per process is the point
    fresh = time.time_ns() // 1_000_000 << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    with _LOCK:
        _last = fresh if fresh > _last else _last + 1 + secrets.randbits(32)
        number = _last
    return UUID(int=_spread(number))


def _spread(number: int) -> int:
    """Put the version and variant bits between time, high and low random bits."""
    moment, noise = number >> _RANDOM_BITS, number & (1 << _RANDOM_BITS) - 1
    return moment << 80 | _VERSION | noise >> 62 << 64 | _VARIANT | noise & _LOW
