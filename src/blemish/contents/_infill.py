"""What may lie where a piece is missing: its surroundings, continued with their structure."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats

_COARSE_PX = 96  # a smooth field needs no more along its longer side
_CELL_PX = 5  # and no cell finer than this: what is finer is structure
_DIRECTIONS = 24
_PROBES = 400
_NOISIEST = 0.03  # what differs more from pixel to pixel is a fine structure


def continued(window: Floats, known: NDArray[np.bool_]) -> Floats:
    """Return a smooth (h, w, C) that continues `window` from where it is known to everywhere.

    Push and pull (Gortler et al., SIGGRAPH 1996), at a low resolution: averages over ever larger
    cells, and each cell that knows nothing takes the value of the larger one that it lies in.
    """
    h, w = known.shape
    scale = min(1 / _CELL_PX, _COARSE_PX / max(h, w))
    weight = known.astype(np.float32)
    levels = [_reduced(np.dstack([window * weight[:, :, None], weight]), scale)]
    while max(levels[-1].shape[:2]) > 1:
        levels.append(_reduced(levels[-1], 0.5))
    filled = levels[-1]
    for level in reversed(levels[:-1]):
        unknown = 1 - np.minimum(level[:, :, -1:], 1)
        filled = np.asarray(level + unknown * _enlarged(_divided(filled), level.shape), np.float32)
    return _enlarged(_divided(filled)[:, :, :-1], (h, w))


def _divided(sums: Floats) -> Floats:
    """Return the averages and weight 1, of sums with their weight as last channel."""
    return np.asarray(sums / np.maximum(sums[:, :, -1:], 1e-6), np.float32)


def structure_of(
    window: Floats,
    smooth: Floats,
    hole: NDArray[np.bool_],
    known: NDArray[np.bool_],
    seed: int,
) -> Floats:
    """Return (h, w, C): how `window` differs from `smooth` beside the hole, to be added in it.

    It is taken from one place, where most of what then lies under the hole is known; the rest gets
    noise as strong as that of the known pixels.
    """
    grain = grain_of(window, known, seed)
    y, x = (places[:: max(1, places.size // _PROBES)] for places in np.nonzero(hole))
    h, w = known.shape
    bordered = np.pad(known, 1)  # False beyond the window
    best, share = (0, 0), 0.0
    for away in np.linspace(0.25, 1, 7) * max(h, w):
        for turn in np.arange(_DIRECTIONS) * (2 * math.pi / _DIRECTIONS):
            down, right = round(away * math.sin(turn)), round(away * math.cos(turn))
            rows, columns = np.clip(y + down + 1, 0, h + 1), np.clip(x + right + 1, 0, w + 1)
            found = float(bordered[rows, columns].mean()) if y.size else 0.0
            if found > share:
                best, share = (down, right), found
        if share == 1:
            break
    rows = np.clip(np.arange(h) + best[0], -1, h)[:, None]
    columns = np.clip(np.arange(w) + best[1], -1, w)[None, :]
    seen = bordered[rows + 1, columns + 1][:, :, None]
    detail = (window - smooth)[np.clip(rows, 0, h - 1), np.clip(columns, 0, w - 1)]
    return np.where(seen, detail, grain)


def grain_of(window: Floats, known: NDArray[np.bool_], seed: int) -> Floats:
    """Return noise (h, w, C) as strong as that of the known pixels, the same in each channel."""
    rng = np.random.Generator(np.random.Philox(key=seed))
    noise = rng.standard_normal(known.shape, np.float32)
    # Between neighbours, and by the median: edges and structure are not noise.
    # Every third row is enough to tell.
    some, here = window[::3], known[::3]
    steps = np.abs(np.diff(some, axis=1))[here[:, 1:] & here[:, :-1]]
    strength = min(float(np.median(steps)) * 1.05, _NOISIEST) if steps.size else 0.0
    return np.repeat(noise[:, :, None] * np.float32(strength), window.shape[2], axis=2)


def _reduced(pixels: Floats, scale: float) -> Floats:
    h, w = (max(1, math.ceil(side * scale)) for side in pixels.shape[:2])
    if (h, w) == pixels.shape[:2]:
        return pixels
    small = cv2.resize(pixels, (w, h), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32).reshape(h, w, -1)


def _enlarged(pixels: Floats, shape: tuple[int, ...]) -> Floats:
    large = cv2.resize(pixels, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.float32).reshape(shape[0], shape[1], -1)
