"""Small drawings as SVG, shown by the UI as Markdown images."""

from base64 import b64encode
from collections.abc import Iterable
from html import escape
from typing import NamedTuple

import dagster as dg

LINE = 17
_CHARACTER = 7.3
_INK, _LINE, _HEAD, _PAPER = "#1f2430", "#8a94a6", "#e8ecf4", "#ffffff"
_STYLE = "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:12px"


class Box(NamedTuple):
    """A titled box with lines of text; its place is its top left corner."""

    x: float
    y: float
    title: str
    lines: tuple[str, ...] = ()
    strong: bool = False

    @property
    def width(self) -> float:
        """Room for its longest text."""
        return max(len(text) for text in (self.title, *self.lines)) * _CHARACTER + 20

    @property
    def height(self) -> float:
        """Room for its lines."""
        return LINE * (len(self.lines) + 1) + (14 if self.lines else 10)

    def row(self, number: int) -> float:
        """Return the middle of a line; -1 is the title."""
        return self.y + LINE * (number + 1) + (17 if number >= 0 else 12)


def image(parts: Iterable[str], boxes: Iterable[Box]) -> dg.MarkdownMetadataValue:
    """Return a drawing as an image."""
    listed = list(boxes)
    width = max((box.x + box.width for box in listed), default=0) + 30
    height = max((box.y + box.height for box in listed), default=0) + 30
    arrow = (
        f'<marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0 L8 4 L0 8 z" fill="{_LINE}"/></marker>'
    )
    body = "".join([*parts, *(_drawn(box) for box in listed)])
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" style="{_STYLE}">'
        f'<defs>{arrow}</defs><rect width="100%" height="100%" fill="{_PAPER}"/>{body}</svg>'
    )
    return dg.MetadataValue.md(f"![diagram](data:image/svg+xml;base64,{b64encode(text.encode()).decode()})")


def curve(x1: float, y1: float, x2: float, y2: float, *, bend: float = 45, dashed: bool = False) -> str:
    """Return an arrow that leaves and arrives horizontally; a negative bend leaves to the left."""
    return _arrow(x1, y1, x1 + bend, x2 - bend, x2, y2, dashed=dashed)


def loop(x1: float, y1: float, x2: float, y2: float, *, dashed: bool = False) -> str:
    """Return an arrow that leaves to the right and comes back in from there."""
    out = max(x1, x2) + 45
    return _arrow(x1, y1, out, out, x2, y2, dashed=dashed)


def _arrow(x1: float, y1: float, bend1: float, bend2: float, x2: float, y2: float, *, dashed: bool) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    path = f"M{x1:.0f} {y1:.0f} C{bend1:.0f} {y1:.0f} {bend2:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"
    return f'<path d="{path}" fill="none" stroke="{_LINE}" stroke-width="1.4"{dash} marker-end="url(#a)"/>'


def dot(x: float, y: float) -> str:
    """Return the mark of a beginning."""
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="5" fill="{_INK}"/>'


def _drawn(box: Box) -> str:
    frame = f'x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" rx="5"'
    edge = f'stroke="{_INK if box.strong else _LINE}" stroke-width="{2.2 if box.strong else 1.2}"'
    parts = [f'<rect {frame} height="{box.height:.0f}" fill="{_PAPER if box.lines else _HEAD}" {edge}/>']
    if box.lines:
        parts.append(f'<rect {frame} height="{LINE + 6}" fill="{_HEAD}" {edge}/>')
    parts.append(_text(box.x + 10, box.row(-1) + 4, box.title, bold=bool(box.lines)))
    parts.extend(_text(box.x + 10, box.row(i) + 4, line) for i, line in enumerate(box.lines))
    return "".join(parts)


def _text(x: float, y: float, text: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" fill="{_INK}"{weight}>{escape(text)}</text>'
