"""Reading `operations.yaml`: every mistake with its file, line and column."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from appgen_resources.alerts.channel import understood
from appgen_resources.operations.model import (
    DEFAULT_UI,
    SEVERITIES,
    Operations,
    Retention,
    Route,
    Secret,
    Severity,
    Waves,
)
from generator.core.diagnostics import Diagnostic, Diagnostics, SpecError
from generator.core.spans import Span
from generator.core.suggest import did_you_mean
from generator.host.state import State
from generator.spec.reader import Pairs, Reader
from generator.spec.tree import Scalar, YamlNode, parse_yaml

FILE_VARIABLE = "APPGEN_OPERATIONS"
URLS_VARIABLE = "APPGEN_ALERT_URLS"
UI_VARIABLE = "APPGEN_UI_URL"
LOCAL_UI_VARIABLE = "APPGEN_LOCAL_UI"  # where `appgen ui` listens; for its own children
SWITCHES = (
    "alerts", "spec_folder", "repair", "generator_upgrades", "nightly", "weekly_mutants", "database_drift",
    "retention", "app_status", "lost_runs",
)  # fmt: skip
_KEYS = ("ui", "owners", "alerts", "switches", "waves", "databases", "retention")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_NOTHING = re.compile(r"(?:\s|#[^\n]*)*\Z")
_T = TypeVar("_T")


def operations_file(state: State) -> Path:
    """Return the file's path: $APPGEN_OPERATIONS, else `operations.yaml` in the workspace."""
    return Path(os.environ.get(FILE_VARIABLE) or state.root / "operations.yaml").expanduser().absolute()


def load_operations(state: State, environment: Mapping[str, str] | None = None) -> Operations:
    """Return what the file and the environment say; raises SpecError with every mistake."""
    known = os.environ if environment is None else environment
    path = operations_file(state)
    return with_environment(read_operations(str(path), _text(path), known), known)


def _text(path: Path) -> str:
    """Return the file's text; a file that is not there, and was not asked for by name, is an empty one."""
    if not path.exists() and FILE_VARIABLE not in os.environ:
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        hint = f"${FILE_VARIABLE} names it" if FILE_VARIABLE in os.environ else ""
        place = Span(str(path), 1, 1, 1, 1)
        raise SpecError([Diagnostic("F105", f"this file can't be read: {reason}", place, hint)]) from error


def with_environment(told: Operations, environment: Mapping[str, str]) -> Operations:
    """Add what the environment says: one more route, and where the UI is."""
    urls = tuple(Secret(url) for url in environment.get(URLS_VARIABLE, "").split())
    wrong = [at for at, url in enumerate(urls, 1) if not understood(url)]
    if wrong:
        span = Span(f"${URLS_VARIABLE}", 1, wrong[0], 1, wrong[0] + 1)
        raise SpecError([_bad_url(span)])
    more = (Route(URLS_VARIABLE, urls),) if urls else ()
    local = environment.get(LOCAL_UI_VARIABLE) if told.ui == DEFAULT_UI else ""
    ui = environment.get(UI_VARIABLE) or local or told.ui
    return Operations(
        ui.rstrip("/"),
        told.owners,
        (*told.alerts, *more),
        told.switches,
        told.waves,
        told.databases,
        told.retention,
    )


def read_operations(path: str, text: str, environment: Mapping[str, str]) -> Operations:
    """Return what a file's text says; raises SpecError with every mistake in it."""
    if _NOTHING.match(text):
        return Operations()
    found = Diagnostics()
    told = _File(found, environment).operations(_root(path, text))
    if found.has_errors:
        raise SpecError(list(found))
    return told


def _root(path: str, text: str) -> YamlNode:
    try:
        return parse_yaml(path, text)
    except SpecError as error:
        told = "this file is a mapping of " + ", ".join(f"`{key}`" for key in _KEYS)
        raise SpecError(
            [Diagnostic("F104", told, d.span) if d.code == "E104" else d for d in error.diagnostics]
        ) from None


def _bad_url(span: Span) -> Diagnostic:
    hint = "write for instance jsons://host/path, slack://…, mailtos://…; see docs/operations.md"
    return Diagnostic("F401", "no alert can be sent to this URL: its form is not known", span, hint)


