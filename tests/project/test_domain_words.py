"""The generator may not know any domain: no word of an example spec stands in it."""

import re
from pathlib import Path

import pytest
import yaml

from generator.core.names import plural, words

ROOT = Path(__file__).parents[2]
CODE = [ROOT / name for name in ("generator", "appgen_assets", "appgen_resources")]
READABLE = {
    ".py",
    ".j2",
    ".jinja",
    ".lark",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".txt",
    ".ini",
    ".mako",
    ".sql",
    ".json",
}

# Words of the specs that are also words of every program or of this compiler's own trade.
COMMON = set(Path(__file__).with_name("common_words.txt").read_text().split())


def spec_words() -> set[str]:
    found: set[str] = set()
    for path in sorted((ROOT / "specs").glob("*.yaml")):
        spec = yaml.safe_load(path.read_text())
        for name in [*spec.get("entities", {}), *spec.get("flows", {}), *spec.get("enums", {})]:
            found.update(words(name))
        for entity in spec.get("entities", {}).values():
            for name in [*entity.get("fields", {}), *entity.get("states", {})]:
                found.update(words(name))
    return {w for w in found if len(w) > 2 and w not in COMMON}


def sources() -> list[Path]:
    return [p for root in CODE for p in sorted(root.rglob("*")) if p.suffix in READABLE]


def test_the_specs_have_words() -> None:
    assert {"product", "cart", "checkout", "doctor", "patient", "ticket"} <= spec_words()


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_domain_word(path: Path) -> None:
    wanted = {form for w in spec_words() for form in (w, plural(w))}
    text = (
        path.read_text()
        .replace("stock_constraint", "")
        .replace("STOCK_CONSTRAINT", "")
        .replace("StockConstraint", "")
    )
    hits = [
        f"{path.relative_to(ROOT)}:{n}: {line.strip()}"
        for n, line in enumerate(text.splitlines(), 1)
        for word in re.findall(r"[A-Za-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", line))
        if word.lower() in wanted
    ]
    assert not hits, "\n".join(hits)
