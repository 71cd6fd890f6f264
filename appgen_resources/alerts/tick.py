"""One look at the fleet: what has ended since, who has to know, and sending it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import dagster as dg
from msgspec.structs import replace

from appgen_resources.alerts.channel import send
from appgen_resources.alerts.ledger import read_ledger, write_ledger
from appgen_resources.alerts.model import Delivery, Doing, Event, Ledger, Open
from appgen_resources.alerts.observe import advanced, ended_runs, first_cursors, observe, standing
from appgen_resources.alerts.outbox import Send, deliveries, flush
from appgen_resources.alerts.track import blocked, forget, track
from appgen_resources.operations.model import Operations
from generator.stages.store import Store

Ask = Callable[[dg.DagsterInstance, Open], Doing]


class Told(NamedTuple):
    """What a tick did."""

    events: list[Event]
    sent: int
    waiting: tuple[Delivery, ...]
    lost: tuple[Delivery, ...]


def nothing_is_done(_: dg.DagsterInstance, __: Open) -> Doing:
    """Answer for a fleet that nobody repairs."""
    return Doing()


def alert_tick(
    instance: dg.DagsterInstance,
    told: Operations,
    store: Store,
    apps: set[str],
    *,
    now: float,
    ask: Ask = nothing_is_done,
    sending: Send = send,
    runless: Sequence[dg.AssetCheckKey] = (),
) -> Told:
    """Look once. What is known and what waits is kept before anything is sent: a crash loses nothing."""
    before = read_ledger(instance)
    ledger, events = _news(instance, forget(before, apps), store, ask, runless)
    ledger = replace(ledger, outbox=(*ledger.outbox, *deliveries(events, told, now)))
    if ledger != before:
        write_ledger(instance, ledger)
    done = flush(
        ledger.outbox,
        told,
        lambda waiting: write_ledger(instance, replace(ledger, outbox=waiting)),
        now=now,
        sending=sending,
    )
    return Told(events, *done)


def _news(
    instance: dg.DagsterInstance,
    ledger: Ledger,
    store: Store,
    ask: Ask,
    runless: Sequence[dg.AssetCheckKey],
) -> tuple[Ledger, list[Event]]:
    cursors = ledger.cursors or first_cursors(instance)
    ended = ended_runs(instance, cursors)
    seen = [o for one in ended for o in observe(instance, one, store)]
    seen += standing(instance, runless, store)
    ledger, events = track(replace(ledger, cursors=advanced(cursors, ended)), seen)
    ledger, stuck = blocked(ledger, lambda entry: ask(instance, entry))
    failed = [_with_doing(instance, e, ask) for e in events if not _told_by(e, stuck)]
    return ledger, [*failed, *stuck]


def _with_doing(instance: dg.DagsterInstance, event: Event, ask: Ask) -> Event:
    return replace(event, doing=ask(instance, event.entries[0])) if event.change == "failed" else event


def _told_by(event: Event, stuck: list[Event]) -> bool:
    """Whether that a person is needed says the same, and more."""
    own = {entry.subject for entry in event.entries}
    return event.change == "failed" and any(
        event.run == other.run and own <= {entry.subject for entry in other.entries} for other in stuck
    )
