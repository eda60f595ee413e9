"""Reading what belongs to a picture of a dataset; what cannot be read becomes a fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import measures
from ..arrays import Floats, colour_of
from ..coco import Annotation
from ..images import BadFile, Loaded, load, read_mask
from ..measures import Mask
from .faults import Fault
from .items import Clean, Item


def loaded(path: Path, name: str, what: str, faults: list[Fault]) -> Loaded | None:
    """Return an image file; or None, and add to `faults` one of the sort `what` for `name`."""
    try:
        return load(path)
    except BadFile as error:
        told = error.reason
    except OSError as error:
        told = error.strerror or str(error)
    faults.append(Fault(name, what, told if what == "unreadable" else f"{path}: {told}"))
    return None


def mask_of(item: Item, shape: tuple[int, int], faults: list[Fault]) -> Mask | None:
    """Return what the masks of a picture mark together, bool (H, W); None where it is nothing.

    Adds to `faults` what is wrong with a mask: also with one that can be used.
    """
    together, usable = np.zeros(shape, np.bool_), False
    for source in item.masks:
        name = mask_name(source, item)
        mask = _mask(source, name, faults)
        if mask is not None and mask.shape != shape:
            told = f"the mask has {mask.shape} px, the picture {shape}"
            faults.append(Fault(name, "size", told))
        elif mask is not None:
            together |= mask
            usable = True
    if together.any() or not usable:
        return together if usable else None
    if item.kind != "good":
        faults.append(Fault(mask_name(item.masks[0], item), "empty mask", "it marks nothing"))
    return None


def mask_name(mask: Path | Annotation, item: Item) -> str:
    """Return how a mask is called: its path, told as that of its picture, or FILE#ID."""
    if isinstance(mask, Annotation):
        return f"{mask.file.name}#{mask.number}"
    return mask.as_posix().removeprefix(item.image.as_posix().removesuffix(item.name))


def object_of(item: Item, shape: tuple[int, ...]) -> Mask | None:
    """Return where the object is by its own mask; None where that is none or cannot be used."""
    if item.object is None:
        return None
    try:
        return read_mask(item.object, (shape[0], shape[1]), empty=True)
    except (ValueError, OSError):
        return None  # an audit does not need it: the notes say how many are not known


def change_of(image: NDArray[Any], clean: Clean, before: Loaded, white: float | None) -> Floats:
    """Return the change from the clean picture in levels, float32 (H, W).

    Raises ValueError where it is not the picture that was used, or not of the size.
    """
    if clean.sha256 is not None and clean.sha256 != before.sha256:
        raise ValueError("not the picture that the manifest tells of: it changed")
    floats = "f" in (image.dtype.kind, before.pixels.dtype.kind)
    return measures.change(image, before.pixels, None if floats else white)


def _mask(source: Path | Annotation, name: str, faults: list[Fault]) -> Mask | None:
    if not isinstance(source, Annotation):
        file = loaded(source, name, "unreadable", faults)
        return None if file is None else _marked(file.pixels, name, faults)
    try:
        return source.mask()
    except BadFile as error:
        faults.append(Fault(name, "unreadable", error.reason))
        return None


def _marked(pixels: NDArray[Any], name: str, faults: list[Fault]) -> Mask:
    """Return where a mask is above 0: what the rest of blemish takes for marked."""
    levels = colour_of(pixels).max(axis=2)
    # Counted, not sorted: that takes a tenth of the time.
    floats = levels.dtype.kind == "f"
    values = np.unique(levels) if floats else np.flatnonzero(np.bincount(levels.ravel()))
    if len(values) > 2 or (len(values) == 2 and values[0] > 0):
        told = f"{len(values)} values from {values[0]:g} to {values[-1]:g}: make it 0 and 255"
        faults.append(Fault(name, "soft mask", told))
    return np.asarray(levels > 0)
