"""Equalize: a flat histogram."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import Floats


@dataclass(frozen=True)
class Equalize:
    """The histogram of each channel made flat, at 256 levels."""

    def __call__(self, layer: Floats) -> Floats:
        """Return the equalized layer."""
        levels = cv2.convertScaleAbs(layer, alpha=255).reshape(layer.shape)
        table = np.empty((256, 1, layer.shape[2]), np.float32)
        for c in range(layer.shape[2]):
            count = cv2.calcHist([levels], [c], None, [256], [0, 256]).ravel()
            below = np.cumsum(count) - count[np.flatnonzero(count)[0]]
            # One level alone has no histogram to flatten.
            table[:, 0, c] = below / below[-1] if below[-1] else np.linspace(0, 1, 256)
        equalized = cv2.LUT(levels, np.clip(table, 0, 1))
        return np.asarray(equalized, np.float32).reshape(layer.shape)
