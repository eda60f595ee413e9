"""One defect: region, placement, content, blend and label put together on a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, settle, to_float
from .kinds import kind_named
from .refused import Refused
from .sample import Defect
from .scene import Scene
from .stencil import Stencil
from .values import check_range

_BAND_PX = 2**15


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
            return f"smaller than {self.min_area_px} px (limits.min_area_px)"
        if area > self.max_area * shape[0] * shape[1]:
            return f"larger than {self.max_area:.0%} of the image"
        if contrast < self.min_contrast_levels:
            return f"fainter than {self.min_contrast_levels:g} levels"
        return ""


def defect_of(recipe: Any, scene: Scene, earlier: tuple[Defect, ...], null: bool) -> Defect:
    """Return the defect that a drawn `Recipe` makes, or raise Refused."""
    from .marking import measure, restore

    stencil = recipe.region(scene)
    if recipe.placement is not None:
        stencil = recipe.placement(stencil, scene)
    box = stencil.fitted(_margin(recipe, stencil), *scene.shape)
    if box is None:
        raise Refused("the shape is empty or outside the image")
    kind = recipe.kind or kind_named(stencil.kind)
    clean = scene.colour[box.top : box.top + box.height, box.left : box.left + box.width]
    native = _so_far(clean, box, earlier)
    after, change = _blended(recipe, scene, box, (clean, native), null)
    if null:
        return Defect("good", box.top, box.left, after, np.zeros_like(box.mask), 0.0, recipe)
    label = recipe.label(change, box.mask)
    _check(label, change.shape, recipe.label)
    # What is too faint to be labelled is not done: the picture differs where the label says so,
    # and nowhere else.
    restore(after, np.ascontiguousarray(native), box.mask, label)
    area, total = measure(change, label)
    contrast = round(total / max(1, area), 3)
    reason = recipe.limits.refusal(area, contrast, scene.shape)
    if reason:
        raise Refused(reason)
    return Defect(kind, box.top, box.left, after, label, contrast, recipe)


def _margin(recipe: Any, stencil: Stencil) -> int:
    """Return how many pixels around the mask the blend, or the content, reads."""
    blend: int = recipe.blend.margin(stencil)
    reads = getattr(recipe.content, "margin", None)
    return blend if reads is None else max(blend, reads(stencil))


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
    recipe: Any,
    scene: Scene,
    box: Stencil,
    pictures: tuple[NDArray[Any], NDArray[Any]],
    null: bool,
) -> tuple[NDArray[Any], Floats]:
    """Return the box with the layer blended in (null: with nothing to show), and the change.

    `pictures` are the clean one and the one so far, in the box. A blend without margin takes each
    pixel by itself. So it gets the box in bands, whose arrays stay in the cache, and of a band that
    the mask covers thinly only the pixels under the mask, as one row: the blobs of a megapixel are
    a twentieth of their box.
    """
    from .kernels import under

    h, w = box.mask.shape
    clean, now = pictures
    pointwise = recipe.blend.margin(box) == 0
    rows = max(1, _BAND_PX // w) if pointwise else h
    by_pixel = rows < h and hasattr(recipe.content, "at")
    layer = None if null or by_pixel else _layer(recipe, scene, box)
    after, change = np.array(now, order="C"), np.zeros((h, w), np.float32)
    for first in range(0, h, rows):
        part = np.s_[first : first + rows]
        band = Stencil(np.ascontiguousarray(box.mask[part]), box.top + first, box.left)
        pixels = under(band.mask, band.mask.size // 2) if pointwise else None
        if pixels is not None and pixels.size == 0:
            continue
        so_far = now[part]
        before = so_far if now is clean else clean[part]
        views = (so_far, before, after[part], change[part])
        shown = None if layer is None else layer[part]
        if pixels is None or pixels.size > band.mask.size // 2:
            if by_pixel and not null:
                shown = _layer(recipe, scene, band)
            _blend_band(recipe, scene.full, band.mask, shown, views)
            continue
        if by_pixel and not null:
            row = recipe.content.at(scene, band, pixels)
            _check(row, (1, pixels.size, scene.channels), recipe.content)
        else:
            row = None if shown is None else _row(shown, pixels)
        _blend_pixels(recipe, scene.full, band.mask, row, views, pixels)
    return after, change


def _blend_band(
    recipe: Any, white: float, mask: Floats, shown: Floats | None, views: tuple[NDArray[Any], ...]
) -> None:
    """Blend `shown` (None: nothing) into a band: the picture so far, clean, after, change."""
    now, clean, after, change = views
    base = to_float(now, white)
    pixels = recipe.blend(base, _nothing(recipe.blend, base) if shown is None else shown, mask)
    _check(pixels, base.shape, recipe.blend)
    try:
        settle(pixels, mask, clean, white, after, change)
    except ValueError as error:
        raise ValueError(f"{recipe.content or recipe.region!r}: {error}") from error


def _nothing(blend: Any, base: Floats) -> Floats:
    """Return the layer with which a blend shows nothing: the base, or its neutral grey."""
    neutral = getattr(blend, "neutral", None)
    return base if neutral is None else np.full_like(base, neutral)


def _blend_pixels(
    recipe: Any,
    white: float,
    mask: Floats,
    shown: Floats | None,
    views: tuple[NDArray[Any], ...],
    pixels: NDArray[np.intp],
) -> None:
    """Do what `_blend_band` does, with the given pixels of the band as one row, as `shown` is."""
    from .kernels import scatter

    now, clean, after, change = views
    row = _row(now, pixels)
    blended, differs = row.copy(), np.zeros(row.shape[:2], np.float32)
    before = row if clean is now else _row(clean, pixels)
    thin = mask.reshape(-1)[pixels][None]
    _blend_band(recipe, white, thin, shown, (row, before, blended, differs))
    scatter(blended, differs, pixels, after, change)


def _row(band: NDArray[Any], pixels: NDArray[np.intp]) -> NDArray[Any]:
    """Return the given pixels of a band (h, w, C) as one row (1, n, C)."""
    return np.take(band.reshape(-1, band.shape[2]), pixels, axis=0)[None]


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
