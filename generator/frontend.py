"""Spec text to IR, in one call."""

from __future__ import annotations

from collections.abc import Callable

from generator.core.diagnostics import SpecError
from generator.graph.refuse import lower_sound
from generator.ir.lower import Lowered, every_error
from generator.spec.load import load_app


def compile_front(main: str, read: Callable[[str], str]) -> Lowered:
    """Load and lower a spec; raises SpecError with every diagnostic found."""
    try:
        spec = load_app(main, read)
    except SpecError as refused:
        raise SpecError(every_error(refused)) from None
    return lower_sound(spec)
