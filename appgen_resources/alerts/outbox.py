"""Messages that wait to be sent: persisted before the first attempt, dropped after the one that succeeds."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from appgen_resources.alerts import text
from appgen_resources.alerts.channel import Kind, UndeliveredError, send
from appgen_resources.alerts.model import Delivery, Event
from appgen_resources.operations.model import Operations

_FIRST_WAIT = 30.0
_LONGEST_WAIT = 3600.0
_GIVEN_UP_AFTER = 2 * 24 * 3600.0
_SECONDS_A_TICK = 25.0
_KINDS: dict[str, Kind] = {"well": "success", "warning": "warning", "error": "failure", "critical": "failure"}

Keep = Callable[[tuple[Delivery, ...]], None]
Send = Callable[[str, str, str, Kind], None]


class Sent(NamedTuple):
    """What became of a tick's messages; `lost` were given up."""

    sent: int
    waiting: tuple[Delivery, ...]
    lost: tuple[Delivery, ...]


def address(url: str) -> str:
    """Return the name under which a URL is remembered: nothing of it can be read back."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def deliveries(events: Iterable[Event], told: Operations, now: float) -> Iterator[Delivery]:
    """Yield a message per event and URL; of two routes to one URL the first counts."""
    for event in events:
        kind = _KINDS["well" if event.change == "well" else event.severity]
        routes = [r for r in told.alerts if r.takes(event.severity, event.app, told.owner(event.app))]
        urls = dict.fromkeys(url for route in routes for url in route.to)
        for url in urls:
            name = hashlib.sha256(f"{event.app}|{event.run}|{event.change}|{event.entries}".encode())
            yield Delivery(
                f"{name.hexdigest()[:16]}:{address(url)}",
                address(url),
                text.title(event),
                text.body(event, told.ui),
                kind,
                now,
                now,
            )


def flush(
    waiting: tuple[Delivery, ...], told: Operations, keep: Keep, *, now: float, sending: Send = send
) -> Sent:
    """Send what is due, as long as a tick may take; `keep` is called after each attempt."""
    urls = {address(url): url for route in told.alerts for url in route.to}
    left = {delivery.id: delivery for delivery in waiting if delivery.target in urls}
    lost: list[Delivery] = []
    sent = 0
    end = time.monotonic() + _SECONDS_A_TICK
    for delivery in [d for d in left.values() if d.due <= now]:
        if time.monotonic() > end:
            break
        after = _attempt(delivery, urls, now, sending)
        left.pop(delivery.id)
        if after is None:
            sent += 1
        elif now - after.since > _GIVEN_UP_AFTER:
            lost.append(after)
        else:
            left[delivery.id] = after
        keep(tuple(left.values()))
    return Sent(sent, tuple(left.values()), tuple(lost))


def _attempt(delivery: Delivery, urls: Mapping[str, str], now: float, sending: Send) -> Delivery | None:
    """Return None when the message was taken, else when it is tried again."""
    try:
        sending(urls[delivery.target], delivery.title, delivery.body, delivery.kind)
    except UndeliveredError as error:
        wait = min(_FIRST_WAIT * 2**delivery.tries, _LONGEST_WAIT)
        return replace(delivery, tries=delivery.tries + 1, due=now + wait, problem=str(error))
    return None
