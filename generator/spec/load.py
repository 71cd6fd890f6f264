"""Spec files to an AppSpec: includes, top-level keys, everything wrong with them in one go."""

from __future__ import annotations

import posixpath
import re
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from generator.core.collecting import collector_paused
from generator.core.diagnostics import Diagnostics, SpecError
from generator.core.spans import Span
from generator.expr.syntax import Name
from generator.spec import elsewhere
from generator.spec.model import AppSpec, ChangesSpec, EntitySpec, EnumSpec, FlowSpec, SettingSpec
from generator.spec.read_changes import read_changes
from generator.spec.read_entities import read_entity, read_enum
from generator.spec.read_flows import read_flow
from generator.spec.reader import MAX_NAME, Pairs, Reader
from generator.spec.tree import Scalar, YamlNode, parse_yaml

Read = Callable[[str], str]
T = TypeVar("T")

_TOP = ("app", "description", "enums", "entities", "flows", "settings", "changes", "include")
_INCLUDED = ("enums", "entities", "flows", "include")
SETTINGS = {"port": (1, 65535), "page_size": (1, 1000), "max_page_size": (1, 1000)}
_APP_NAME = re.compile(r"[a-z][a-z0-9-]*\Z")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_MAX_FILES = 1000
_BYTE_ORDER_MARK = "\ufeff"  # some editors put it first


class ReadError(SpecError):
    """The spec was refused in reading; `rest` is what could be read, if the names in it can be judged."""

    def __init__(self, found: Diagnostics, rest: AppSpec | None) -> None:
        super().__init__(list(found))
        self.rest = rest
        self.lost = found.lost


def load_app(main: str, read: Read) -> AppSpec:
    """Read a spec and what it includes; raises ReadError with every diagnostic found."""
    loader = _Loader(read)
    with collector_paused():
        spec = loader.load(main)
    if loader.found.has_errors or spec is None:
        raise ReadError(loader.found, spec)
    return spec


