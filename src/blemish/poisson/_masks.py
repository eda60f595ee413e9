"""The compiled passes over masks. Importing this imports numba."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..compiling import compiled, pointer_of

pointer = pointer_of()


@compiled
def look(mask: Any, window: Any) -> Any:
    """Return what an 8-bit mask holds in `window` (top, left, bottom, right).

    (bits, soft, top, left, bottom, right): the or of its values; above 0 if some are neither 0 nor
    255; and the smallest rectangle with mask > 0, or zeros.
    """
    # Kept to bytes by force, so that LLVM takes 64 of them at once.
    one = np.uint8(1)
    bits, soft = np.uint8(0), np.uint8(0)
    first, start, last, stop = window
    top, bottom, left, right = last, first, stop, start
    for y in range(first, last):
        row = mask[y, start:stop]
        here = np.uint8(0)
        for x in range(row.size):
            here = np.uint8(here | row[x])
            # Each bit of 0 and of 255 is as the bit beside it.
            soft = np.uint8(soft | np.uint8(row[x] ^ (row[x] >> one)))
        bits = np.uint8(bits | here)
        if here:
            top, bottom = min(top, y), y + 1
            # A row is looked through only as far as the rectangle does not reach yet.
            if left > start and _any(row[: left - start]):
                left = start
                while not mask[y, left]:
                    left += 1
            if right < stop and _any(row[right - start :]):
                right = stop
                while not mask[y, right - 1]:
                    right -= 1
    if top >= bottom:
        top, left, bottom, right = 0, 0, 0, 0
    return np.intp(bits), np.intp(soft & np.uint8(127)), top, left, bottom, right


@compiled
def _any(row: Any) -> bool:
    bits = np.uint8(0)
    for x in range(row.size):
        bits = np.uint8(bits | row[x])
    return bool(bits)


@compiled
def stamp(mask: Any, top: int, left: int, part: Any, support: Any) -> None:
    """Write to `support` (h, w) where the mask is above 0 in `part` (top, left, bottom, right).

    `top` and `left` say where in the mask the support begins; outside the part it is False.
    """
    first, start, last, stop = part
    support[: first - top] = False
    support[last - top :] = False
    for y in range(first, last):
        row, inside = mask[y, start:stop], support[y - top]
        inside[: start - left] = False
        inside[stop - left :] = False
        here = inside[start - left :]
        for x in range(row.size):
            here[x] = row[x] != 0


@compiled
def occupied(mask: Any, box: Any, size: int, tiles: Any) -> None:
    """Set to 1 in `tiles`, zeros, each square of `size` pixels of the box with mask > 0."""
    top, left, bottom, right = box
    for i in range(tiles.shape[0]):
        line = np.zeros(right - left, np.uint8)
        for y in range(top + i * size, min(top + (i + 1) * size, bottom)):
            row = mask[y, left:right]
            for x in range(line.size):
                line[x] = np.uint8(line[x] | row[x])
        for j in range(tiles.shape[1]):
            tiles[i, j] = _any(line[j * size : (j + 1) * size])


@compiled
def border(support: Any) -> tuple[int, int]:
    """Return (y, x) of a pixel outside the mask that touches it; (0, 0) if all are in it."""
    height, width = support.shape
    for y in range(height):
        for x in range(width):
            if support[y, x]:
                continue
            if (
                (y + 1 < height and support[y + 1, x])
                or (x + 1 < width and support[y, x + 1])
                or (x > 0 and support[y, x - 1])
                or (y > 0 and support[y - 1, x])
            ):
                return y, x
    return 0, 0


@compiled
def runs_of(support: Any) -> Any:
    """Return a mask as `run` takes it: one pixel at a time, eight at a time, how many they are."""
    flat = support.reshape(-1).view(np.uint8)
    words = flat[: flat.size // 8 * 8].view(np.uint64)
    return pointer(flat), pointer(words), flat.size


@compiled
def run(runs: Any, start: int) -> tuple[int, int]:
    """Return where the next run of True begins, from `start` on, and where it ends."""
    inside, words, size = runs
    while start < size and inside[start] == 0:
        start += 1
        if start % 8 == 0:
            while start + 8 <= size and words[start // 8] == 0:
                start += 8
    stop = start
    while stop < size and inside[stop] != 0:
        stop += 1
        if stop % 8 == 0:
            while stop + 8 <= size and words[stop // 8] == np.uint64(0x0101010101010101):
                stop += 8
    return start, stop
