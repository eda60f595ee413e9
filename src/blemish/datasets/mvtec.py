"""Writing the MVTec AD layout: test/KIND beside ground_truth/KIND, and good pictures.

Nothing but the dataset lies in its folder, because readers walk it: a stray picture there breaks
them. Masks are 8-bit, 0 and 255, with the image's stem and size.
"""

from __future__ import annotations

import uuid
from pathlib import Path

from ..arrays import storable
from ..images import Loaded, write_atomic, write_image
from ..sample import Sample


def write_sample(
    sample: Sample, out: Path, name: str, stem: str, clean: bool, scratch: Path
) -> dict[str, str | None]:
    """Write a sample, its mask, and with `clean` the picture without the defect.

    Returns image and mask (paths relative to `out`, mask None for a null sample) and image_sha256.
    """
    kind = sample.kind
    file = f"{stem}.png" if kind != "good" else f"null_{stem}.png"
    paths: dict[str, str | None] = {"image": f"{name}/test/{kind}/{file}", "mask": None}
    if kind != "good":
        paths["mask"] = f"{name}/ground_truth/{kind}/{stem}_mask.png"
        _write(out / str(paths["mask"]), sample.mask, scratch)
    if clean:
        _write(out / clean_path(kind, stem), sample.clean, scratch)
    paths["image_sha256"] = _write(out / str(paths["image"]), sample.image, scratch)
    return paths


def clean_path(kind: str, stem: str) -> str:
    """Return where the picture without the defect lies, relative to OUT: not in the dataset."""
    return f"clean/{kind}/{stem}.png"


def write_normal(source: Path, loaded: Loaded, target: Path, link: bool, scratch: Path) -> Path:
    """Copy or link a good picture to `target` and return the path of what was written.

    A picture that not every reader shows alike (EXIF orientation, palette, CMYK ...) is written as
    the PNG that the samples are made from, under its name with ``.png`` behind.
    """
    if not loaded.faithful:
        target = target.with_name(f"{target.name}.png")
        _write(target, storable(loaded.pixels), scratch)
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    if link and _linked(source, target, scratch):
        return target
    write_atomic(target, source.read_bytes(), scratch)
    return target


def _linked(source: Path, target: Path, scratch: Path) -> bool:
    """Return whether `target` could be made a hard link to `source`: not across file systems."""
    temporary = scratch / f"link-{uuid.uuid4().hex}"
    try:
        temporary.hardlink_to(source.resolve())
    except OSError:
        return False
    temporary.replace(target)
    return True


def _write(path: Path, image: object, scratch: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_image(path, image, scratch)  # type: ignore[arg-type]
