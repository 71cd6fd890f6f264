"""Gate: the image can be built: what the Dockerfile copies is there, ports and health check are right."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from generator.verify.gates.build import Build, CannotRun
from generator.verify.model import Finding

_DOCKERFILE, _COMPOSE = "Dockerfile", "compose.yaml"
_IN_IMAGE = frozenset({"python", "sh"})  # programs that the base image is sure to have
_PUBLISHED = re.compile(r":(\d+)[\"']?\s*$")


class _Instruction(NamedTuple):
    word: str
    rest: str
    line: int


def check(build: Build) -> list[Finding]:
    """Read the Dockerfile instruction by instruction."""
    if _DOCKERFILE not in build.files:
        raise CannotRun("there is no Dockerfile")
    found: list[Finding] = []
    copied: set[str] = set()
    for instruction in _instructions(build.files[_DOCKERFILE].text):
        found += _instruction(build, instruction, copied)
    return [*found, *_published(build)]


def _instructions(text: str) -> Iterator[_Instruction]:
    """Yield the instructions with their continuation lines joined."""
    begin, joined = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            begin = begin or number
            joined += line.rstrip("\\") + " "
            if not line.endswith("\\"):
                word, _, rest = joined.strip().partition(" ")
                yield _Instruction(word.upper(), rest.strip(), begin)
                begin, joined = 0, ""


def _instruction(build: Build, said: _Instruction, copied: set[str]) -> Iterator[Finding]:
    match said.word:
        case "COPY" | "ADD" if "--from" not in said.rest:
            *sources, _ = shlex.split(said.rest)
            for source in sources:
                copied.add(source)
                if not _is_there(build, source):
                    yield _finding(build, said, "copy-missing", f"it copies {source}, which is not there")
        case "EXPOSE" if said.rest != str(build.ir.infrastructure.port):
            yield _finding(build, said, "port", f"it exposes {said.rest}, the application listens elsewhere")
        case "ENV" if (port := re.search(r"\bPORT=(\d+)", said.rest)) and int(port[1]) != _port(build):
            yield _finding(build, said, "port", f"it sets PORT={port[1]}, the spec says {_port(build)}")
        case "HEALTHCHECK" | "ENTRYPOINT" | "CMD":
            yield from _command(build, said, copied)
        case _:
            pass


def _command(build: Build, said: _Instruction, copied: set[str]) -> Iterator[Finding]:
    listed = re.search(r"\[(.*)\]", said.rest)
    words = shlex.split(listed[1].replace(",", " ")) if listed else _shell_words(said)
    if words and words[0] not in _IN_IMAGE:
        yield _finding(build, said, "program-missing", f"{words[0]} is not part of the image")
    for word in words[1:]:
        if word.endswith((".sh", ".py")) and word not in copied:
            yield _finding(build, said, "copy-missing", f"{word} is not copied into the image")
    if said.word == "HEALTHCHECK" and "/health" not in said.rest:
        yield _finding(build, said, "health", "the health check does not ask /health")


def _shell_words(said: _Instruction) -> list[str]:
    return shlex.split(said.rest.partition("CMD")[2] if said.word == "HEALTHCHECK" else said.rest)


def _is_there(build: Build, source: str) -> bool:
    folder = source.removeprefix("./").rstrip("/") + "/"
    return (
        source in (".", "./") or folder[:-1] in build.files or any(p.startswith(folder) for p in build.files)
    )


def _port(build: Build) -> int:
    return build.ir.infrastructure.port


def _published(build: Build) -> Iterator[Finding]:
    """Check the port that compose publishes."""
    text = build.files[_COMPOSE].text if _COMPOSE in build.files else ""
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if line.strip() == "ports:"), len(lines))
    for number, line in enumerate(lines[start + 1 :], start + 2):
        if not line.lstrip().startswith("- "):
            break
        port = _PUBLISHED.search(line)
        if port is None or int(port[1]) != _port(build):
            what = f"it publishes {line.strip(' -')}, the application listens on {_port(build)}"
            yield build.finding("port", what, path=_COMPOSE, line=number)


def _finding(build: Build, said: _Instruction, code: str, message: str) -> Finding:
    return build.finding(code, message, path=_DOCKERFILE, line=said.line)
