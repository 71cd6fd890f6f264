"""From what was seen to what is told: each change of state once."""

from collections.abc import Callable, Iterable
from itertools import groupby

from msgspec.structs import replace

from appgen_resources.alerts.model import Doing, Event, Ledger, Observation, Open

AskDoing = Callable[[Open], Doing]


def track(ledger: Ledger, seen: Iterable[Observation]) -> tuple[Ledger, list[Event]]:
    """Take observations in; return what is known now, and the events, oldest first."""
    known = dict(ledger.open)
    events: list[Event] = []
    ordered = sorted(seen, key=lambda o: (o.at, o.subject))
    for (app, run), told in groupby(ordered, key=lambda o: (o.subject.app, o.run)):
        events += _one_run(known, app, run, list(told))
    return replace(ledger, open=known), events


def _one_run(known: dict[str, Open], app: str, run: str, told: list[Observation]) -> list[Event]:
    worse = [entry for seen in told if (entry := _worse(known, seen)) is not None]
    better = [entry for seen in told if (entry := _better(known, seen)) is not None]
    at = max(seen.at for seen in told)
    attempt = max(seen.attempt for seen in told)
    still = sum(entry.subject.app == app for entry in known.values())
    events = []
    if better:
        doing = Doing("repairing", attempt) if attempt else Doing()
        events.append(Event("well", app, run, at, tuple(better), doing, still))
    if worse:
        events.append(Event("failed", app, run, at, tuple(worse)))
    return events


def _worse(known: dict[str, Open], seen: Observation) -> Open | None:
    """Remember a failure; return what is new of it, None if it was known."""
    before = known.get(seen.subject.key)
    if seen.ok or (before is not None and seen.at < before.at):
        return None
    old = {problem.id for problem in before.problems} if before else set()
    since, state = (before.since, before.state) if before else (seen.at, "failed")
    entry = Open(seen.subject, seen.severity, since, seen.at, seen.run, seen.problems, state)
    known[seen.subject.key] = entry
    fresh = tuple(problem for problem in seen.problems if problem.id not in old)
    if before is None:
        return entry
    return replace(entry, problems=fresh) if fresh else None


def _better(known: dict[str, Open], seen: Observation) -> Open | None:
    """Forget a failure that is over; return what it was."""
    before = known.get(seen.subject.key)
    if not seen.ok or before is None or seen.at < before.at:
        return None
    return known.pop(seen.subject.key)


def blocked(ledger: Ledger, ask: AskDoing) -> tuple[Ledger, list[Event]]:
    """Return an event for what needs a person from now on."""
    known, events = dict(ledger.open), []
    waiting = sorted((e for e in known.values() if e.state == "failed"), key=lambda e: (e.subject.app, e.run))
    for (app, run), entries in groupby(waiting, key=lambda e: (e.subject.app, e.run)):
        asked = [(entry, ask(entry)) for entry in entries]
        stuck = [(entry, doing) for entry, doing in asked if doing.state == "blocked"]
        for entry, _ in stuck:
            known[entry.subject.key] = replace(entry, state="blocked")
        if stuck:
            entries_stuck = tuple(entry for entry, _ in stuck)
            events.append(
                Event("blocked", app, run, max(e.at for e in entries_stuck), entries_stuck, stuck[0][1])
            )
    return replace(ledger, open=known), events


def forget(ledger: Ledger, apps: set[str]) -> Ledger:
    """Drop what is known of applications that are gone; what belongs to none of them stays."""
    kept = {key: e for key, e in ledger.open.items() if not e.subject.app or e.subject.app in apps}
    return replace(ledger, open=kept)