class _File:
    """Takes the file apart; every mistake is collected."""

    def __init__(self, found: Diagnostics, environment: Mapping[str, str]) -> None:
        self._found = found
        self._reader = Reader(found)
        self._environment = environment

    def operations(self, root: YamlNode) -> Operations:
        pairs = self._reader.pairs(root, "operations.yaml", _KEYS) or Pairs()

        def take(key: str, read: Callable[[YamlNode], _T], default: _T) -> _T:
            return read(pairs[key][1]) if key in pairs else default

        plain = Operations()
        return Operations(
            ui=take("ui", self._address, plain.ui),
            owners=take("owners", self._owners, ()),
            alerts=take("alerts", self._routes, ()),
            switches=take("switches", self._switches, {}),
            waves=take("waves", self._waves, plain.waves),
            databases=take("databases", self._databases, {}),
            retention=take("retention", self._retention, plain.retention),
        )

    def _address(self, node: YamlNode) -> str:
        address = self._text(node, "`ui`")
        if address and not re.match(r"https?://[^/\s]", address):
            self._found.error("F402", "`ui` must begin with http:// or https://", node.span)
        return address

    def _owners(self, node: YamlNode) -> tuple[tuple[str, str], ...]:
        entries = self._reader.entries(node, "`owners`")
        return tuple((key.text, self._text(value, "an owner")) for key, value in entries)

    def _routes(self, node: YamlNode) -> tuple[Route, ...]:
        found = [self._route(item, at) for at, item in enumerate(self._reader.items(node, "`alerts`"), 1)]
        return tuple(route for route in found if route is not None)

    def _route(self, node: YamlNode, number: int) -> Route | None:
        pairs = self._reader.pairs(node, "a route", ("name", "to", "severity", "apps", "owners"))
        if pairs is None:
            return None
        if "to" not in pairs:
            self._found.error("F403", "a route needs `to`: the URLs that it sends to", node.span)
            return None
        return Route(
            self._text(pairs["name"][1], "`name`") if "name" in pairs else f"route {number}",
            tuple(self._url(item) for item in self._list(pairs["to"][1], "`to`")),
            self._severity(pairs["severity"][1]) if "severity" in pairs else "warning",
            self._globs(pairs["apps"][1], "`apps`") if "apps" in pairs else ("*",),
            self._globs(pairs["owners"][1], "`owners`") if "owners" in pairs else ("*",),
        )

    def _severity(self, node: YamlNode) -> Severity:
        text = self._text(node, "`severity`")
        known = next((severity for severity in SEVERITIES if severity == text), None)
        if known is None and text:
            hint = did_you_mean(text, SEVERITIES) or f"one of {', '.join(SEVERITIES)}"
            self._found.error("F404", f"there is no severity `{text}`", node.span, hint)
        return known or "warning"

    def _url(self, node: YamlNode) -> str:
        before = len(self._found)
        url = self._secret(node, "a URL")
        if len(self._found) == before and not understood(url):
            self._found.extend([_bad_url(node.span)])
        return url

    def _databases(self, node: YamlNode) -> dict[str, str]:
        entries = self._reader.entries(node, "`databases`")
        return {key.text: self._database(value) for key, value in entries}

    def _database(self, node: YamlNode) -> str:
        url = self._secret(node, "a database URL")
        if url and not re.match(r"postgres(?:ql)?(?:\+[a-z0-9]+)?://", url):
            hint = "write postgresql://user:${PASSWORD}@host/name"
            self._found.error("F405", "this is not the URL of a PostgreSQL database", node.span, hint)
        return url

    def _switches(self, node: YamlNode) -> dict[str, bool]:
        pairs = self._reader.pairs(node, "`switches`", SWITCHES) or Pairs()
        return {name: self._reader.boolean(value, f"`{name}`") for name, (_, value) in pairs.items()}

    def _waves(self, node: YamlNode) -> Waves:
        pairs = self._reader.pairs(node, "`waves`", ("canaries", "first", "size")) or Pairs()
        plain = Waves()
        canaries = self._globs(pairs["canaries"][1], "`canaries`") if "canaries" in pairs else ()
        first = self._count(pairs["first"][1], "`first`", 1) if "first" in pairs else plain.first
        size = self._count(pairs["size"][1], "`size`", 1) if "size" in pairs else plain.size
        return Waves(canaries, first, size)

    def _retention(self, node: YamlNode) -> Retention:
        pairs = self._reader.pairs(node, "`retention`", ("releases", "days")) or Pairs()
        plain = Retention()
        releases = (
            self._count(pairs["releases"][1], "`releases`", 1) if "releases" in pairs else plain.releases
        )
        days = self._count(pairs["days"][1], "`days`", 0) if "days" in pairs else plain.days
        return Retention(releases, days)

    def _count(self, node: YamlNode, what: str, least: int) -> int:
        number = self._reader.integer(node, what)
        if number is not None and number < least:
            self._found.error("F406", f"{what} must be at least {least}", node.span)
        return number if number is not None else least

    def _globs(self, node: YamlNode, what: str) -> tuple[str, ...]:
        return tuple(self._text(item, f"each of {what}") for item in self._list(node, what))

    def _list(self, node: YamlNode, what: str) -> tuple[YamlNode, ...]:
        alone = isinstance(node, Scalar) and node.kind != "null"
        return (node,) if alone else self._reader.items(node, what)

    def _text(self, node: YamlNode, what: str) -> str:
        return self._reader.prose(node, what)

    def _secret(self, node: YamlNode, what: str) -> str:
        """Return a text in which each ${NAME} is replaced by that environment variable."""
        text = self._text(node, what)
        for name in _VARIABLE.findall(text):
            if not self._environment.get(name):
                hint = "set it where the code server runs"
                self._found.error("F407", f"the environment variable {name} is not set", node.span, hint)
        return Secret(_VARIABLE.sub(lambda found: self._environment.get(found[1], ""), text))
