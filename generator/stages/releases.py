"""What was released of each application, newest first: enough of it to deliver an earlier one again."""

from __future__ import annotations

import msgspec

from generator.core.digest import canonical_json
from generator.core.errors import EXIT_USAGE, ToldError
from generator.emit.bundle import Bundle
from generator.pipeline import BY_NAME
from generator.stages.model import Artefact, Ref
from generator.stages.store import Store, content_hash, get_kept, put_blob, put_record
from generator.stages.workshop import find

KEEP = 10


class Released(msgspec.Struct, frozen=True):
    """One release; `time` is UTC in ISO 8601, `bundle` is all that was delivered, in the artefact store."""

    number: int
    time: str
    out: str
    bundle: Ref
    changed: int
    why: str = ""


class Releases(msgspec.Struct, frozen=True):
    """An application's releases; `held` is the data version of a bundle that was rolled back."""

    kept: tuple[Released, ...] = ()
    held: str = ""

    @property
    def current(self) -> Released | None:
        """The one that is delivered."""
        return self.kept[0] if self.kept else None

    def number(self, wanted: int) -> Released:
        """Return a release that is still kept."""
        found = next((r for r in self.kept if r.number == wanted), None)
        if found is None:
            known = ", ".join(str(r.number) for r in self.kept) or "none"
            raise UnknownReleaseError(f"there is no release {wanted}", f"Kept are: {known}.")
        return found


class UnknownReleaseError(ToldError):
    """No such release is kept."""

    exit_code = EXIT_USAGE


def releases(store: Store, app: str) -> Releases:
    """Return what was released."""
    loses = "earlier releases can't be rolled back to then"
    return get_kept(store, _record(app), Releases, loses) or Releases()


def note(store: Store, app: str, released: Released, *, keep: int = KEEP) -> Released:
    """Remember a release under the next number; the oldest beyond `keep` are forgotten."""
    known = releases(store, app)
    current = known.current
    if current is not None and (current.bundle.digest, current.out) == (released.bundle.digest, released.out):
        return current
    made = msgspec.structs.replace(released, number=current.number + 1 if current else 1)
    put_record(store, _record(app), Releases((made, *known.kept)[:keep]))
    return made


def hold(store: Store, app: str, digest: str) -> None:
    """Keep a bundle from being delivered again by itself; "" lets everything through."""
    put_record(store, _record(app), msgspec.structs.replace(releases(store, app), held=digest))


def before(known: Releases) -> Released:
    """Return the newest release with another content than the current one."""
    current = known.current
    found = next((r for r in known.kept if current and r.bundle.digest != current.bundle.digest), None)
    if found is None:
        raise UnknownReleaseError(
            "there is no earlier release",
            f"All that was released is one tree ({len(known.kept)} times)." if current else "Nothing was.",
        )
    return found


def identity(bundle: Bundle) -> str:
    """Return the data version of what is delivered."""
    return content_hash(canonical_json(bundle))


def put_bundle(store: Store, bundle: Bundle) -> Ref:
    """Keep what is delivered, so that it can be delivered again."""
    data = canonical_json(bundle)
    return Ref("app_bundle", "", content_hash(data), put_blob(store, data))


def bundle_of(store: Store, released: Released) -> Artefact:
    """Return the bundle of a release."""
    return find(store, BY_NAME["app_bundle"], released.bundle)


def delivered_last(store: Store, app: str) -> dict[str, str]:
    """Return path -> text of the current release; nothing if there is none."""
    current = releases(store, app).current
    return {f.path: f.text for f in bundle_of(store, current).value.files} if current else {}


def _record(app: str) -> str:
    return f"releases/{app}"