class _Loader:
    """One run over the main file and its includes."""

    def __init__(self, read: Read) -> None:
        self.found = Diagnostics()
        self._read = read
        self._reader = Reader(self.found)
        self._files: dict[str, None] = {}
        self._folders: set[str] = set()
        self._waiting: deque[YamlNode] = deque()
        self._enums: list[EnumSpec] = []
        self._entities: list[EntitySpec] = []
        self._flows: list[FlowSpec] = []
        self._complete = True  # no file and no list of declarations is missing

    def load(self, main: str) -> AppSpec | None:
        pairs, root = self._open(main, Span(main, 1, 1, 1, 1), _TOP)
        if pairs is None:
            return None
        name = self._app_name(pairs, root)
        settings = self._reader.sound(partial(self._settings, pairs)) or ()
        self._declarations(pairs)
        self._included(posixpath.dirname(main))
        description = (
            self._reader.prose(pairs["description"][1], "`description`") if "description" in pairs else ""
        )
        changes = self._changes(pairs)
        if not self._complete:
            return None
        name = name or Name(root, "app")
        return AppSpec(
            span=name.span,
            name=name,
            description=description,
            enums=tuple(self._enums),
            entities=tuple(self._entities),
            flows=tuple(self._flows),
            settings=settings,
            files=tuple(self._files),
            changes=changes,
        )

    def _changes(self, top: Pairs) -> ChangesSpec | None:
        return read_changes(self._reader, top["changes"][1]) if "changes" in top else None

    def _open(self, path: str, origin: Span, known: tuple[str, ...]) -> tuple[Pairs | None, Span]:
        try:
            tree = parse_yaml(path, self._read(path).removeprefix(_BYTE_ORDER_MARK))
        except FileNotFoundError:
            self.found.error("E112", f"there is no file {path}", origin)
            return None, origin
        except UnicodeDecodeError as error:
            message, hint = f"{path} is not UTF-8 text: {error.reason}", "save it as UTF-8"
            self.found.error("E113", message, Span(path, 1, 1, 1, 1), hint)
            return None, origin
        except OSError as error:
            if known is _TOP:
                raise
            hint = "include a file, or a folder of YAML files"
            self.found.error("E112", f"{path} can't be read: {error.strerror}", origin, hint)
            return None, origin
        except SpecError as error:
            self.found.extend(error.diagnostics)
            return None, origin
        self._files[path] = None
        what = "a spec" if known is _TOP else "an included file"
        return self._reader.pairs(tree, what, known, elsewhere.TOP), tree.span

    def _app_name(self, pairs: Pairs, root: Span) -> Name | None:
        if "app" not in pairs:
            if not pairs.odd:
                where = Span(root.file, root.line, root.column, root.line, root.column)
                self.found.error("E156", "the spec has no `app: name`", where)
            return None
        scalar = self._reader.scalar(pairs["app"][1], "`app`")
        if scalar is None:
            return None
        if not _APP_NAME.match(scalar.text) or len(scalar.text) > MAX_NAME:
            hint = "lower-case letters, digits and -, beginning with a letter"
            self.found.error("E157", f"`app` can't be {scalar.text[:MAX_NAME]!r}", scalar.span, hint)
            return None
        return Name(scalar.span, scalar.text)

    def _settings(self, top: Pairs) -> tuple[SettingSpec, ...]:
        if "settings" not in top:
            return ()
        pairs = self._reader.pairs(top["settings"][1], "`settings`", SETTINGS) or Pairs()
        found = []
        for key, (where, value) in pairs.items():
            number = self._reader.integer(value, f"`{key}`")
            least, most = SETTINGS[key]
            if number is None:
                continue
            if not least <= number <= most:
                self.found.error("E158", f"`{key}` must be between {least} and {most}", value.span)
            found.append(SettingSpec(value.span, Name(where.span, key), number))
        return tuple(found)

    def _declarations(self, pairs: Pairs) -> None:
        for key, take in (("enums", self._enum), ("entities", self._entity), ("flows", self._flow)):
            if key in pairs:
                for name, value in self._whole(partial(self._reader.entries, pairs[key][1], f"`{key}`")):
                    take(name, value)
        if "include" in pairs:
            node = pairs["include"][1]
            self._waiting.extend(self._whole(partial(self._reader.items, node, "`include`")))

    def _whole(self, take: Callable[[], tuple[T, ...]]) -> tuple[T, ...]:
        """Return a list of declarations; after a message about it nobody knows what is in it."""
        before = len(self.found)
        taken = take()
        self._complete &= len(self.found) == before
        return taken

    def _included(self, folder: str) -> None:
        """Read what is included, in order of mention; of a folder every file, by name."""
        while self._waiting:
            where = self._reader.scalar(self._waiting.popleft(), "each of `include`")
            path = self._below(where, folder) if where else None
            if where is None or path is None:
                self._complete = False
                continue
            for file in self._files_at(path, where.span):
                pairs = self._open(file, where.span, _INCLUDED)[0]
                self._complete &= pairs is not None
                self._declarations(pairs or Pairs())

    def _files_at(self, path: str, origin: Span) -> tuple[str, ...]:
        """Return the files that a path names: itself, or what lies in the folder and is not yet read."""
        if path.endswith((".yaml", ".yml")):
            return (path,)
        try:
            listed = self._read(f"{path}/")
        except (OSError, UnicodeDecodeError):
            return (path,)
        self._folders.add(path)
        inside = [posixpath.normpath(posixpath.join(path, name)) for name in listed.split("\n") if name]
        if not inside:
            self._complete = False
            self.found.error("E112", f"there is no .yaml file in {path}", origin)
        return tuple(file for file in inside if file not in self._files)

    def _enum(self, key: Scalar, node: YamlNode) -> None:
        found = self._reader.sound(partial(read_enum, self._reader, key, node), key.text)
        if found:
            self._enums.append(found)

    def _entity(self, key: Scalar, node: YamlNode) -> None:
        found = read_entity(self._reader, key, node)
        if found:
            self._entities.append(found)
        else:
            self._reader.lose(key.text)

    def _flow(self, key: Scalar, node: YamlNode) -> None:
        found = self._reader.sound(partial(read_flow, self._reader, key, node))
        if found:
            self._flows.append(found)

    def _below(self, where: Scalar, folder: str) -> str | None:
        """Return the path of an included file; it must be below the folder and new."""
        inner = posixpath.normpath(where.text)
        if (
            not where.text.isprintable()
            or "\\" in where.text
            or inner.startswith(("/", ".."))
            or _SCHEME.match(inner)
        ):
            message = f"{where.text[:80]!r} is not below the folder of the main file"
            self.found.error("E114", message, where.span)
            return None
        path = posixpath.join(folder, inner)
        if path in self._files or path in self._folders:
            self.found.error("E115", f"{path} is part of the spec already", where.span)
            return None
        if len(self._files) >= _MAX_FILES:
            self.found.error("E116", f"more than {_MAX_FILES} files are included", where.span)
            self._waiting.clear()
            return None
        return path
