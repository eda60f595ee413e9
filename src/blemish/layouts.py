"""Reading the layouts that datasets come in: MVTec AD, images beside masks, COCO."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .coco import Annotation, find_instances
from .images import SUFFIXES, read_mask

_MASK_FOLDERS = ("masks", "mask", "ground_truth", "labels")
_SPLITS = ("train", "test", "val", "validation")


@dataclass(frozen=True)
class Pair:
    """A picture of a defect, its mask (a file, or an annotation of one) and what it is called."""

    image: Path
    mask: Path | Annotation
    kind: str = ""


def read_pair_mask(pair: Pair) -> NDArray[np.bool_]:
    """Return the mask of a pair, bool (H, W); raises BadFile where it marks nothing."""
    return pair.mask.mask() if isinstance(pair.mask, Annotation) else read_mask(pair.mask)


def find_images(folder: Path) -> list[Path]:
    """The images at any depth, sorted by relative path, without hidden ones and circular links."""
    found = _walk(Path(folder), frozenset())
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def _walk(folder: Path, above: frozenset[Path]) -> Iterator[Path]:
    real = folder.resolve()
    visible = [path for path in folder.iterdir() if not path.name.startswith(".")]
    for path in visible if real not in above else []:
        if path.is_dir():
            yield from _walk(path, above | {real})
        elif path.suffix.lower() in SUFFIXES:
            yield path


def find_pairs(folder: Path) -> list[Pair]:
    """Return the pictures of defects in `folder` with their masks, sorted by path.

    Read are MVTec AD (``test/KIND/000.png`` and ``ground_truth/KIND/000_mask.png``; one class or a
    tree of them) and an image beside its mask: ``a.png`` with ``a_mask.png``, or with ``a.png`` in
    a folder ``masks`` (or mask, ground_truth, labels) beside the images or beside a folder above
    them, with the same folders below it. COCO files may lie in the folder, or one be given instead
    of it; they are one pair for each annotation, and the masks of their images are not read.

    Raises BadFile for a COCO file that cannot be used: see `blemish.coco.find_instances`.
    """
    instances = find_instances(folder)
    pairs = [Pair(found.image, found.annotation, found.kind) for found in instances]
    if folder.is_dir():
        told = {pair.image for pair in pairs}
        pairs += [pair for pair in _masked_images(folder) if pair.image not in told]
    return sorted(pairs, key=lambda pair: pair.image.as_posix())


def _masked_images(folder: Path) -> Iterator[Pair]:
    """Yield the images of `folder` that have a file with their mask."""
    paths = find_images(folder)
    known = {path.with_suffix(""): path for path in paths}
    for path in paths:
        if is_mask(path, folder):
            continue
        mask = next((known[m] for m in _candidates(path, folder) if m in known), None)
        if mask is not None and mask != path:
            yield Pair(path, mask, _kind(path, folder))


def normals_of(folder: Path) -> dict[str, Path]:
    """Return the folders of good pictures under `folder`, by class name.

    A dataset in MVTec AD layout has ``train/good``; a tree of such classes has one in each, and so
    does one with nothing but folders that hold ``good``, two at least. Any other folder is one
    class of itself, under its own name (``bottle`` for ``bottle/train/good``).
    """
    if (folder / "train" / "good").is_dir():
        return {folder.resolve().name: folder / "train" / "good"}
    classes = sorted(path.parent.parent for path in folder.glob("*/train/good") if path.is_dir())
    if classes:
        return {path.name: path / "train" / "good" for path in classes}
    visible = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    below = [path for path in visible if path.is_dir()]
    flat = any(path.suffix.lower() in SUFFIXES for path in visible if not path.is_dir())
    split = any(path.name in _SPLITS for path in below)
    if len(below) > 1 and not flat and not split and all((p / "good").is_dir() for p in below):
        return {path.name: path / "good" for path in below}
    parts = folder.resolve().parts
    name = parts[-3] if len(parts) > 3 and parts[-2:] == ("train", "good") else parts[-1]
    return {name: folder}


def class_of(path: str) -> str:
    """Return the folders above ``test`` in the relative path of a picture, or "".

    That is its class in a tree of datasets in MVTec AD layout.
    """
    parts = path.split("/")[:-1]
    return "/".join(parts[: parts.index("test")]) if "test" in parts else ""


def is_mask(path: Path, root: Path) -> bool:
    """Return whether a file is a mask, by its name (``a_mask.png``) or a folder that it is in."""
    folders = path.relative_to(root).parts[:-1]
    return path.stem.endswith("_mask") or any(part in _MASK_FOLDERS for part in folders)


def _candidates(path: Path, root: Path) -> list[Path]:
    """Return where the mask of an image may be, without suffix, best first."""
    stem, parts = path.stem, path.relative_to(root).parts[:-1]
    found = [path.parent / f"{stem}_mask"]
    for depth in range(len(parts), -1, -1):
        above, below = root.joinpath(*parts[:depth]), parts[depth:]
        if below[:1] in (("test",), ("train",), ("images",)):
            below = below[1:]
        for name in _MASK_FOLDERS:
            folder = above.joinpath(name, *below)
            found += [folder / f"{stem}_mask", folder / stem]
    return found


def _kind(path: Path, root: Path) -> str:
    folder = path.parent
    return "" if folder == root or folder.name in ("images", "test", "train") else folder.name
