"""Writing pairs: a picture in images/KIND, its mask under the same name in masks/KIND."""

from __future__ import annotations

from pathlib import Path

from ..images import write_image
from ..sample import Sample


def write_pair(
    sample: Sample, out: Path, name: str, stem: str, scratch: Path
) -> dict[str, str | None]:
    """Write a sample and its mask, 8 bit, 0 and 255, under one name in the folder of a class.

    Returns image and mask (paths relative to `out`) and image_sha256.
    """
    paths: dict[str, str | None] = {
        what: f"{name}/{what}s/{sample.kind}/{stem}.png" for what in ("image", "mask")
    }
    digests = []
    for what, pixels in (("mask", sample.mask), ("image", sample.image)):
        path = out / str(paths[what])
        path.parent.mkdir(parents=True, exist_ok=True)
        digests.append(write_image(path, pixels, scratch))
    return {**paths, "image_sha256": digests[-1]}
