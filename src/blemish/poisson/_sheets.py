"""Pictures as the compiled loops read and write them: rows of pixels, in their own dtype."""

from __future__ import annotations

import math
import threading
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, colour_of, white_of
from ._areas import Area, union

# Larger ones are not kept.
_KEPT_NUMBERS = 1 << 26
_kept = threading.local()


@cache
def kernels() -> Any:
    """Return the module of compiled loops, which imports numba: called where one is run."""
    from . import _pixels

    return _pixels


class Sheet(NamedTuple):
    """Pixels of `channels` numbers as rows, (h, w * C), and where in the target they lie."""

    rows: NDArray[Any]
    y: int
    x: int
    channels: int


def channels_of(image: NDArray[Any]) -> int:
    """Return how many colours an image has: 1 or 3."""
    return 1 if image.ndim == 2 or image.shape[2] < 3 else 3


def borrowed(count: int, shape: tuple[int, int, int]) -> list[Floats]:
    """Return arrays that hold anything, and whose memory this thread uses again the next time.

    Fresh memory of some megabytes costs as much as all that is calculated before and after solving.
    """
    length = math.prod(shape)
    size = -(-length // 16) * 16
    numbers = getattr(_kept, "numbers", None)
    if numbers is None or numbers.size < count * size:
        numbers = np.empty(count * size, np.float32)
        if numbers.size <= _KEPT_NUMBERS:
            _kept.numbers = numbers
    return [numbers[i * size : i * size + length].reshape(shape) for i in range(count)]


def part_of(image: NDArray[Any], at: tuple[int, int], areas: list[Area]) -> NDArray[Any]:
    """Return a view (h, w, C) of what an image that lies at `at` in the target has in the areas."""
    top, left, bottom, right = union(areas)
    rows = slice(max(top - at[0], 0), bottom - at[0])
    return colour_of(image)[rows, max(left - at[1], 0) : right - at[1]]


def sheet_of(
    image: NDArray[Any],
    channels: int,
    at: tuple[int, int],
    areas: list[Area],
    copied: bool = False,
) -> Sheet:
    """Return the colours of `image`, which lies at `at` in the target, to be read.

    They are not copied where they lie as rows do; else only around the areas. A grey image gets
    `channels` of them.
    """
    rows = None if copied else _rows_of(image, channels)
    if rows is None:
        part = part_of(image, at, areas)
        height, width = part.shape[:2]
        taken = np.empty((height, width, channels), image.dtype)
        kernels().take(np.broadcast_to(part, taken.shape), taken)
        top, left, *_ = union(areas)
        rows, at = taken.reshape(height, -1), (max(top, at[0]), max(left, at[1]))
    return _sheet(rows, at, channels)


def sheet_of_floats(pixels: Floats) -> Sheet:
    """Return float32 pixels (h, w, C), with any number of channels, to be read."""
    height, width, channels = pixels.shape
    rows = np.ascontiguousarray(pixels, np.float32).reshape(height, width * channels)
    return _sheet(rows, (0, 0), channels)


def check_values(sheet: Sheet, areas: list[Area]) -> None:
    """Raise ValueError for floats that are not in [0, 1] in what the areas have of a sheet."""
    if sheet.rows.dtype.kind != "f":
        return
    height, width = sheet.rows.shape[0], sheet.rows.shape[1] // sheet.channels
    for area in areas:
        (top, bottom), (left, right) = (
            (max(place.start - start, 0), min(place.stop - start, size))
            for place, start, size in zip(
                area.place, (sheet.y, sheet.x), (height, width), strict=True
            )
        )
        box = top, left * sheet.channels, bottom, right * sheet.channels
        if not kernels().in_range(sheet.rows, box):
            raise ValueError(
                "a float image must lie in [0, 1] and hold no NaN: divide it by its full range"
            )


def _sheet(rows: NDArray[Any], at: tuple[int, int], channels: int) -> Sheet:
    # So that compiled code meets one type of array, whoever may write to it.
    rows.setflags(write=False)
    return Sheet(rows, *at, channels)


def write(
    result: NDArray[Any], source: Sheet, area: Area, change: Floats, shift: Floats | None = None
) -> None:
    """Write source + change + shift to the result under the area's mask, rounded and clipped.

    All are in the unit of the pixels; `change` is (h, w, C), and `shift` (w * C) the same for each
    row, or 0.
    """
    height, width, channels = change.shape
    if shift is None:
        shift = np.zeros(width * channels, np.float32)
    kernel = kernels().write_floats if result.dtype.kind == "f" else kernels().write_levels
    at, limits = (area.y - source.y, area.x - source.x), (0.0, white_of(result))
    rows = _rows_of(result, channels)
    if rows is not None:
        kernel(source.rows, rows, (*at, area.y, area.x), area.support, change, shift, limits)
        return
    part = np.empty(change.shape, result.dtype)
    rows = part.reshape(height, width * channels)
    kernel(source.rows, rows, (*at, 0, 0), area.support, change, shift, limits)
    kernels().put(part, area.support, np.asarray(colour_of(result)[area.place]))


def _rows_of(image: NDArray[Any], channels: int) -> NDArray[Any] | None:
    """Return a view of `image` as rows; None where it does not lie so, or has other channels."""
    height, width = image.shape[:2]
    plain = image.flags.c_contiguous and image.flags.aligned
    if not plain or image.size != height * width * channels:
        return None
    return np.asarray(image).reshape(height, width * channels)
