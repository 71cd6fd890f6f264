"""Delivering the verified application."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from generator.deliver import changes
from generator.deliver.changes import compare, read_manifest
from generator.deliver.target import GitTarget, parse_target
from generator.deliver.tree import DeliveryReport, deliver
from generator.verify.sandbox import Files


def run(
    bundle: Files,
    out: str,
    *,
    title: str,
    why: str = "",
    force: bool = False,
    originals: Mapping[str, str] | None = None,
    because: tuple[str, ...] = (),
) -> DeliveryReport:
    """Deliver it to a folder, or as a commit to a branch; with `originals` hand edits become patches.

    `because` names the IR nodes and overrides behind what has changed.
    """
    target = parse_target(out)
    if isinstance(target, GitTarget):
        from generator.deliver import git  # noqa: PLC0415 - dulwich takes half a second to load

        why = "\n\n".join(filter(None, (why, "\n".join(f"- {cause}" for cause in because))))
        report = git.deliver_to_git(bundle, target, title=title, why=why, force=force, originals=originals)
    else:
        report = deliver(bundle, target, force=force, originals=originals)
    return replace(report, because=because)


def is_current(bundle: Files, out: str) -> bool:
    """Whether the target holds exactly this bundle, beside what people wrote."""
    target = parse_target(out)
    if isinstance(target, GitTarget):
        from generator.deliver import git  # noqa: PLC0415 - see above

        return git.is_current(bundle, target)
    manifest = read_manifest(target)
    return manifest is not None and not compare(target, bundle.files, manifest).any


def edited(out: str) -> tuple[str, ...]:
    """Return the delivered files that were changed by hand since."""
    target = parse_target(out)
    if isinstance(target, GitTarget):
        from generator.deliver import git  # noqa: PLC0415 - see above

        return git.edited(target)
    return changes.edited(target)
