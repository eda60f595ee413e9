"""Where a picture is edited: the boxes around a mask, or around each of its scattered parts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats

Box = tuple[int, int, int, int]
Part = tuple[Box, NDArray[np.bool_] | None]
# Smaller boxes are not looked at for empty room. A box has a fixed cost, as of so many pixels.
_LARGE_PX = 1 << 17
_BOX_PX = 1 << 13
_TILE_PX = 16


@cache
def _loops() -> Any:
    """Return the module of compiled loops, which imports numba: called where one is run."""
    from . import _masks

    return _masks


class Area(NamedTuple):
    """A box of the target: a part of the mask, and one pixel around it where the target goes on.

    Attributes:
        y, x: where its first pixel lies in the target.
        support: bool (h, w), what is solved for.
        weight: float32 (h, w), the soft mask; None for a hard one.
    """

    y: int
    x: int
    support: NDArray[np.bool_]
    weight: Floats | None = None

    @property
    def place(self) -> tuple[slice, slice]:
        """Where the area lies in the target."""
        height, width = self.support.shape
        return slice(self.y, self.y + height), slice(self.x, self.x + width)


def areas_of(mask: NDArray[Any], offset: tuple[int, int], shape: tuple[int, ...]) -> list[Area]:
    """Return the areas of what of the mask, at `offset`, lies in a target of `shape`.

    One around all of it; where that is mostly empty, one around each part that lies by itself.
    Raises ValueError for values that are none of a mask.
    """
    covered, weight = _covered(mask)
    # So that compiled code meets one type of array, whoever may write to it.
    covered.setflags(write=False)
    (y, x), (h, w) = offset, mask.shape
    frame = -y, -x, shape[0] - y, shape[1] - x
    whole = 0, 0, h, w
    top, left = max(frame[0], 0), max(frame[1], 0)
    window = top, left, max(min(frame[2], h), top), max(min(frame[3], w), left)
    look = _loops().look
    bits, soft, *found = look(covered, whole)
    box: Box = look(covered, window)[2:] if window != whole else (*found,)
    if box[0] == box[2]:
        return []
    if weight is None and soft and bits > 1:
        weight = covered
    return [_area(covered, weight, part, frame) for part in _parts(covered, box)]


def union(areas: list[Area]) -> Box:
    """Return (top, left, bottom, right) of the smallest rectangle of the target with all areas."""
    if not areas:
        return 0, 0, 0, 0
    return (
        min(area.y for area in areas),
        min(area.x for area in areas),
        max(area.y + area.support.shape[0] for area in areas),
        max(area.x + area.support.shape[1] for area in areas),
    )


def _covered(mask: NDArray[Any]) -> tuple[NDArray[np.uint8], NDArray[Any] | None]:
    """Return a new view or copy of the mask, as contiguous bytes; and itself if it is of floats."""
    kind = mask.dtype.kind
    if kind == "b":
        return np.ascontiguousarray(mask).view(np.uint8), None
    if mask.dtype == np.uint8 or not mask.size:
        return np.ascontiguousarray(mask, np.uint8).view(), None
    low, high = mask.min(), mask.max()
    if kind in "iu":
        if low < 0 or high > 255:
            raise ValueError(
                f"an integer mask must lie in [0, 255], not in [{low}, {high}]: give mask > 0"
            )
        return np.ascontiguousarray(mask, np.uint8), None
    if not (low >= 0 and high <= 1):
        raise ValueError(
            "a float mask must lie in [0, 1] and hold no NaN: divide it by its full range"
        )
    return np.ascontiguousarray(mask > 0).view(np.uint8), mask


def _area(covered: NDArray[np.uint8], weight: NDArray[Any] | None, part: Part, frame: Box) -> Area:
    """Return the area around a part of the mask. `frame` is the target as the mask sees it."""
    (first, start, last, stop), foreign = part
    top, left = max(first - 1, frame[0]), max(start - 1, frame[1])
    bottom, right = min(last + 1, frame[2]), min(stop + 1, frame[3])
    here = np.s_[first:last, start:stop]
    inner = np.s_[first - top : last - top, start - left : stop - left]
    support = np.empty((bottom - top, right - left), np.bool_)
    _loops().stamp(covered, top, left, part[0], support)
    if foreign is not None:
        support[inner] &= ~foreign
    soft = None
    if weight is not None:
        soft = np.zeros(support.shape, np.float32)
        soft[inner] = weight[here]
        if weight.dtype == np.uint8:
            soft /= 255
    return Area(top - frame[0], left - frame[1], support, soft)


def _parts(covered: NDArray[np.uint8], box: Box) -> Iterator[Part]:
    """Yield the boxes to work on, and where in each what belongs to another lies.

    Parts of the mask that lie in tiles that do not touch do not know of one another.
    """
    top, left, bottom, right = box
    size = (bottom - top) * (right - left)
    if size < _LARGE_PX:
        yield box, None
        return
    import cv2

    tiles = np.zeros((-((top - bottom) // _TILE_PX), -((left - right) // _TILE_PX)), np.uint8)
    _loops().occupied(covered, box, _TILE_PX, tiles)
    count, labels, told, _ = cv2.connectedComponentsWithStats(tiles, connectivity=8)
    tiled = np.sum(told[1:, cv2.CC_STAT_WIDTH] * told[1:, cv2.CC_STAT_HEIGHT], dtype=np.int64)
    if 2 * (tiled * _TILE_PX**2 + count * _BOX_PX) > size:
        yield box, None
        return
    for number in range(1, count):
        x, y, w, h = told[number, :4].tolist()
        first, start = top + y * _TILE_PX, left + x * _TILE_PX
        window = first, start, min(first + h * _TILE_PX, bottom), min(start + w * _TILE_PX, right)
        near = labels[y : y + h, x : x + w]
        part = _loops().look(covered, window)[2:]
        others = (near != number) & (near > 0)
        if not others.any():
            yield part, None
            continue
        spread = others.repeat(_TILE_PX, axis=0).repeat(_TILE_PX, axis=1)
        yield part, spread[part[0] - first : part[2] - first, part[1] - start : part[3] - start]
