"""Which released revisions a build has to take as they are."""

from __future__ import annotations

from generator.core.diagnostics import SpecError
from generator.core.errors import ToldError
from generator.emit.history import History, Revision
from generator.emit.snapshot import snapshot
from generator.ir.changes import Changes
from generator.stages.model import Artefact, StageDef
from generator.stages.workshop import Done, Workshop, external

RELEASED = "released"  # the external input
_AS_IT_WAS = "Build its spec as it was delivered once, so that its schema is noted; then change it."


def that_counts(released: History, migrations: StageDef, done: Done, workshop: Workshop) -> Artefact:
    """Return the revisions that the migrations go on from.

    Without the newest that lead to the schema of now, if they would be made now in the same
    words: then a build after a delivery reads what the build before it has read, and makes
    nothing anew.
    """
    head = released.head
    if head is None:
        return external(RELEASED, released)
    if head.schema is None:
        return external(RELEASED, _begun(head, done))
    from generator.emit.physical import physical  # noqa: PLC0415 - without a history nobody asks

    before = released.before(snapshot(physical(done["application_ir"].value)))
    again = released.revisions[len(before.revisions) :]
    shorter = external(RELEASED, before)
    taken = not again or _gives(again, shorter, migrations, done, workshop)
    return shorter if taken else external(RELEASED, released)


def _begun(head: Revision, done: Done) -> History:
    """Return the history of what was delivered before histories were kept: it must not have changed since."""
    from generator.emit.migrations import plan_revision  # noqa: PLC0415 - see above

    planned = plan_revision(done["application_ir"].value, History(), Changes())
    if planned is None or planned.revision.id != head.id:
        raise ToldError(f"nobody knows what revision {head.id} of what was delivered leads to", _AS_IT_WAS)
    return History()


def _gives(
    again: tuple[Revision, ...], before: Artefact, migrations: StageDef, done: Done, workshop: Workshop
) -> bool:
    try:
        made = workshop.make(migrations, {**done, RELEASED: before}).value
    except SpecError:  # its reasons may have left the spec since
        return False
    return {(r.path, r.text) for r in again} <= {(f.path, f.text) for f in made.files}
