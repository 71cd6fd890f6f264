"""The application's own description among what is delivered."""

from __future__ import annotations

from generator.emit.bundle import Bundle, bundle
from generator.emit.tree import Block, EmittedFile, Tree
from generator.verify.provenance import APP

OPENAPI = "openapi.json"


def with_description(app: Bundle, document: str) -> Bundle:
    """Return the verified application with its OpenAPI document beside it; as it is if there is none."""
    if not document:
        return app
    blocks = (Block(1, document.count("\n"), APP),)
    return bundle([Tree(app.files)], [EmittedFile(OPENAPI, document, blocks)])
