"""Looking at one picture of a dataset: what is measured of it, and what is wrong with it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import measures
from ..composition import Limits
from ..foreground import estimate
from ..images import Loaded
from ..measures import Mask
from .faults import Fault
from .items import Item
from .reading import change_of, loaded, mask_name, mask_of, object_of

_WHOLE = 0.95  # of a picture: a mask of more tells nothing of where the defect is
_MOSTLY = 0.5  # a source that differs in more of the frame outside the mask is another picture


@dataclass(frozen=True)
class Measured:
    """What is measured of a picture and its mask.

    Attributes:
        image: the picture, relative to the dataset; mask: its mask, or what annotates it.
        kind: of the defect; in a tree of classes CLASS/KIND.
        pixels: how many are marked.
        area: share of the frame, elongation, components, contrast, y, x: of the mask; see
            `blemish.measures`.
        compared: "clean", "source" or "normals": where the picture without the defect was known
            from; "" where it was not, "altered" where the source is not comparable.
        change: mean change under the mask in levels.
        unlabelled: share of the visibly changed pixels that the mask leaves out.
        unchanged: share of the mask where nothing visibly changed.
        background: share of the mask that is not on the object: by its own mask where one was
            given, or as `blemish.foreground` estimates it for up to 100 parts; None for others, and
            where the part is a texture.
    """

    image: str
    mask: str
    kind: str
    pixels: int
    area: float
    elongation: float
    components: int
    contrast: float
    y: float
    x: float
    compared: str = ""
    change: float | None = None
    unlabelled: float | None = None
    unchanged: float | None = None
    background: float | None = None


@dataclass(frozen=True)
class Look:
    """What a look at a picture has found; `digest` is that of its pixels, "" if unreadable."""

    item: Item
    digest: str = ""
    measured: Measured | None = None
    faults: tuple[Fault, ...] = ()


class Looking:
    """Looks at pictures; sent to each worker once.

    Args:
        white: the value of full range, where it is not the dtype's.
    """

    def __init__(self, white: float | None) -> None:
        self._white = white
        self._object: tuple[str, Mask | None] = ("", None)

    def __call__(self, items: tuple[Item, ...]) -> list[Look]:
        """Return what is found in each of the items."""
        return [self._look(item) for item in items]

    def _look(self, item: Item) -> Look:
        faults: list[Fault] = []
        file = loaded(item.image, item.name, "unreadable", faults)
        if file is None:
            return Look(item, faults=tuple(faults))
        image, shape = file.pixels, (file.pixels.shape[0], file.pixels.shape[1])
        digest = hashlib.sha256(f"{image.dtype}{image.shape}".encode() + image.tobytes())
        mask = mask_of(item, shape, faults) if item.masks else None
        measured = None
        if mask is not None and item.kind == "good":
            faults.append(Fault(item.name, "marked good", "its mask marks something"))
        elif mask is not None:
            measured = self._measured(item, image, mask, faults)
            faults += _judged(measured)
        return Look(item, digest.hexdigest(), measured, tuple(faults))

    def _measured(
        self, item: Item, image: NDArray[Any], mask: Mask, faults: list[Fault]
    ) -> Measured:
        white = self._white if image.dtype.kind == "u" else None
        measured = Measured(
            item.name,
            ", ".join(mask_name(mask, item) for mask in item.masks),
            item.kind,
            int(np.count_nonzero(mask)),
            components=measures.components(mask),
            **vars(measures.profile(image, mask, white)),
            **self._compared(item, image, mask, faults),
        )
        where = object_of(item, mask.shape)
        if where is None:
            return measured
        return replace(measured, background=measures.share_outside(mask, where))

    def _compared(
        self, item: Item, image: NDArray[Any], mask: Mask, faults: list[Fault]
    ) -> dict[str, Any]:
        """Return the fields of `Measured` that a comparison with the clean picture gives."""
        clean = item.clean
        if clean is None or clean.altered:
            return {"compared": "altered" if clean else ""}
        before = loaded(clean.path, item.name, "clean", faults)
        if before is None:
            return {}
        try:
            change = change_of(image, clean, before, self._white)
        except ValueError as error:
            faults.append(Fault(item.name, "clean", f"{clean.path}: {error}"))
            return {}
        elsewhere = np.count_nonzero(measures.visible(change) & ~mask)
        if clean.how == "source" and elsewhere > _MOSTLY * np.count_nonzero(~mask):
            return {"compared": "altered"}
        where = self._found(before) if item.estimated else None
        return {
            "compared": clean.how,
            "change": float(change[mask].mean(dtype=np.float64)),
            "unlabelled": measures.changed_outside(change, mask),
            "unchanged": measures.unchanged_inside(change, mask),
            "background": None if where is None else measures.share_outside(mask, where),
        }

    def _found(self, clean: Loaded) -> Mask | None:
        """Return where the object is, or None for a texture; once for the same file in a row."""
        if self._object[0] != clean.sha256:
            white = self._white if clean.pixels.dtype.kind == "u" else None
            found = estimate(clean.pixels, white)
            self._object = (clean.sha256, None if found.texture else found.mask)
        return self._object[1]


def _judged(measured: Measured) -> list[Fault]:
    """Return what `make` would not have written: labels that tell too little or too much."""
    faults, rule = [], Limits()
    if measured.area > _WHOLE:
        told = f"the mask marks {measured.area:.2%} of the picture"
        faults.append(Fault(measured.image, "whole picture", told))
    if measured.unlabelled:
        told = f"{measured.unlabelled:.2%} of the changed pixels are not labelled"
        faults.append(Fault(measured.image, "unlabelled", told))
    if measured.pixels < rule.min_area_px:
        faults.append(Fault(measured.image, "invisible", f"only {measured.pixels} px are labelled"))
    elif measured.change is not None and measured.change < rule.min_contrast_levels:
        told = f"the labelled pixels changed by {measured.change:.1f} levels on average"
        faults.append(Fault(measured.image, "invisible", told))
    return faults
