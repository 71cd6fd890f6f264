"""What a stage is: its inputs, what it reads of them, the code that it runs."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import msgspec


class View(msgspec.Struct, frozen=True):
    """The part of an input that a stage reads: it gets nothing else, so nothing else can make it stale."""

    name: str
    of: Callable[[Any], Any]


class Input(msgspec.Struct, frozen=True):
    """A stage that another one reads from, through a view."""

    stage: str
    view: View


class StageDef(msgspec.Struct, frozen=True):
    """One row of the pipeline. `run` and `gives` are "module:name", imported when first needed.

    `run` gets the tools and then its views in order. A stage that is not `pure`
    tries the application out or delivers it: it is planned by its key but never
    answered from the cache. `code` names further modules whose change makes it
    stale, `data` folders below `generator/` that it copies, `tools` installed
    distributions whose version matters. `after` orders without data. What is
    `sandboxed` was true in one sandbox and has to be seen in another one too.
    """

    name: str
    run: str
    gives: str
    inputs: tuple[Input, ...]
    sidecar: str = ""
    code: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    pure: bool = True
    sandboxed: bool = False

    @property
    def upstream(self) -> tuple[str, ...]:
        """Names of the stages that must be done before."""
        return (*(i.stage for i in self.inputs), *self.after)


class Ref(msgspec.Struct, frozen=True):
    """Where a stage's output lies: `digest` is its data version, `blob` the address of its bytes."""

    stage: str
    key: str
    digest: str
    blob: str
    sidecar: str = ""
    views: dict[str, str] = {}


class Artefact:
    """A stage's output; the value is read when it is asked for."""

    def __init__(
        self, ref: Ref, load: Callable[[], Any], sidecar: Callable[[], Any] | None = None, *, hit: bool
    ) -> None:
        self.ref = ref
        self.hit = hit
        self._load = load
        self._load_sidecar = sidecar
        self._loaded: dict[str, Any] = {}

    @property
    def value(self) -> Any:
        """The output itself."""
        if "value" not in self._loaded:
            self._loaded["value"] = self._load()
        return self._loaded["value"]

    @property
    def sidecar(self) -> Any:
        """What travels beside the output without being part of its data version."""
        if self._load_sidecar is None:
            return None
        if "sidecar" not in self._loaded:
            self._loaded["sidecar"] = self._load_sidecar()
        return self._loaded["sidecar"]


def resolve(name: str) -> Any:
    """Return what "module:name" names."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
