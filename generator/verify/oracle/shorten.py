"""Takes requests out of a sequence for as long as application and interpreter still part in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from generator.verify.oracle.model import Difference, Sent
from generator.verify.oracle.twin import Differs, Twin
from generator.verify.plan.requests import Draft


def shorten(twin: Twin, found: Difference) -> Difference:
    """Return the difference with requests and members left out that it doesn't need."""
    best = _again(twin, [(r, r.draft) for r in found.requests], found) or found
    size = 0
    while size != len(best.requests):  # without one, others may not be needed either
        size = len(best.requests)
        best = _without_requests(twin, best)
    return _without_members(twin, best)


def _without_requests(twin: Twin, best: Difference) -> Difference:
    """Leave out single requests, the latest first; the last one shows the difference."""
    place = len(best.requests) - 2
    while place >= 0:
        kept = [(r, r.draft) for n, r in enumerate(best.requests) if n != place]
        best = _again(twin, kept, best) or best
        place = min(place, len(best.requests) - 1) - 1
    return best


def _without_members(twin: Twin, best: Difference) -> Difference:
    """Leave out single members of bodies and queries."""
    for place in range(len(best.requests)):
        for draft in list(_smaller(best.requests[place].draft)):
            tried = [(r, draft if n == place else r.draft) for n, r in enumerate(best.requests)]
            if len(tried) > place and _members(draft) < _members(best.requests[place].draft):
                best = _again(twin, tried, best) or best
    return best


def _smaller(draft: Draft) -> list[Draft]:
    replace = msgspec.structs.replace
    members = list(draft.body) if isinstance(draft.body, dict) else []
    bodies = [replace(draft, body={k: v for k, v in draft.body.items() if k != m}) for m in members]
    queries = [replace(draft, query={k: v for k, v in draft.query.items() if k != m}) for m in draft.query]
    return [*bodies, *queries]


def _members(draft: Draft) -> int:
    return len(draft.query) + (len(draft.body) if isinstance(draft.body, dict) else 0)


def _again(twin: Twin, requests: Sequence[tuple[Sent, Draft]], like: Difference) -> Difference | None:
    """Send requests once more; return the difference if it is the same kind, at the last request."""
    twin.begin()
    ids: dict[str, str] = {}
    for sent, draft in requests:
        try:
            twin.send(renamed(draft, ids), sent.actor)
        except Differs as problem:
            found = problem.difference
            same = (found.kind, found.node) == (like.kind, like.node)
            return found if same and len(found.requests) == len(requests) else None
        made = twin.sent[-1].made
        if len(made) != len(sent.made):
            return None
        ids.update({old: new for (_, old), (_, new) in zip(sent.made, made, strict=True)})
        ids.update(_values(sent.rows, twin.sent[-1].rows))
    return None


def renamed(draft: Draft, names: dict[str, str]) -> Draft:
    """Return the draft with other ids and times where it refers to what was there."""
    return msgspec.structs.replace(
        draft,
        path=tuple(_renamed(v, names) for v in draft.path),
        query={k: _renamed(v, names) for k, v in draft.query.items()},
        body=_renamed(draft.body, names),
    )


def _renamed(value: Any, names: dict[str, str]) -> Any:
    match value:
        case {"$ref": name}:
            return {"$ref": names.get(name, name)}
        case {"$seen": name}:
            return {"$seen": names.get(name, name)}
        case dict():
            return {k: _renamed(v, names) for k, v in value.items()}
        case list():
            return [_renamed(v, names) for v in value]
        case _:
            return value


def _values(old: Sequence[Any], new: Sequence[Any]) -> dict[str, str]:
    """Return what texts of rows have become: times of the server's clock."""
    found: dict[str, str] = {}
    for was, row in zip(old, new, strict=False):
        found |= {v: row[k] for k, v in was.items() if isinstance(v, str) and isinstance(row.get(k), str)}
    return found
