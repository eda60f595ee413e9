"""The loops over the pixels of a surface; a module of its own, because importing it takes numba."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..compiling import compiled

_EDGE = 0.25  # how bright a slope is that faces neither to nor from the light
_SHADE = 0.75  # how far a steep slope that faces the light brightens, or from it darkens
_LEAST, _MORE = 0.15, 0.6  # by how much, and what share, matt ground brightens in its own colour
_HIGHLIGHT = 0.6  # the slope that mirrors the light
_HIGHLIGHT_WIDTH = 0.35


@compiled
def slopes(mask: Any, pixels: Any) -> Any:
    """Return (2, n), the slopes of `mask` (h, w) down and to the right at some of its pixels.

    Where the neighbour on one side is 0 the mask is taken to go on as it came, though not below 0:
    a smooth edge ends there in truth, and one that was cut off is no cliff.
    """
    h, w = mask.shape
    found = np.empty((2, pixels.size), np.float32)
    for i in range(pixels.size):
        y, x = pixels[i] // w, pixels[i] % w
        here = mask[y, x]
        for axis in range(2):
            down, over = 1 - axis, axis
            after = mask[y + down, x + over] if y + down < h and x + over < w else here * 0
            before = mask[y - down, x - over] if y >= down and x >= over else here * 0
            slope = here * 0
            if after > 0 or before > 0:
                ahead = after if after > 0 else max(here * 0, 2 * here - before)
                behind = before if before > 0 else max(here * 0, 2 * here - after)
                slope = (ahead - behind) / 2
            found[axis, i] = slope
    return found


@compiled
def light_up(ground: Any, height: Any, slope: Any, toward: Any, depth: Any, gloss: Any) -> Any:
    """Return what `lit` says; `toward` is the light's direction, down and to the right."""
    count, channels = ground.shape
    pixels = np.empty((count, channels), np.float32)
    for i in range(count):
        down, right = slope[0, i], slope[1, i]
        steep = math.sqrt(1 + down * down + right * right)
        facing = -(down * toward[0] + right * toward[1]) / steep
        dark = _SHADE * max(-facing, 0.0)
        bright = _SHADE * max(facing, 0.0) + _EDGE * (1 - 1 / steep)
        if gloss > 0:
            off = (down + _HIGHLIGHT * toward[0]) ** 2 + (right + _HIGHLIGHT * toward[1]) ** 2
            if off < 5 * _HIGHLIGHT_WIDTH**2:
                bright += gloss * height[i] * math.exp(-off / _HIGHLIGHT_WIDTH**2)
        tone = math.sqrt(height[i]) * abs(depth)
        shine = gloss
        if depth < 0:
            # A hole is dark, whatever its walls are like: little light finds its way out.
            dark = 1 - (1 - dark) * (1 - tone)
            bright *= 1 - 0.4 * tone
            shine *= 1 - 0.3 * tone
        else:
            bright += tone
        bright = min(bright, 1.0)
        for c in range(channels):
            shaded = ground[i, c] * (1 - dark)
            own = min(_LEAST + _MORE * ground[i, c], 1 - ground[i, c])
            pixels[i, c] = shaded + bright * (shine * (1 - shaded) + (1 - shine) * own)
    return pixels
