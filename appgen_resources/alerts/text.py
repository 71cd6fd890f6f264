"""The words of an alert."""

from datetime import UTC, datetime
from urllib.parse import quote

from appgen_resources.alerts.model import Doing, Event, Open

_MOST_ENTRIES = 6
_MOST_PROBLEMS = 5
_LONGEST = 300
FLEET = "the fleet"


def title(event: Event) -> str:
    """Return one line that says which application, what, and how it is now."""
    what = str(event.entries[0].subject)
    more = len(event.entries) - 1
    subject = what if not more else f"{what} and {more} more"
    words = {
        "failed": "failed" if event.severity != "warning" else "found something to look at",
        "blocked": "need a person" if more else "needs a person",
        "well": "are well again" if more else "is well again",
    }
    return f"{event.app or FLEET}: {subject} {words[event.change]}"


def body(event: Event, ui: str) -> str:
    """Return what failed and where, what is being done, and the links."""
    entries = event.entries[:_MOST_ENTRIES]
    hidden = len(event.entries) - len(entries)
    blocks = [_entry(event, entry) for entry in entries]
    if hidden:
        blocks.append(f"… and {hidden} more checks")
    if event.change != "well" or event.still:
        blocks.append(_doing(event))
    return "\n\n".join([*blocks, _links(event, ui)])


def _entry(event: Event, entry: Open) -> str:
    if event.change == "well":
        how = f" after repair attempt {event.doing.attempt}" if event.doing.attempt else ""
        return f"{entry.subject} passes again{how}; it had failed since {_time(entry.since)}."
    lines = [f"{entry.subject} ({entry.severity})"]
    for problem in entry.problems[:_MOST_PROBLEMS]:
        lines.append(f"- {_short(problem.text)}")
        if problem.spec or problem.node:
            lines.append(f"  spec: {' '.join(filter(None, (problem.spec, _in(problem.node))))}")
    if len(entry.problems) > _MOST_PROBLEMS:
        lines.append(f"- … and {len(entry.problems) - _MOST_PROBLEMS} more")
    return "\n".join(lines)


def _in(node: str) -> str:
    return f"({node})" if node else ""


def _doing(event: Event) -> str:
    if event.change == "well":
        return f"Still not well: {event.still} more check{'s' if event.still > 1 else ''} of {event.app}."
    lines = [f"Cause: {event.doing.cause}"] if event.doing.cause else []
    if event.severity == "warning" and event.doing.state == "nothing":
        return "\n".join([*lines, "What is being done: nothing; a warning holds nothing up."])
    return "\n".join([*lines, f"What is being done: {doing_text(event.doing)}"])


def doing_text(doing: Doing) -> str:
    """Return what is being done about a failure, in a sentence."""
    of = f"{doing.attempt} of {doing.most}" if doing.most else str(doing.attempt)
    match doing.state:
        case "repairing":
            return f"repair attempt {of}" + (f": {_short(doing.what)}." if doing.what else ".")
        case "blocked":
            tried = f" after {doing.attempt} repair attempts" if doing.attempt else ""
            why = f" ({_short(doing.what)})" if doing.what else ""
            return f"nothing any more{tried}{why}; a person is needed."
        case "nothing":
            return "nothing by itself; the last good release stays delivered."


def _links(event: Event, ui: str) -> str:
    lines = [f"Run: {ui}/runs/{event.run}"] if event.run else []
    assets = list(dict.fromkeys(e.subject.asset for e in event.entries if e.subject.asset))
    for asset in assets[:_MOST_ENTRIES]:
        partition = f"&partition={quote(event.app)}" if event.app else ""
        lines.append(f"Checks of {asset}: {ui}/assets/{quote(asset)}?view=checks{partition}")
    return "\n".join(lines)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
