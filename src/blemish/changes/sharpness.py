"""Sharpness: from blurred to sharpened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from ..arrays import Floats
from ..values import check_range


@dataclass(frozen=True)
class Sharpness:
    """Blurred at a factor of 0, unchanged at 1, sharpened above."""

    reach_px: ClassVar[int] = 1
    factor: float = 1.0

    def __post_init__(self) -> None:
        check_range("Sharpness.factor", self.factor, 0, 100)

    def __call__(self, layer: Floats) -> Floats:
        """Return the softer or sharper layer."""
        # The smooth layer is 9/13 of the mean of 3 x 3 pixels and 4/13 of the middle one.
        mean = cv2.blur(layer, (3, 3)).reshape(layer.shape)
        blurred = (1 - self.factor) * 9 / 13
        mixed = cv2.addWeighted(layer, 1 - blurred, mean, blurred, 0)
        clipped = np.asarray(mixed, np.float32).reshape(layer.shape)
        return np.clip(clipped, 0, 1, out=clipped)
