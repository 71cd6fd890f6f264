"""From the files of override folders to typed overrides; what is not understood is refused with its place."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from generator.core.diagnostics import Diagnostic, Diagnostics, SpecError
from generator.core.paths import inside
from generator.core.spans import Span
from generator.core.suggest import did_you_mean
from generator.emit.overrides import FileOverride, Overrides, Pin, TemplateOverride
from generator.emit.project.requirements import DEPENDENCIES, DEVELOPMENT, package_of
from generator.overrides.model import OverrideText
from generator.spec.tree import Scalar, YamlNode, parse_yaml
from generator.verify.provenance import stage_of

KINDS = ("files", "templates", "pins.yaml")
TARGETS = ("schemas", "models", "migrations", "services", "routes", "project")
_FOLDERS = {"services": ("services", "queries")}  # where its templates lie below `generator.emit`
_IGNORED = frozenset({"README.md", ".gitkeep"})
_FROM_IR = "It follows from the IR; scenarios of your own lie in <spec>.regressions/."
_WAYS = {"release": "The application writes it itself: change the spec, or what files/app/extensions/ adds."}


def read_overrides(texts: Iterable[OverrideText]) -> Overrides:
    """Return the overrides; of two for one thing the later one counts; SpecError holds every mistake."""
    reader = _Reader()
    for text in texts:
        reader.take(text)
    if reader.found.has_errors:
        raise SpecError(list(reader.found))
    return Overrides(
        tuple(file for _, file in sorted(reader.files.items())),
        tuple(template for _, template in sorted(reader.templates.items())),
        tuple(pin for _, pin in sorted(reader.pins.items())),
    )


class _Reader:
    """Collects overrides and what is wrong with them."""

    def __init__(self) -> None:
        self.found = Diagnostics()
        self.files: dict[str, FileOverride] = {}
        self.templates: dict[tuple[str, str], TemplateOverride] = {}
        self.pins: dict[str, Pin] = {}

    def take(self, text: OverrideText) -> None:
        """Read one file of a folder."""
        if text.inner in _IGNORED or text.inner.endswith("/.gitkeep"):
            return
        kind, _, rest = text.inner.partition("/")
        if text.problem:
            self._refuse("O103", text, text.problem, "An override is a plain file of UTF-8 text.")
        elif kind == "files" and rest:
            self._file(text, rest)
        elif kind == "templates" and rest:
            self._template(text, rest)
        elif text.inner == "pins.yaml":
            self._pins(text)
        else:
            self._refuse(
                "O101", text, f"`{kind}` is no kind of override", did_you_mean(kind, KINDS) or _known(KINDS)
            )

    def _refuse(self, code: str, text: OverrideText, message: str, hint: str) -> None:
        self.found.error(code, message, Span(text.source, 1, 1, 1, 1), hint)

    def _file(self, text: OverrideText, path: str) -> None:
        try:
            inside(Path(), path)
        except ValueError as error:
            self._refuse("O104", text, str(error), "Name a file of the application.")
            return
        if stage_of(path) not in TARGETS:
            hint = _WAYS.get(stage_of(path), _FROM_IR)
            self._refuse("O105", text, f"{path} can't be replaced", hint)
            return
        self.files[path] = FileOverride(path, text.text, text.source)

    def _template(self, text: OverrideText, rest: str) -> None:
        target, _, name = rest.partition("/")
        if target not in TARGETS:
            hint = did_you_mean(target, TARGETS) or _known(TARGETS)
            self._refuse("O102", text, f"`{target}` is no target with templates", hint)
            return
        known = templates_of(target)
        if name not in known:
            hint = did_you_mean(name, known) or _known(known)
            self._refuse("O107", text, f"{target} has no template {name}", hint)
            return
        self.templates[target, name] = TemplateOverride(target, name, text.text, text.source)

    def _pins(self, text: OverrideText) -> None:
        try:
            root = parse_yaml(text.source, text.text)
        except SpecError as error:
            self.found.extend(list(map(_as_pins, error.diagnostics)))
            return
        for key, value in root.pairs:
            self._pin(text, key, value)

    def _pin(self, text: OverrideText, key: Scalar, value: YamlNode) -> None:
        known = sorted({package_of(r) for r in (*DEPENDENCIES, *DEVELOPMENT)})
        if key.text not in known:
            hint = did_you_mean(key.text, known) or _known(known)
            self.found.error("O108", f"the application does not depend on {key.text}", key.span, hint)
            return
        try:
            written = value.text if isinstance(value, Scalar) else ""
            specifier = SpecifierSet(written)
        except InvalidSpecifier:
            specifier = SpecifierSet()
        if not len(specifier):
            hint = 'Write it like a requirement: ">=1.2,<2" or "==1.2.3".'
            self.found.error("O109", f"this is no range of versions of {key.text}", value.span, hint)
            return
        self.pins[key.text] = Pin(key.text, written.replace(" ", ""), text.source, key.span.line)


def templates_of(target: str) -> list[str]:
    """Return the names of a target's templates."""
    folder = resources.files("generator.emit").joinpath(*_FOLDERS.get(target, (target,)), "templates")
    return sorted(entry.name for entry in folder.iterdir() if entry.is_file())


def _known(names: Iterable[str]) -> str:
    return f"known: {', '.join(names)}"


def _as_pins(found: Diagnostic) -> Diagnostic:
    return Diagnostic("O110", found.message, found.span, "pins.yaml maps a package to a range of versions.")
