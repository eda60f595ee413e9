"""One defect: region, placement, content, blend and label put together on a picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, settle, to_float
from .sample import Defect
from .scene import Scene
from .stencil import Stencil
from .values import check_range

_KIND = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_BAND_PX = 2**15
_RESERVED = ("good", "combined")


class Refused(Exception):
    """One draw did not make an acceptable defect."""


@dataclass(frozen=True)
class Limits:
    """What makes a defect acceptable; one outside is drawn again.

    Attributes:
        min_area_px: fewest labelled pixels.
        max_area: largest share of the image that may be labelled.
        min_contrast_levels: least mean change under the label, in levels.
    """

    min_area_px: int = 8
    max_area: float = 0.6
    min_contrast_levels: float = 6.0

    def __post_init__(self) -> None:
        check_range("Limits.min_area_px", self.min_area_px, 1)
        check_range("Limits.max_area", self.max_area, 0, 1)
        check_range("Limits.min_contrast_levels", self.min_contrast_levels, 0, 255)

    def refusal(self, area: int, contrast: float, shape: tuple[int, int]) -> str:
        """Return why such a defect is not acceptable, or ""."""
        if area == 0:
            return "nothing visible changed"
        if area < self.min_area_px:
            return f"smaller than {self.min_area_px} px"
        if area > self.max_area * shape[0] * shape[1]:
            return f"larger than {self.max_area:.0%} of the image"
        if contrast < self.min_contrast_levels:
            return f"fainter than {self.min_contrast_levels:g} levels"
        return ""


def check_kind(kind: str) -> str:
    """Return `kind`, which can name a folder; ValueError otherwise."""
    if not isinstance(kind, str) or not _KIND.fullmatch(kind) or kind in _RESERVED:
        raise ValueError(
            f"kind {kind!r} names a folder: letters, digits, '_', '-' and '.', and not "
            f"{' or '.join(_RESERVED)}"
        )
    return kind


def defect_of(recipe: Any, scene: Scene, earlier: tuple[Defect, ...], null: bool) -> Defect:
    """Return the defect that a drawn `Recipe` makes, or raise Refused."""
    from .kernels import measure

    stencil = recipe.region(scene)
    if recipe.placement is not None:
        stencil = recipe.placement(stencil, scene)
    box = stencil.fitted(recipe.blend.margin(stencil), *scene.shape)
    if box is None:
        raise Refused("the shape is empty or outside the image")
    kind = recipe.kind or check_kind(stencil.kind or "defect")
    clean = scene.colour[box.top : box.top + box.height, box.left : box.left + box.width]
    native = _so_far(clean, box, earlier)
    after, change = _blended(recipe, scene, box, native, null)
    if null:
        return Defect("good", box.top, box.left, after, np.zeros_like(box.mask), 0.0, recipe)
    label = recipe.label(change, box.mask)
    area, total = measure(change, label)
    contrast = round(total / max(1, area), 3)
    reason = recipe.limits.refusal(area, contrast, scene.shape)
    if reason:
        raise Refused(reason)
    return Defect(kind, box.top, box.left, after, label, contrast, recipe)


def _so_far(clean: NDArray[Any], box: Stencil, earlier: tuple[Defect, ...]) -> NDArray[Any]:
    """Return the picture in the box with the earlier defects in it: `clean` itself if none is."""
    now = clean
    for defect in earlier:
        h, w = defect.label.shape
        top, left = max(box.top, defect.top), max(box.left, defect.left)
        bottom = min(box.top + box.height, defect.top + h)
        right = min(box.left + box.width, defect.left + w)
        if top >= bottom or left >= right:
            continue
        now = clean.copy() if now is clean else now
        now[top - box.top : bottom - box.top, left - box.left : right - box.left] = defect.pixels[
            top - defect.top : bottom - defect.top, left - defect.left : right - defect.left
        ]
    return now


def _blended(
    recipe: Any, scene: Scene, box: Stencil, now: NDArray[Any], null: bool
) -> tuple[NDArray[Any], Floats]:
    """Return the box with the layer blended in (null: with nothing to show), and the change.

    A blend without margin takes each pixel by itself. It gets the box in bands: their arrays stay
    in the cache, where those of a large box would cost more in page faults than in arithmetic.
    """
    h, w = box.mask.shape
    rows = h if recipe.blend.margin(box) else max(1, _BAND_PX // w)
    by_pixel = getattr(recipe.content, "by_pixel", False)
    layer = None if null or (by_pixel and rows < h) else _layer(recipe, scene, box)
    clean = scene.colour[box.top : box.top + h, box.left : box.left + w]
    after, change = np.array(now, order="C"), np.zeros((h, w), np.float32)
    for band in _bands(box, rows):
        part = np.s_[band.top - box.top : band.top - box.top + band.height]
        base = to_float(now[part], scene.full)
        if null:
            pixels = recipe.blend(base, base, band.mask)
        else:
            shown = _layer(recipe, scene, band) if layer is None else layer[part]
            pixels = recipe.blend(base, shown, band.mask)
        _check(pixels, base.shape, recipe.blend)
        try:
            settle(pixels, band.mask, clean[part], scene.full, after[part], change[part])
        except ValueError as error:
            raise ValueError(f"{recipe.content or recipe.region!r}: {error}") from error
    return after, change


def _bands(box: Stencil, rows: int) -> Iterator[Stencil]:
    """Yield the box whole, or in bands of that many rows, empty ones left out."""
    if rows >= box.height:
        yield box
        return
    for first in range(0, box.height, rows):
        mask = box.mask[first : first + rows]
        if cv2.countNonZero(mask):
            yield Stencil(mask, box.top + first, box.left)


def _layer(recipe: Any, scene: Scene, box: Stencil) -> Floats:
    layer = box.layer if recipe.content is None else recipe.content(scene, box)
    if layer is None:
        raise TypeError(f"{recipe.region!r} brings no layer: the recipe needs a content")
    _check(layer, (*box.mask.shape, scene.channels), recipe.content or recipe.region)
    return layer


def _check(pixels: Floats, shape: tuple[int, ...], part: object) -> None:
    if pixels.shape != shape or pixels.dtype != np.float32:
        raise TypeError(
            f"{part!r} returned {pixels.dtype} {pixels.shape}; expected float32 {shape}"
        )
