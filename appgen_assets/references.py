"""Where an asset's code is: the function of the asset, and the stage that it calls."""

import inspect
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from generator.pipeline import BY_NAME

URL_VARIABLE = "APPGEN_SOURCE_URL"  # of the repository at GitHub or GitLab; without it, files of this machine
BRANCH_VARIABLE = "APPGEN_SOURCE_BRANCH"
_KEY = "dagster/code_references"
_ROOT = Path(__file__).resolve().parents[1]


def referenced(assets: Sequence[Any]) -> Sequence[Any]:
    """Return the assets with links to their code, which the UI shows beside them."""
    found = [_with_code(asset) for asset in dg.with_source_code_references(assets)]
    url = os.environ.get(URL_VARIABLE)
    if not url:
        return found
    return dg.link_code_references_to_git(
        found,
        git_url=url.rstrip("/"),
        git_branch=os.environ.get(BRANCH_VARIABLE, "main"),
        platform="gitlab" if "gitlab" in url else "github",
        file_path_mapping=dg.AnchorBasedFilePathMapping(
            Path(__file__).resolve(), "appgen_assets/references.py"
        ),
    )


def _with_code(asset: Any) -> Any:
    """Replace the link to what wraps every asset's function by one to the function, and add its stage."""
    if not isinstance(asset, dg.AssetsDefinition):
        return asset
    function = inspect.unwrap(asset.op.compute_fn.decorated_fn)  # type: ignore[union-attr]
    own = _reference(Path(inspect.getfile(function)), function.__code__.co_firstlineno, "the asset")

    def add(spec: dg.AssetSpec) -> dg.AssetSpec:
        found = dg.CodeReferencesMetadataValue(code_references=[own, *_stage(spec.key.path[-1])])
        return spec.replace_attributes(metadata={**spec.metadata, _KEY: found})

    return asset.map_asset_specs(add)


def _stage(name: str) -> Iterator[dg.LocalFileCodeReference]:
    stage = BY_NAME.get(name)
    if stage is not None:
        module, _, function = stage.run.partition(":")
        path = _ROOT.joinpath(*module.split(".")).with_suffix(".py")
        yield _reference(path, _line(path, f"def {function}("), "the stage that it calls")


def _reference(path: Path, line: int, label: str) -> dg.LocalFileCodeReference:
    return dg.LocalFileCodeReference(file_path=str(path), line_number=line, label=label)


def _line(path: Path, start: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.startswith(start)), 1)
