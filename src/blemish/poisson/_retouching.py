"""Editing a picture by its own gradients: sections 4 and 5 of Perez et al."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import LEVEL, Floats, colour_of, from_float, to_channels, to_float, white_of
from ..values import check_range
from ._areas import Area, areas_of
from ._checks import check_tolerance, checked_image, checked_mask, checked_out
from ._sheets import Sheet, channels_of, check_values, sheet_of, write
from .editing import TOLERANCE_LEVELS
from .guidance import divergence, links
from .solving import solve

_LOG = logging.getLogger(__name__)
_CANNY_LEVELS = 50, 100
# As far as Canny's detector follows a line that is too faint by itself.
_CANNY_MARGIN_PX = 32


def flatten_texture(
    image: NDArray[Any],
    mask: NDArray[Any],
    edges: NDArray[Any] | None = None,
    tolerance_levels: float = TOLERANCE_LEVELS,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Return `image` without texture under the mask: only the differences at its edges are kept.

    Equation 15 of Perez et al.: v_pq = f_p - f_q where p or q is on an edge, else 0. So nothing
    changes where all pixels are on edges, and a membrane is left where none is.

    Args:
        image, mask, tolerance_levels, out: as target, mask, ... of `clone`.
        edges: (H, W), above 0 at edges; None for those that Canny's detector finds (thresholds of
            50 and 100 levels) in the mask's box and 32 px around it, so that the mask's rim is
            none.

    Raises TypeError and ValueError as `clone` does, and where `edges` has another size.
    """
    edit = _opened(image, mask, tolerance_levels, out)
    if edges is not None and np.shape(edges) != edit.image.shape[:2]:
        raise ValueError(
            f"edges {np.shape(edges)} must have the size of the image {edit.image.shape[:2]}"
        )
    # All of them before anything is written: the image may be what is written to.
    if edges is None:
        found = [_canny(edit.image, area) for area in edit.areas]
    else:
        found = [np.asarray(edges)[area.place] > 0 for area in edit.areas]
    for area, kept in zip(edit.areas, found, strict=True):
        lost = ~kept[:, :, None]
        down, right = links(edit.base(area))
        rhs = divergence((-down * (lost[:-1] & lost[1:]), -right * (lost[:, :-1] & lost[:, 1:])))
        edit.add(area, solve(np.zeros_like(rhs), area.support, rhs, edit.tolerance))
    return edit.result


