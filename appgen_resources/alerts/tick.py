"""One look at the fleet: what has ended since, who has to know, and sending it."""

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import NamedTuple

import dagster as dg
from msgspec.structs import replace

from appgen_resources.alerts.channel import send
from appgen_resources.alerts.ledger import read_ledger, write_ledger
from appgen_resources.alerts.model import Delivery, Doing, Event, Ledger, Open
from appgen_resources.alerts.observe import Ended, advanced, ended_runs, first_cursors, observe, standing
from appgen_resources.alerts.outbox import Send, deliveries, flush
from appgen_resources.alerts.track import blocked, forget, track
from appgen_resources.operations.model import Operations
from generator.stages.store import Store

Ask = Callable[[Open], Doing]
Wait = Callable[[Ended], bool]


class Told(NamedTuple):
    """What a tick did."""

    events: list[Event]
    sent: int
    waiting: tuple[Delivery, ...]
    lost: tuple[Delivery, ...]


def nothing_is_done(_: Open) -> Doing:
    """Answer for a fleet that nobody repairs."""
    return Doing()


def wait_for_nothing(_: Ended) -> bool:
    """Answer for a fleet in which nobody decides anything about a run."""
    return False


class Watcher(NamedTuple):
    """What a look depends on: what is done about a failure, which runs wait, what says more than runs."""

    ask: Ask = nothing_is_done
    wait: Wait = wait_for_nothing
    runless: Sequence[dg.AssetCheckKey] = ()


def alert_tick(
    instance: dg.DagsterInstance,
    told: Operations,
    store: Store,
    apps: set[str],
    *,
    now: float,
    watcher: Watcher = Watcher(),  # noqa: B008 - it never changes
    sending: Send = send,
) -> Told:
    """Look once. What is known and what waits is kept before anything is sent: a crash loses nothing."""
    before = read_ledger(instance)
    ledger, events = _news(instance, forget(before, apps), store, watcher)
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
    instance: dg.DagsterInstance, ledger: Ledger, store: Store, watcher: Watcher
) -> tuple[Ledger, list[Event]]:
    cursors = ledger.cursors or first_cursors(instance)
    ended = list(takewhile(lambda one: not watcher.wait(one), ended_runs(instance, cursors)))
    seen = [o for one in ended for o in observe(instance, one, store)]
    seen += standing(instance, watcher.runless, store)
    ledger, events = track(replace(ledger, cursors=advanced(cursors, ended)), seen)
    ledger, stuck = blocked(ledger, watcher.ask)
    failed = [_with_doing(event, watcher.ask) for event in events if not _told_by(event, stuck)]
    return ledger, [*failed, *stuck]


def _with_doing(event: Event, ask: Ask) -> Event:
    return replace(event, doing=ask(event.entries[0])) if event.change == "failed" else event


def _told_by(event: Event, stuck: list[Event]) -> bool:
    """Whether that a person is needed says the same, and more."""
    own = {entry.subject for entry in event.entries}
    return event.change == "failed" and any(
        event.run == other.run and own <= {entry.subject for entry in other.entries} for other in stuck
    )
