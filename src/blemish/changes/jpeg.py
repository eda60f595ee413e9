"""Jpeg: compressed and opened again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from ..arrays import Floats
from ..values import check_range


@dataclass(frozen=True)
class Jpeg:
    """The layer as a JPEG file shows it, with its blocks and its bleeding colours.

    Attributes:
        quality: 1 to 100, as encoders have it; 8 bits remain of every value.
    """

    # A block of 16 pixels where the colours are subsampled, and two more where they are
    # interpolated again.
    reach_px: ClassVar[int] = 18
    quality: int = 80

    def __post_init__(self) -> None:
        check_range("Jpeg.quality", self.quality, 1, 100)

    def __call__(self, layer: Floats) -> Floats:
        """Return the layer with the artefacts."""
        # Red and blue change places for OpenCV, and back again.
        levels = np.rint(np.clip(layer, 0, 1) * 255).astype(np.uint8)[:, :, ::-1]
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(self.quality)]
        _, packed = cv2.imencode(".jpg", np.ascontiguousarray(levels), quality)
        opened = np.asarray(cv2.imdecode(packed, cv2.IMREAD_UNCHANGED), np.float32)
        opened /= np.float32(255)
        return np.ascontiguousarray(opened.reshape(layer.shape)[:, :, ::-1])
