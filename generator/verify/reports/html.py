"""One page that needs nothing beside it: no other file, no network."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from generator.verify.reports.view import Page


def to_html(page: Page) -> str:
    """Return the page; whatever an application answered stands there as text."""
    return _environment().get_template("smoke.html.j2").render(page=page)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("generator.verify.reports"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
