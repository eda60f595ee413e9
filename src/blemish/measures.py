"""What is measured of a mask, of a picture and its mask, and of a pair of pictures and a mask.

Masks are bool (H, W) and mark at least one pixel; pictures are as `blemish.arrays` says. Changes
and contrasts are in levels, in the channel that differs most. Nothing here knows who made them.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, check_image, colour_of, white_of
from .images import BadFile, read_image
from .layouts import Pair, find_pairs, read_pair_mask

TOLERANCE_LEVELS = 2.0
"""A pixel that differs by no more than this has not visibly changed."""

_SURROUNDINGS = 0.03  # of the shorter side: how far around a mask its surroundings reach
_GAP_PX = 1  # the edge of a defect is blurred, and belongs neither to it nor to its surroundings

Mask = NDArray[np.bool_]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Profile:
    """What is measured of a defect in its picture.

    Attributes:
        area: share of the frame that is marked, in (0, 1].
        elongation: length over width, at least 1; see `elongation`.
        contrast: difference from the surroundings in levels; NaN where there are none.
        y, x: the centroid as fractions of the frame's height and width.
    """

    area: float
    elongation: float
    contrast: float
    y: float
    x: float


def profile(image: NDArray[Any], mask: Mask, white: float | None = None) -> Profile:
    """Return the profile of the defect that `mask` marks in `image`.

    `white` is the value of full range, if it is not the dtype's. Raises ValueError for a mask that
    marks nothing, or whose size is not the image's.
    """
    return Profile(area(mask), elongation(mask), contrast(image, mask, white), *centroid(mask))


def profiles(folder: Path, white: float | None = None, skip: bool = False) -> list[Profile]:
    """Return the profiles of all labelled pictures in a folder, in the order of `find_pairs`.

    Raises LookupError where there is none, BadFile for a picture or mask that cannot be used; with
    `skip` these are left out, and logged.
    """
    found = []
    for pair in find_pairs(Path(folder)):
        try:
            found.append(_profile_of(pair, white))
        except (ValueError, OSError) as error:
            if not skip:
                raise
            _log.warning("left out: %s", error)
    if not found:
        raise LookupError(
            f"{folder} has no pictures with masks: expected test/KIND beside ground_truth/KIND, "
            "or images beside their masks"
        )
    return found


def _profile_of(pair: Pair, white: float | None) -> Profile:
    image, mask = read_image(pair.image), read_pair_mask(pair)
    if mask.shape != image.shape[:2]:
        raise BadFile(pair.image, f"{image.shape[:2]} px, but its mask {mask.shape}")
    # A camera's own white fits its own files, and not others of 8 bits.
    return profile(image, mask, white if image.dtype == np.uint16 else None)


def area(mask: Mask) -> float:
    """Return the share of the frame that is marked."""
    return float(np.count_nonzero(mask) / mask.size)


def centroid(mask: Mask) -> tuple[float, float]:
    """Return the centroid (y, x) as fractions of the frame's height and width."""
    moments, y, x = _moments(mask)
    row, column = moments["m01"] / moments["m00"], moments["m10"] / moments["m00"]
    return (y + row + 0.5) / mask.shape[0], (x + column + 0.5) / mask.shape[1]


def elongation(mask: Mask) -> float:
    """Return length over width of the rectangle with the same second moments, at least 1.

    So it is a/b of an a x b rectangle at any angle, 1 of a disc, and of a curve less than its
    length over its width. The pieces of a mask are taken together.
    """
    moments, _, _ = _moments(mask)
    # A pixel is a square, not a point: its own second moment is 1/12.
    yy, xx = (moments[name] / moments["m00"] + 1 / 12 for name in ("mu02", "mu20"))
    xy = moments["mu11"] / moments["m00"]
    middle, half = (yy + xx) / 2, math.hypot((yy - xx) / 2, xy)
    return math.sqrt((middle + half) / max(middle - half, 1 / 12))


def components(mask: Mask) -> int:
    """Return into how many pieces the mask falls; pixels that touch at a corner are one piece."""
    y, x, h, w = _box(mask)
    count, _ = cv2.connectedComponents(_bytes(mask[y : y + h, x : x + w]), connectivity=8)
    return int(count) - 1


def contrast(image: NDArray[Any], mask: Mask, white: float | None = None) -> float:
    """Return how much the marked pixels differ from their surroundings, in levels.

    Each marked pixel is compared with the mean of the unmarked ones around the unmarked pixel that
    is nearest to it: so neither a slope of the light nor a mask across the object's edge is taken
    for contrast. The mean over the mask is returned, in the channel where it is largest; NaN where
    the mask leaves no surroundings. Of a coarse texture it is never 0: it is then the mean
    deviation of the texture itself.
    """
    check_image(image)
    if image.shape[:2] != mask.shape:
        raise ValueError(f"mask of {mask.shape} px, image of {image.shape[:2]}: make them equal")
    reach = max(3, round(_SURROUNDINGS * min(mask.shape)))
    y, x, h, w = _box(mask)
    margin = 2 * reach + _GAP_PX
    rows = slice(max(0, y - margin), y + h + margin)
    columns = slice(max(0, x - margin), x + w + margin)
    inside = mask[rows, columns]
    colour = _levels(colour_of(image)[rows, columns], white_of(image, white))
    behind = _surroundings(colour, inside, reach)
    if behind is None:
        return math.nan
    return float(np.abs(colour[inside] - behind).mean(axis=0, dtype=np.float64).max())