def change_illumination(
    image: NDArray[Any],
    mask: NDArray[Any],
    alpha: float = 0.2,
    beta: float = 0.2,
    tolerance_levels: float = TOLERANCE_LEVELS,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Return `image` with its light changed under the mask: shadows lifted, glare taken down.

    Equation 16 of Perez et al., after Fattal et al. (SIGGRAPH 2002), in the logarithm of the
    picture, here of f + half a level: v = a^beta |g|^-beta g, where g is the gradient and a is
    `alpha` times the mean of |g| under the mask. As there, each channel is treated by itself, and
    |g| is the length of the vector: for two neighbours, of their difference and of the mean of the
    differences across it. Where g is 0, v is 0.

    Args:
        image, mask, tolerance_levels, out: as target, mask, ... of `clone`.
        alpha: above 0; gradients below this share of the mean are strengthened, those above it
            weakened.
        beta: 0 to 1, how much: 0 changes nothing, and 1 makes all of them equally strong.

    Raises TypeError and ValueError as `clone` does, and for an `alpha` or `beta` out of range.
    """
    check_range("alpha", alpha, 0)
    check_range("beta", beta, 0, 1)
    if not 0 < alpha < math.inf:
        raise ValueError(f"alpha must be above 0 and finite, not {alpha}")
    edit = _opened(image, mask, tolerance_levels, out)
    white = white_of(edit.image)
    half = np.float32(white * LEVEL / 2)
    strength = alpha * _mean_length((edit.base(area) + half, area) for area in edit.areas)
    # An error of t in the logarithm is one of (f + half) * (exp(t) - 1), and f is white at most.
    tolerance = math.log1p(edit.tolerance / (white + half))
    for area in edit.areas:
        light = edit.base(area) + half
        down, right = links(np.log(light))
        long_down, long_right = _lengths(down, right)
        field = (
            down * (_ratio(strength, long_down) ** beta - 1),
            right * (_ratio(strength, long_right) ** beta - 1),
        )
        rhs = divergence(field)
        change = solve(np.zeros_like(rhs), area.support, rhs, tolerance)
        edit.add(area, light * np.expm1(change))
    return edit.result


def change_colour(
    image: NDArray[Any],
    mask: NDArray[Any],
    gains: Sequence[float],
    tolerance_levels: float = TOLERANCE_LEVELS,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Return `image` recoloured under the mask, seamlessly.

    Section 5 of Perez et al., local colour changes: a recoloured picture, here not clipped, is
    cloned into the picture itself.

    Args:
        image, mask, tolerance_levels, out: as target, mask, ... of `clone`.
        gains: what each channel is multiplied by, at least 0; one number for a grey image.

    Raises TypeError and ValueError as `clone` does, and for gains that do not fit.
    """
    edit = _opened(image, mask, tolerance_levels, out)
    channels = channels_of(edit.image)
    factors = np.atleast_1d(np.asarray(gains, np.float32))
    if factors.shape != (channels,):
        raise ValueError(
            f"gains must be {channels} numbers for an image {edit.image.shape}, not {gains!r}"
        )
    if not (np.isfinite(factors).all() and factors.min() >= 0):
        raise ValueError(f"gains must be at least 0 and finite, not {gains!r}")
    for area in edit.areas:
        known = (1 - factors) * edit.base(area)
        edit.add(area, solve(known, area.support, None, edit.tolerance) - known)
    return edit.result


@dataclass(frozen=True)
class _Edit:
    """An image, the areas of it that are edited, and the result so far."""

    image: NDArray[Any]
    sheet: Sheet
    areas: list[Area]
    tolerance: float
    result: NDArray[Any]

    def base(self, area: Area) -> Floats:
        """Return the pixels of an area, (h, w, C), in their unit."""
        return colour_of(self.image)[area.place].astype(np.float32, order="C")

    def add(self, area: Area, change: Floats) -> None:
        """Write the image with `change` added to it under the mask, by its weight if it is soft."""
        if area.weight is not None:
            change = change * area.weight[:, :, None]
        write(self.result, self.sheet, area, np.ascontiguousarray(change))


def _opened(
    image: NDArray[Any],
    mask: NDArray[Any],
    tolerance_levels: float,
    out: NDArray[Any] | None,
) -> _Edit:
    """Return an edit of `image` after all that is given has been looked at."""
    image = checked_image(image)
    mask = checked_mask(mask, image, "image")
    check_tolerance(tolerance_levels)
    areas = areas_of(mask, (0, 0), image.shape)
    result = checked_out(out, image, areas, "image")
    sheet = sheet_of(image, channels_of(image), (0, 0), areas)
    check_values(sheet, areas)
    if not areas:
        _LOG.warning("the mask is empty: the image is returned unchanged")
    return _Edit(image, sheet, areas, tolerance_levels * LEVEL * white_of(image), result)


def _canny(image: NDArray[Any], area: Area) -> NDArray[np.bool_]:
    """Return bool (h, w): the edges in an area."""
    import cv2

    height, width = area.support.shape
    top, left = max(area.y - _CANNY_MARGIN_PX, 0), max(area.x - _CANNY_MARGIN_PX, 0)
    y, x = area.y - top, area.x - left
    near = colour_of(image)[
        top : area.y + height + _CANNY_MARGIN_PX, left : area.x + width + _CANNY_MARGIN_PX
    ]
    # A picture of floats may hold anything where it is not edited.
    colours = np.nan_to_num(to_float(near, white_of(image)))
    grey = from_float(to_channels(colours, 1), np.uint8, 255)
    found: NDArray[np.bool_] = cv2.Canny(grey, *_CANNY_LEVELS)[y : y + height, x : x + width] > 0
    return found


def _lengths(down: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Return the lengths of the gradients whose differences are those of `links`."""
    across, along = _centred(right, 1), _centred(down, 0)
    return (
        np.hypot(down, (across[:-1] + across[1:]) / 2),
        np.hypot(right, (along[:, :-1] + along[:, 1:]) / 2),
    )


def _centred(differences: Floats, axis: int) -> Floats:
    """Return for each pixel the mean of its two differences along an axis; at an end it has one."""
    moved = np.moveaxis(differences, axis, 0)
    if not len(moved):
        return np.zeros(np.add(differences.shape, np.eye(3, dtype=int)[axis]), np.float32)
    padded = np.concatenate([moved[:1], moved, moved[-1:]])
    return np.moveaxis((padded[:-1] + padded[1:]) / 2, 0, axis)


def _mean_length(lights: Iterator[tuple[Floats, Area]]) -> NDArray[np.float64]:
    """Return the mean length of the gradients of log(light) under the mask, one a channel.

    It is taken over the pairs of neighbours of which one at least is under the mask.
    """
    total, count = np.zeros(1), 0
    for light, area in lights:
        inside = area.support
        touched = inside[:-1] | inside[1:], inside[:, :-1] | inside[:, 1:]
        for lengths, chosen in zip(_lengths(*links(np.log(light))), touched, strict=True):
            total = total + lengths[chosen].sum(axis=0, dtype=np.float64)
            count += int(np.count_nonzero(chosen))
    return total / max(count, 1)


def _ratio(strength: NDArray[np.float64], lengths: Floats) -> Floats:
    """Return strength / length, and 0 where the length is 0."""
    zeros = np.zeros_like(lengths)
    ratio: Floats = np.divide(strength.astype(np.float32), lengths, out=zeros, where=lengths > 0)
    return ratio
