"""What people replace of an application: whole files, templates, dependency ranges."""

from __future__ import annotations

import msgspec


class FileOverride(msgspec.Struct, frozen=True):
    """A whole file of the application; `source` is the override's path from the spec's folder on."""

    path: str
    text: str
    source: str


class TemplateOverride(msgspec.Struct, frozen=True):
    """A template of an emitter."""

    target: str
    name: str
    text: str
    source: str


class Pin(msgspec.Struct, frozen=True):
    """The range of a package that the application depends on; `line` is that of `source`."""

    package: str
    specifier: str
    source: str
    line: int = 0


class Withheld(msgspec.Struct, frozen=True):
    """An override that is not in force, or not as written, by a directive of a repair."""

    source: str
    directive: int
    why: str
    node: str = ""  # the IR node at which it showed


class Overrides(msgspec.Struct, frozen=True, omit_defaults=True):
    """Every override of an application, or of one stage of it."""

    files: tuple[FileOverride, ...] = ()
    templates: tuple[TemplateOverride, ...] = ()
    pins: tuple[Pin, ...] = ()
    withheld: tuple[Withheld, ...] = ()

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return bool(self.files or self.templates or self.pins)

    @property
    def sources(self) -> tuple[str, ...]:
        """The overrides' paths, each once."""
        files, templates = (f.source for f in self.files), (t.source for t in self.templates)
        return tuple(dict.fromkeys([*files, *templates, *(p.source for p in self.pins)]))
