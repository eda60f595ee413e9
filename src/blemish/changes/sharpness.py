"""Sharpness: from blurred to sharpened."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import Floats
from ..values import check_range

_SMOOTH = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]], np.float32) / 13


@dataclass(frozen=True)
class Sharpness:
    """Blurred at a factor of 0, unchanged at 1, sharpened above."""

    factor: float = 1.0

    def __post_init__(self) -> None:
        check_range("Sharpness.factor", self.factor, 0, 100)

    def __call__(self, layer: Floats) -> Floats:
        """Return the softer or sharper layer."""
        smooth = cv2.filter2D(layer, -1, _SMOOTH)
        mixed = cv2.addWeighted(layer, self.factor, smooth.reshape(layer.shape), 1 - self.factor, 0)
        clipped = np.asarray(mixed, np.float32).reshape(layer.shape)
        return np.clip(clipped, 0, 1, out=clipped)
