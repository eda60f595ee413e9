"""Blur: out of focus."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import Floats
from ..values import check_range


@dataclass(frozen=True)
class Blur:
    """The layer blurred by a Gaussian, cut off at three standard deviations.

    Attributes:
        sigma_px: the standard deviation, in pixels.
    """

    sigma_px: float = 1.0

    def __post_init__(self) -> None:
        check_range("Blur.sigma_px", self.sigma_px, 0, 100)

    @property
    def reach_px(self) -> int:
        """How far a pixel's value is carried."""
        return math.ceil(3 * self.sigma_px)

    def __call__(self, layer: Floats) -> Floats:
        """Return the blurred layer."""
        if self.sigma_px == 0:
            return layer
        size = 2 * self.reach_px + 1
        blurred = cv2.GaussianBlur(layer, (size, size), self.sigma_px)
        return np.clip(np.asarray(blurred, np.float32).reshape(layer.shape), 0, 1)
