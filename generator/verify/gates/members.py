"""The classes of the schemas modules: their JSON schemas, and the lines of their members."""

from __future__ import annotations

import ast
from typing import Any

from generator.emit.python import attribute
from generator.verify.gates.build import Build, CannotRun

Document = dict[str, Any]


def schemas_of(build: Build) -> dict[str, Document]:
    """Return the JSON schema of every class, by "path:class"."""
    probe = build.probe
    if probe.schemas is None:
        raise CannotRun(probe.why_not("schemas"))
    return probe.schemas


def line_of(build: Build, path: str, name: str, member: str = "") -> int:
    """Return the line of a member, or of its class; 0 when neither is there."""
    tree = build.modules.get(path)
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == name] if tree else []
    spelled = {member, attribute(member)} if member.isidentifier() else {member}
    for node in classes[0].body if classes else ():
        match node:
            case ast.AnnAssign(target=ast.Name(id=found)) if found in spelled:
                return node.lineno
            case _:
                pass
    return classes[0].lineno if classes else 0


def variants(document: Document, rules: Document) -> list[Document]:
    """Return what a member may be: each choice of `anyOf` with references followed."""
    if "$ref" in rules:
        rules = document.get("$defs", {}).get(str(rules["$ref"]).rpartition("/")[2], {})
    return [found for choice in rules.get("anyOf", [rules]) for found in _followed(document, choice)]


def _followed(document: Document, choice: Document) -> list[Document]:
    return variants(document, choice) if "$ref" in choice or "anyOf" in choice else [choice]
