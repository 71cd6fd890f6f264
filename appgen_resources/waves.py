"""How far a new version of the generator has come through the fleet."""

from collections.abc import Callable, Iterable
from typing import Literal

import msgspec
from msgspec.structs import replace

from appgen_resources.operations.model import Waves, matches

Standing = Literal["waiting", "building", "green", "failed"]
Phase = Literal["canaries", "rest", "stopped", "done"]


class Rollout(msgspec.Struct, frozen=True, omit_defaults=True):
    """A version's way: who goes first, who was asked so far, how each of them stands."""

    version: str = ""
    canaries: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    standing: dict[str, Standing] = {}

    def phase(self, apps: Iterable[str]) -> Phase:
        """Return how far it is; canaries that are not all green keep everyone else back."""
        first = [self.standing.get(app, "waiting") for app in self.canaries]
        if "failed" in first:
            return "stopped"
        if any(standing != "green" for standing in first):
            return "canaries"
        ended = all(self.standing.get(app, "waiting") in {"green", "failed"} for app in apps)
        return "done" if ended else "rest"


def begin(version: str, apps: Iterable[str], waves: Waves) -> Rollout:
    """Choose the canaries of a new version."""
    named = tuple(app for app in sorted(apps) if matches(app, waves.canaries)) if waves.canaries else ()
    return Rollout(version, named or tuple(sorted(apps)[: waves.first]))


def advance(
    rollout: Rollout, apps: Iterable[str], waves: Waves, stand: Callable[[str], Standing]
) -> tuple[Rollout, list[str]]:
    """Ask how those under way stand; return that, and who is next: the canaries, then a wave at a time."""
    present = sorted(apps)
    here = set(present)
    canaries = tuple(app for app in rollout.canaries if app in here)
    asked = tuple(app for app in rollout.asked if app in here)
    kept = {app: standing for app, standing in rollout.standing.items() if app in here}
    # A canary that was mended goes on counting; others are asked until their build has ended.
    open_ones = [
        app for app in asked if kept.get(app) != "green" and (app in canaries or kept.get(app) != "failed")
    ]
    now = replace(
        rollout, canaries=canaries, asked=asked, standing={**kept, **{a: stand(a) for a in open_ones}}
    )
    match now.phase(present):
        case "canaries":
            chosen = [app for app in canaries if app not in asked]
        case "rest" if not any(now.standing.get(app) == "building" for app in asked):
            chosen = [app for app in present if app not in asked][: waves.size]
        case _:
            chosen = []
    return replace(now, asked=(*asked, *chosen)), chosen
