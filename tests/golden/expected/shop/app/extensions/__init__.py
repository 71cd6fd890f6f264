"""Code of your own: this package is created once and never overwritten."""

from fastapi import FastAPI


def extend(app: FastAPI) -> None:
    """Add routes, middleware or handlers to the application before it serves."""
