"""The records of a dataset: manifest.jsonl, recipe.yaml, and making a sample again from them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ._version import __version__
from .catalog import add_plugin
from .file import File
from .grounds import NONE, Grounds
from .images import load
from .notation import dump, from_dict, replaced, yaml_told
from .png import encode
from .pools import PoolLike, open_pools
from .recipe import sampled
from .sample import Sample
from .values import leaves

MANIFEST, RECIPE, PREVIEW = "manifest.jsonl", "recipe.yaml", "preview.png"


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a manifest in order; ValueError names the line that is none."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"{path}, line {number}, is not JSON: {error}") from error
            yield record


def read_runs(out: Path) -> list[dict[str, Any]]:
    """Return the runs that made the dataset OUT, as its recipe.yaml tells them, or []."""
    path = out / RECIPE
    if not path.is_file():
        return []
    try:
        runs: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["runs"]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        told = yaml_told(error) if isinstance(error, yaml.YAMLError) else "it tells of no runs"
        raise ValueError(f"{path} is damaged, or was not written by blemish: {told}") from error
    return runs


def write_runs(runs: list[dict[str, Any]]) -> str:
    """Return the text of recipe.yaml."""
    head = "# What made this dataset. Each run can be a --recipe again: this file's last one is.\n"
    return head + dump({"blemish": __version__, "runs": runs})


@dataclass(frozen=True)
class Replayed:
    """A sample made again; `identical` says whether it is the recorded one, bit for bit."""

    sample: Sample
    record: dict[str, Any]
    identical: bool


def replay(
    manifest: str | Path,
    sample_id: str,
    edits: dict[str, Any] | None = None,
    source: str | Path | None = None,
    textures: PoolLike = None,
    defects: PoolLike = None,
    masks: Mapping[str, str | None] | None = None,
) -> Replayed:
    """Return sample `sample_id` of a dataset, made again from its record and its source.

    Args:
        manifest: path of the dataset's manifest.jsonl.
        edits: fields to change first, as {"recipe.region.width": 0.02}: the same sample but for it.
        source, textures, defects: where the roots are now, if not where recipe.yaml says.
        masks: where the masks that were given are now, by foreground, roi and roi_exclude.

    Raises LookupError for an unknown id, ValueError for a failed sample or a source that changed.
    """
    path = Path(manifest)
    sample_id = f"{sample_id:>06}"
    record = next((r for r in read_records(path) if r["id"] == sample_id), None)
    if record is None:
        raise LookupError(f"{path} has no sample {sample_id!r}")
    if record["status"] == "failed":
        raise ValueError(f"sample {sample_id} failed when it was made: {record['reason']}")
    run = _run_of(read_runs(path.parent), record["index"])
    for plugin in run.get("plugins", ()):
        add_plugin(plugin)
    root = Path(source or run["source"])
    loaded = load(root / record["source"])
    if loaded.sha256 != record["source_sha256"]:
        raise ValueError(f"{root / record['source']} is not the picture that was used: it changed")
    recipe = from_dict(record["recipe"])
    for place, data in (edits or {}).items():
        recipe = replaced(recipe, place, data)
    pools = {"textures": textures or run["textures"], "defects": defects or run["defects"]}
    used = {leaf.pool for _, leaf in leaves(recipe) if isinstance(leaf, File)}
    opened = open_pools(**{n: p for n, p in {**pools, "sources": root}.items() if n in used})
    scene = grounds_of(run, masks or {}).scene(
        loaded, run["white"], root / record["source"], record["source"]
    )
    sample = sampled(recipe, scene, None, opened, record["status"] == "null")
    digest = hashlib.sha256(encode(sample.image)).hexdigest()
    return Replayed(sample, record, digest == record["image_sha256"])


def grounds_of(run: dict[str, Any], masks: Mapping[str, str | None]) -> Grounds:
    """Return where defects might lie in a run; the masks may have moved since."""
    foreground, roi, excluded = (
        masks.get(name) or run.get(name) for name in ("foreground", "roi", "roi_exclude")
    )
    # Before there were foregrounds, defects lay anywhere.
    return Grounds(foreground or run.get("grounds", {}).get("foreground", NONE), roi, excluded)


def _run_of(runs: list[dict[str, Any]], index: int) -> dict[str, Any]:
    for run in runs:
        if run["start"] <= index < run["start"] + run["n"]:
            return run
    raise LookupError(f"recipe.yaml beside the manifest tells of no run with index {index}")
