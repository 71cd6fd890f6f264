"""How far a new version of the generator has come through the fleet."""

from collections.abc import Callable, Iterable
from typing import Literal

import msgspec
from msgspec.structs import replace

from appgen_resources.operations.model import Waves, matches

Standing = Literal["waiting", "building", "green", "failed"]
Phase = Literal["canaries", "rest", "stopped", "done"]


class Rollout(msgspec.Struct, frozen=True, omit_defaults=True):
    """A version's way: whom it is for, who goes first, who was asked so far, how each of them stands.

    What appears later is built with this version anyway and is no member.
    """

    version: str = ""
    members: tuple[str, ...] = ()
    canaries: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    standing: dict[str, Standing] = {}

    @property
    def phase(self) -> Phase:
        """How far it is; canaries that are not all green keep everyone else back."""
        first = [self.standing.get(app, "waiting") for app in self.canaries]
        if "failed" in first:
            return "stopped"
        if any(standing != "green" for standing in first):
            return "canaries"
        ended = all(self.standing.get(app, "waiting") in {"green", "failed"} for app in self.members)
        return "done" if ended else "rest"

    def without(self, gone: Callable[[str], bool]) -> "Rollout":
        """Return it without applications that are gone."""
        kept = {app: standing for app, standing in self.standing.items() if not gone(app)}
        groups = (self.members, self.canaries, self.asked)
        members, canaries, asked = (tuple(a for a in group if not gone(a)) for group in groups)
        return Rollout(self.version, members, canaries, asked, kept)


def begin(version: str, apps: Iterable[str], waves: Waves) -> Rollout:
    """Choose the canaries of a new version, of the applications that an older one has released."""
    members = tuple(sorted(apps))
    named = tuple(app for app in members if matches(app, waves.canaries)) if waves.canaries else ()
    return Rollout(version, members, named or members[: waves.first])


def advance(
    rollout: Rollout, waves: Waves, stand: Callable[[str], Standing], busy: Callable[[str], bool]
) -> tuple[Rollout, list[str]]:
    """Ask how those under way stand; return that, and who is next: the canaries, then a wave at a time.

    Whoever is `busy` with another run is not asked yet.
    """
    asked, known = rollout.asked, rollout.standing
    # A canary that was mended goes on counting; others are asked until their build has ended.
    ended = {app for app in asked if known.get(app) == "failed" and app not in rollout.canaries}
    under_way = [app for app in asked if known.get(app) != "green" and app not in ended]
    now = replace(rollout, standing={**known, **{app: stand(app) for app in under_way}})
    match now.phase:
        case "canaries":
            chosen = [app for app in now.canaries if app not in asked]
        case "rest" if not any(now.standing.get(app) == "building" for app in asked):
            chosen = [app for app in now.members if app not in asked]
        case _:
            chosen = []
    free = [app for app in chosen if not busy(app)]
    next_ones = free if now.phase == "canaries" else free[: waves.size]
    return replace(now, asked=(*asked, *next_ones)), next_ones
