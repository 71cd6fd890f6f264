"""Runs stages behind the content-addressed cache."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from generator.core.diagnostics import Diagnostic, NodeError, SpecError
from generator.core.digest import canonical_json, digest
from generator.core.errors import ToldError
from generator.core.spans import Span
from generator.stages.code import CodeIndex
from generator.stages.model import Artefact, Ref, StageDef, View, resolve
from generator.stages.store import Store, content_hash, get_blob, get_record, has_blob, put_blob, put_record
from generator.stages.tools import Tools

Done = Mapping[str, Artefact]
_KEY_LENGTH = 40  # a tag holds at most 63 characters
_AGAIN = "Build again with --force."
_NOWHERE = Span("", 1, 1, 1, 1)
WHOLE = View("whole", lambda value: value)


class Workshop:
    """Makes artefacts: from the store if the same key was made before, else by running the stage.

    `directives` holds, per stage, the digest of the rewrites in force for it.
    `fresh` runs every stage whatever the store holds. `sandbox` is the name of
    the one that applications are tried in.
    """

    def __init__(
        self,
        store: Store,
        code: CodeIndex,
        tools: Tools,
        *,
        directives: Mapping[str, str] | None = None,
        fresh: bool = False,
        sandbox: str = "process",
    ) -> None:
        self.store = store
        self.code = code
        self._tools = tools
        self._directives = dict(directives or {})
        self._fresh = fresh
        self._sandbox = sandbox
        self._narrowed: dict[tuple[str, str], Any] = {}

    def make(self, stage: StageDef, done: Done) -> Artefact:
        """Return the stage's output."""
        key = self.key(stage, done)
        kept = None if self._fresh else self.known(stage, key)
        return kept or self._run(stage, key, done)

    def made_now(self, stage: StageDef, done: Done) -> str:
        """Return the data version of what a pure stage makes, whatever was kept of it; nothing is kept."""
        made = self._result(stage, done)
        return content_hash(canonical_json(made[0] if stage.sidecar else made))

    def make_anew(self, stage: StageDef, done: Done) -> Artefact:
        """Run a stage and keep its output in the place of what was kept."""
        return self._run(stage, self.key(stage, done), done)

    def key(self, stage: StageDef, done: Done) -> str:
        """Return the hash of all that the stage's output depends on."""
        reads = [(i.stage, i.view.name, self._view_digest(done[i.stage], i.view)) for i in stage.inputs]
        parts = [stage.name, self.code.version(stage), reads, self._directives.get(stage.name, "")]
        if stage.sandboxed:
            parts.append(self._sandbox)
        return digest(parts)[:_KEY_LENGTH]

    def views(self, stage: StageDef, done: Done) -> list[Any]:
        """Return what the stage may see of its inputs, in order."""
        return [self._narrow(done[i.stage], i.view) for i in stage.inputs]

    def keep(
        self, stage: StageDef, key: str, value: Any, *, same_as: Any = None, sidecar: Any = None
    ) -> Artefact:
        """Put a stage's output into the store; `same_as` stands for it in the data version."""
        data = canonical_json(value)
        identity = content_hash(data) if same_as is None else digest(same_as)
        beside = put_blob(self.store, canonical_json(sidecar)) if stage.sidecar else ""
        ref = Ref(stage.name, key, identity, put_blob(self.store, data), beside)
        if stage.pure:
            self.remember(ref)
        return Artefact(ref, lambda: value, lambda: sidecar, hit=False)

    def remember(self, ref: Ref) -> None:
        """Note under a key what it has given."""
        put_record(self.store, _record(ref), ref)

    def known(self, stage: StageDef, key: str) -> Artefact | None:
        """Return what a key has given, if that is noted and still there."""
        ref = get_record(self.store, f"stages/{stage.name}/{key}", Ref)
        if ref is None or not all(has_blob(self.store, b) for b in (ref.blob, ref.sidecar) if b):
            return None
        return find(self.store, stage, ref)

    def _run(self, stage: StageDef, key: str, done: Done) -> Artefact:
        made = self._result(stage, done)
        value, sidecar = made if stage.sidecar else (made, None)
        return self.keep(stage, key, value, sidecar=sidecar)

    def _result(self, stage: StageDef, done: Done) -> Any:
        try:
            return resolve(stage.run)(self._tools, *self.views(stage, done))
        except NodeError as error:
            raise SpecError(_placed(error, stage, done)) from error

    def _narrow(self, artefact: Artefact, view: View) -> Any:
        place = (artefact.ref.blob, view.name)
        if place not in self._narrowed:
            self._narrowed[place] = view.of(artefact.value)
        return self._narrowed[place]

    def _view_digest(self, artefact: Artefact, view: View) -> str:
        if view is WHOLE:
            return artefact.ref.digest
        known = artefact.ref.views
        name = f"{view.name}@{self._view_code(view)}"
        if name not in known:
            known[name] = digest(self._narrow(artefact, view))
            if artefact.ref.key:
                self.remember(artefact.ref)
        return known[name]

    def _view_code(self, view: View) -> str:
        return self.code.module_version(view.of.__module__)[:12]


def _placed(error: NodeError, stage: StageDef, done: Done) -> list[Diagnostic]:
    """Return what a stage has to say of IR nodes, where they stand in the spec."""
    from generator.verify.provenance import locate  # noqa: PLC0415 - only what is refused pays for it

    spans = next(done[i.stage].sidecar for i in stage.inputs if done[i.stage].sidecar is not None)
    return [Diagnostic(d.code, d.message, locate(d.node, spans) or _NOWHERE, d.hint) for d in error.found]


def external(name: str, value: Any) -> Artefact:
    """Wrap what comes from outside the pipeline as an input of its first stage."""
    address = digest(value)
    return Artefact(Ref(name, "", address, address), lambda: value, hit=False)


def find(store: Store, stage: StageDef, ref: Ref) -> Artefact:
    """Return the kept output that a reference points to."""
    sidecar = (lambda: load(store, ref.sidecar, stage.sidecar)) if ref.sidecar else None
    return Artefact(ref, lambda: load(store, ref.blob, stage.gives), sidecar, hit=True)


def load(store: Store, address: str, kind: str) -> Any:
    """Return the value of a blob; `kind` is "module:Type"."""
    data = get_blob(store, address)
    if data is None:
        raise ToldError(f"an output of an earlier build is lost or spoilt ({address[:12]})", _AGAIN)
    try:
        return _decoder(kind).decode(data)
    except msgspec.DecodeError as error:
        raise ToldError(
            f"an output of an earlier version of appgen can't be read: {error}", _AGAIN
        ) from error


@cache
def _decoder(kind: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(resolve(kind))


def _record(ref: Ref) -> str:
    return f"stages/{ref.stage}/{ref.key}"
