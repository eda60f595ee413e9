"""The compiled loops over pixels. Importing this module imports numba: do it where it is used.

NumPy and OpenCV make a pass over memory, and a fresh array, for every step of these; at 1024 px the
page faults of the arrays alone cost more than the arithmetic.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

_compiled: Any = njit(cache=True, nogil=True)


@_compiled  # type: ignore[untyped-decorator]
def mix(base: Any, layer: Any, weight: Any, opacity: Any, mixed: Any) -> None:
    """Change `mixed`, a copy of `base`, to base + opacity * weight * (layer - base)."""
    height, width, channels = base.shape
    for y in range(height):
        for x in range(width):
            w = weight[y, x] * opacity
            if w == 0:
                continue
            for c in range(channels):
                mixed[y, x, c] = base[y, x, c] + w * (layer[y, x, c] - base[y, x, c])


@_compiled  # type: ignore[untyped-decorator]
def settle(pixels: Any, mask: Any, clean: Any, white: Any, after: Any, change: Any) -> bool:
    """Round `pixels` to the levels of an image where the mask is above 0, and measure the change.

    `after` (h, w, C), the picture so far, gets the rounded pixels; `change` (h, w), zeros, gets by
    how many levels of 1/255 the pixel then differs from `clean`, in the channel that differs most.
    Returns whether all of these pixels are finite.
    """
    height, width, channels = pixels.shape
    level = np.float32(255.0) / white
    half, least = np.float32(0.5), np.float32(0)
    finite = True
    for y in range(height):
        for x in range(width):
            if not mask[y, x] > 0:
                continue
            most = least
            for c in range(channels):
                value = pixels[y, x, c] * white + half
                finite = finite and value - value == 0
                stored = np.int32(min(max(value, least), white + least))
                after[y, x, c] = stored
                most = max(most, abs(np.float32(stored) - np.float32(clean[y, x, c])))
            change[y, x] = most * level
    return finite


@_compiled  # type: ignore[untyped-decorator]
def settle_float(pixels: Any, mask: Any, clean: Any, after: Any, change: Any) -> bool:
    """Do what `settle` does for an image of floats in [0, 1]: clip, and do not round."""
    height, width, channels = pixels.shape
    finite = True
    for y in range(height):
        for x in range(width):
            if mask[y, x] > 0:
                most = np.float32(0)
                for c in range(channels):
                    value = pixels[y, x, c]
                    finite = finite and value - value == 0
                    after[y, x, c] = min(max(value, np.float32(0)), np.float32(1))
                    most = max(most, np.float32(abs(after[y, x, c] - clean[y, x, c])))
                change[y, x] = most * np.float32(255)
    return finite


@_compiled  # type: ignore[untyped-decorator]
def fill_holes(marked: Any, inside: Any, limit: int, filled: Any) -> None:
    """Set to 1 in `filled`, a copy of `marked`, the enclosed holes of up to `limit` pixels.

    A hole is a 4-connected part of the unmarked pixels that does not reach the border of the box.
    It is filled where `inside` is above 0. Each pixel is visited a bounded number of times: a
    flood that grows too large leaves its pixels known as open.
    """
    height, width = marked.shape
    known = np.zeros((height, width), np.uint8)
    stack = np.empty((limit + 1, 2), np.int32)
    for y in range(height):
        for x in range(width):
            if marked[y, x] or known[y, x] or not inside[y, x] > 0:
                continue
            count, taken, is_open = 1, 0, False
            stack[0, 0], stack[0, 1] = y, x
            known[y, x] = 1
            while taken < count and not is_open:
                i, j = stack[taken, 0], stack[taken, 1]
                taken += 1
                if i == 0 or j == 0 or i == height - 1 or j == width - 1:
                    is_open = True
                    break
                for step in range(4):
                    k = i + (step == 0) - (step == 1)
                    m = j + (step == 2) - (step == 3)
                    if marked[k, m]:
                        continue
                    if known[k, m] == 2 or (known[k, m] == 0 and count > limit):
                        is_open = True
                    elif known[k, m] == 0:
                        known[k, m] = 1
                        stack[count, 0], stack[count, 1] = k, m
                        count += 1
            small = not is_open and count <= limit
            for p in range(count):
                i, j = stack[p, 0], stack[p, 1]
                known[i, j] = 1 if small else 2
                if small and inside[i, j] > 0:
                    filled[i, j] = 1
