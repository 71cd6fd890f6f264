"""Python text: literals, identifiers, module paths and imports by symbol.

Every value that reaches generated code goes through `literal`, every name
through `attribute`, `package` or `Imports`; nothing is pasted.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable
from decimal import Decimal

LITERALS = str | int | float | bool | Decimal | None

# What a mapped class or a Pydantic model already means by a name.
_ATTRIBUTES = """
    metadata registry
    model_computed_fields model_config model_construct model_copy model_dump model_dump_json model_extra
    model_fields model_fields_set model_json_schema model_parametrized_name model_post_init model_rebuild
    model_validate model_validate_json model_validate_strings
    construct copy dict from_orm json parse_file parse_obj parse_raw schema schema_json
    update_forward_refs validate
"""
_TAKEN_ATTRIBUTES = frozenset(_ATTRIBUTES.split())
_TAKEN_PACKAGES = frozenset(
    {"base", "config", "entities", "enums", "extensions", "main", "runtime", "violations"}
)
_BUILTINS = frozenset(dir(builtins))
_QUOTE = '\\"'
_BLANKS = re.compile(r"\s+")


def literal(value: LITERALS) -> str:
    """Return a Python expression for a plain value."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):  # noqa: PLR0124
        return f'float("{value}")'
    return repr(value)


def _text(value: str) -> str:
    quoted = repr(value)
    if quoted.startswith('"'):
        return quoted
    inner = quoted[1:-1].replace("\\'", "'")
    return f'"{inner}"' if '"' not in inner else quoted


def one_line(text: str) -> str:
    """Collapse blanks and drop what does not print, for comments and docstrings."""
    return _BLANKS.sub(" ", "".join(c if c.isprintable() else " " for c in text)).strip()


def docstring(text: str) -> str:
    """Return a one-line docstring that cannot end early."""
    line = one_line(text)
    stem = line.rstrip('"')
    inner = stem.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""{inner}{(len(line) - len(stem)) * _QUOTE}"""'


def comment(text: str) -> str:
    """Return a comment of one line."""
    return f"# {one_line(text)}"


def attribute(name: str) -> str:
    """Return the Python attribute for a column or JSON name; no two names share one."""
    if not name.isidentifier():
        raise ValueError(f"not an identifier: {name!r}")
    stem = name.rstrip("_")
    return f"{name}_" if keyword.iskeyword(stem) or stem in _TAKEN_ATTRIBUTES else name


def package(snake: str) -> str:
    """Return the package below `app` of an entity with this snake_case name."""
    if keyword.iskeyword(snake) or snake in _TAKEN_PACKAGES:
        return f"{snake}_"
    return snake


def module(snake: str, kind: str) -> str:
    """Return the dotted module of an entity: `module("thing", "models")` is `app.thing.models`."""
    return f"app.{package(snake)}.{kind}"


def module_path(snake: str, kind: str) -> str:
    """Return the file of `module(snake, kind)`."""
    return module(snake, kind).replace(".", "/") + ".py"


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """Return `wanted`, with underscores until nothing else has the name."""
    used = set(taken)
    while wanted in used or keyword.iskeyword(wanted):
        wanted += "_"
    return wanted


class Imports:
    """The imports of one file: ask for a symbol, get the name to write.

    `reserved` are the names that the file itself binds (classes, functions,
    fields); an import that would clash with one gets another name.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._reserved = frozenset(reserved)
        self._names: dict[str, tuple[str, str]] = {}
        self._symbols: dict[tuple[str, str], str] = {}
        self._typing_only: set[str] = set()

    def symbol(self, module: str, name: str, *, typing_only: bool = False) -> str:
        """Import `name` from `module`; `typing_only` is for annotations that nothing evaluates."""
        local = self._bind(module, name, name)
        self._mark(local, typing_only=typing_only)
        return local

    def module(self, module: str, alias: str) -> str:
        """Import a module as `alias`."""
        local = self._bind(module, "", alias)
        self._mark(local, typing_only=False)
        return local

    def builtin(self, name: str) -> str:
        """Return how to write a builtin, which a field of the same name may hide."""
        if name not in _BUILTINS:
            raise ValueError(f"not a builtin: {name}")
        if name in self._reserved:
            return f"{self.module('builtins', 'builtins')}.{name}"
        return name

    def _bind(self, module: str, name: str, wanted: str) -> str:
        key = (module, name)
        if key not in self._symbols:
            local = free_name(wanted, self._reserved | self._names.keys())
            self._symbols[key] = local
            self._names[local] = key
            self._typing_only.add(local)
        return self._symbols[key]

    def _mark(self, local: str, *, typing_only: bool) -> None:
        if not typing_only:
            self._typing_only.discard(local)

    def lines(self) -> list[str]:
        """Return the import statements; the formatter sorts and merges them."""
        plain = sorted(_statement(*self._names[n], n) for n in self._names.keys() - self._typing_only)
        typed = sorted(_statement(*self._names[n], n) for n in self._typing_only)
        if typed:
            plain.append("from typing import TYPE_CHECKING")
            plain += ["", "if TYPE_CHECKING:", *(f"    {line}" for line in typed)]
        return plain

    def text(self) -> str:
        """Return the import statements as one block."""
        return "\n".join(self.lines())


def _statement(module: str, name: str, local: str) -> str:
    if not name:
        return f"import {module}" if local == module else f"import {module} as {local}"
    return f"from {module} import {name}" if local == name else f"from {module} import {name} as {local}"
