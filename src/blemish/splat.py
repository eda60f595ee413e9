"""The compiled loops of simplex noise. Importing this imports numba: do it where it is used."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .compiling import compiled

_REACH = math.sqrt(2.0)


@compiled
def splat(noise: Any, step: float, corner: Any, order: Any, vectors: Any) -> None:
    """Add the noise of one plane to `noise` (h, w).

    Pixel (y, x) lies at corner (x, y, z) + (x * step, y * step, 0). Lattice point (i, j, k) lies at
    (i, j, k) + n / 3, n = i + j + k, so that its coordinates add up to 2 n: the points within reach
    are counted by n, k and i. `order` and `vectors`, of 2**b rows both, give each its vector.
    """
    height, width = noise.shape
    left, top, depth = corner
    right, bottom = left + (width - 1) * step, top + (height - 1) * step
    plane = (noise.reshape(-1), height, width, step, (np.arange(width) * step).astype(np.float32))
    last, scale = order.size - 1, 1 / step
    lowest = math.ceil((left + top + depth - 3 * _REACH) / 2)
    highest = math.floor((right + bottom + depth + 3 * _REACH) / 2)
    for n in range(lowest, highest + 1):
        third = n / 3.0
        for k in range(math.ceil(depth - _REACH - third), math.floor(depth + _REACH - third) + 1):
            dz = depth - k - third
            radius = math.sqrt(max(0.0, 2.0 - dz * dz)) * scale
            # j is n - k - i: within these bounds of i it is in reach of the rows too.
            first = max(left - _REACH - third, n - k - (bottom + _REACH - third))
            final = min(right + _REACH - third, n - k - (top - _REACH - third))
            for i in range(math.ceil(first), math.floor(final) + 1):
                j = n - k - i
                at = order[(order[(order[i & last] + j) & last] + k) & last]
                middle = ((j + third - top) * scale, (i + third - left) * scale)
                _disc(plane, middle, dz, radius, (vectors[at, 0], vectors[at, 1], vectors[at, 2]))


@compiled
def _disc(plane: Any, middle: Any, dz: float, radius: float, vector: Any) -> None:
    """Add what the point at `middle` (y, x) in pixels, `dz` before the plane, writes to it."""
    flat, height, width, step, ramp = plane
    y, x = middle
    start, stop = max(0, math.ceil(x - radius)), min(width, math.floor(x + radius) + 1)
    zero, before = np.float32(0), np.float32((start - x) * step)
    # Unsigned: a signed index may count from the end, and the check for that costs the most.
    count = np.uint64(max(0, stop - start))
    for row in range(max(0, math.ceil(y - radius)), min(height, math.floor(y + radius) + 1)):
        dy = np.float32((row - y) * step)
        most = np.float32(2.0 - dz * dz) - dy * dy
        level = dy * vector[1] + np.float32(dz) * vector[2]
        base = np.uint64(row * width + start)
        # The square around the disc, not the disc: a bound for each row costs more than it saves.
        for p in range(count):
            dx = before + ramp[p]
            weight = max(most - dx * dx, zero)
            weight *= weight
            flat[base + p] += weight * weight * (vector[0] * dx + level)
