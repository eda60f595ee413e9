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
        channels = []
        for channel in cv2.split(layer):
            levels = np.asarray(cv2.multiply(channel, 255.0, dtype=cv2.CV_8U))
            channels.append(cv2.multiply(cv2.equalizeHist(levels), 1 / 255, dtype=cv2.CV_32F))
        return np.asarray(cv2.merge(channels), np.float32).reshape(layer.shape)
