"""The template environment: what a template does not know is an error, and nothing is HTML."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from generator.emit.python import docstring, literal
from generator.emit.sandboxed import current


@cache
def _environment(package: str) -> Environment:
    environment = Environment(
        loader=PackageLoader(package),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - text files, and every value is rendered by `literal`
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["literal"] = literal
    environment.filters["docstring"] = docstring
    return environment


@cache
def template(package: str, name: str, /) -> Template:
    """Return a template from the `templates` folder of a package, compiled once."""
    return _environment(package).get_template(name)


def render(package: str, name: str, /, **view: Any) -> str:
    """Return the text of a template filled from a view; an override of it comes first."""
    if (overriding := current()) is not None and (own := overriding.find(package, name)) is not None:
        return overriding.render(own, package, view)
    return template(package, name).render(view)