def _surroundings(colour: Floats, inside: Mask, reach: int) -> Floats | None:
    """Return what lies around each marked pixel: (n, C); None where everything is marked."""
    grown = cv2.dilate(_bytes(inside), np.ones((2 * _GAP_PX + 1,) * 2, np.uint8))
    outside = np.asarray(grown == 0, np.float32)
    if not outside.any():
        return None
    size = (2 * reach + 1,) * 2
    weight = cv2.boxFilter(
        outside, cv2.CV_32F, size, normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    total = cv2.boxFilter(
        colour * outside[:, :, None],
        cv2.CV_32F,
        size,
        normalize=False,
        borderType=cv2.BORDER_CONSTANT,
    ).reshape(colour.shape)
    _, nearest = cv2.distanceTransformWithLabels(
        grown, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    # OpenCV numbers the unmarked pixels; this finds them again by their numbers.
    places = np.zeros(int(nearest.max()) + 1, np.intp)
    found = np.flatnonzero(grown == 0)
    places[nearest.reshape(-1)[found]] = found
    at = places[nearest[inside]]
    local = total.reshape(-1, colour.shape[2])[at] / weight.reshape(-1)[at, None]
    return np.asarray(local, np.float32)


def change(image: NDArray[Any], clean: NDArray[Any], white: float | None = None) -> Floats:
    """Return by how many levels each pixel differs from the clean picture: float32 (H, W).

    A grey picture is compared with each channel of a coloured one. Raises ValueError if the sizes
    differ.
    """
    if image.shape[:2] != clean.shape[:2]:
        raise ValueError(f"pictures of {image.shape[:2]} and {clean.shape[:2]} px: not comparable")
    after, before = colour_of(image), colour_of(clean)
    if image.dtype == clean.dtype == np.uint8 and white is None:
        differs: NDArray[Any] = cv2.absdiff(*_alike(after, before)).reshape(*after.shape[:2], -1)
    else:
        full, clean_full = white_of(image, white), white_of(clean, white)
        differs = np.abs(_levels(after, full) - _levels(before, clean_full))
    # Channel by channel: NumPy's maximum along so short an axis takes ten times as long.
    channels = (differs[:, :, channel] for channel in range(differs.shape[2]))
    return np.asarray(reduce(np.maximum, channels), np.float32)


def visible(change: Floats) -> Mask:
    """Return where a change is more than the tolerance."""
    # A thousandth of a level above it: float32 must not tip the balance.
    return np.asarray(change > TOLERANCE_LEVELS + 1e-3)


def changed_outside(change: Floats, mask: Mask) -> float:
    """Return the share of the visibly changed pixels that the mask does not mark."""
    changed = visible(change)
    count = np.count_nonzero(changed)
    return float(np.count_nonzero(changed & ~mask) / count) if count else 0.0


def unchanged_inside(change: Floats, mask: Mask) -> float:
    """Return the share of the mask where nothing visibly changed."""
    return float(np.count_nonzero(mask & ~visible(change)) / np.count_nonzero(mask))


def share_outside(mask: Mask, where: Mask) -> float:
    """Return the share of the mask that does not lie in `where`, a bool (H, W): on background."""
    return float(np.count_nonzero(mask & ~where) / np.count_nonzero(mask))


def _alike(after: NDArray[Any], before: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return both with as many channels, in one piece."""
    shape = np.broadcast_shapes(after.shape, before.shape)
    one, other = (np.ascontiguousarray(np.broadcast_to(image, shape)) for image in (after, before))
    return one, other


def _levels(colour: NDArray[Any], white: float) -> Floats:
    return colour.astype(np.float32) * np.float32(255 / white)


def _bytes(mask: Mask) -> NDArray[np.uint8]:
    return np.ascontiguousarray(mask).view(np.uint8)


def _box(mask: Mask) -> tuple[int, int, int, int]:
    """Return (y, x, height, width) of the smallest rectangle around what is marked."""
    x, y, w, h = cv2.boundingRect(_bytes(mask))
    if not h:
        raise ValueError("a mask that marks nothing has no measures")
    return y, x, h, w


def _moments(mask: Mask) -> tuple[dict[str, float], int, int]:
    """Return the moments of what is marked, and the (y, x) of the box they are taken in."""
    y, x, h, w = _box(mask)
    return cv2.moments(_bytes(mask[y : y + h, x : x + w]), binaryImage=True), y, x
