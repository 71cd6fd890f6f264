"""Metadata of the emitted files and of the whole application."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import dagster as dg

from appgen_assets.show.parts import code, counts, table
from generator.emit.tree import EmittedFile
from generator.stages.model import Artefact

_LANGUAGES = {".py": "python", ".toml": "toml", ".yaml": "yaml", ".json": "json", ".md": "markdown"}


def tree(artefact: Artefact) -> Mapping[str, Any]:
    """Show the files, and the longest source in full."""
    files: tuple[EmittedFile, ...] = artefact.value.files
    sources = [file for file in files if file.path.endswith(".py") and "/runtime/" not in file.path]
    shown = {**_sizes(files), "files": _listing(files)}
    if sources:
        longest = max(sources, key=lambda file: (len(file.text), file.path))
        shown[f"preview of {longest.path}"] = code(longest.text, _language(longest.path))
    return shown


def app_bundle(artefact: Artefact) -> Mapping[str, Any]:
    """Show the whole tree."""
    files: tuple[EmittedFile, ...] = artefact.value.files
    return {
        **_sizes(files),
        "content": dg.MetadataValue.text(artefact.ref.digest),
        "files": _listing(files),
    }


def _sizes(files: tuple[EmittedFile, ...]) -> dict[str, Any]:
    return counts(
        files=len(files),
        lines=sum(file.text.count("\n") for file in files),
        blocks_with_provenance=sum(len(file.blocks) for file in files),
    )


def _listing(files: tuple[EmittedFile, ...]) -> dg.TableMetadataValue:
    rows = [
        (f.path, f.text.count("\n"), len(f.text.encode()), len({b.node for b in f.blocks})) for f in files
    ]
    return table(("path", "lines", "bytes", "IR nodes"), rows)


def _language(path: str) -> str:
    return _LANGUAGES.get(PurePosixPath(path).suffix, "text")
